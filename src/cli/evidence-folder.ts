import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { StillwatchError } from '../base/errors.ts';
import { noFaults, type Parser, REFUSED } from '../base/parse.ts';
import { forTerminal } from '../base/safe-text.ts';
import {
  type CampaignEvidence,
  type EvidenceManifest,
  fileOf,
  packCampaign,
  packManifest,
} from '../detect/scan/evidence-pack.ts';
import { campaignEvidence, evidenceManifest } from '../detect/scan/evidence-parser.ts';
import type { Scan } from '../detect/scan/scan.ts';
import { writeOutput } from './write-output.ts';

const MANIFEST = 'manifest.json';

/** One file for each campaign and a manifest. Returns the digest of the whole pack. */
export const writeEvidence = (
  folder: string,
  { report, search, judgement, model }: Scan,
): string => {
  const campaigns = report.campaigns.map((campaign) => {
    const key = campaign.accounts.join('\n');
    const finding = judgement.findings.find(
      (f) => f.accounts.map((a) => search.population.ids[a]!).join('\n') === key,
    )!;
    return packCampaign(search, judgement, finding, campaign.id);
  });
  for (const evidence of campaigns)
    writeOutput(join(folder, fileOf(evidence).name), `${JSON.stringify(evidence)}\n`);
  const manifest = packManifest(judgement, model, report.fdr, campaigns);
  writeOutput(join(folder, MANIFEST), `${JSON.stringify(manifest)}\n`);
  return manifest.sha256;
};

const damaged = (path: string, why: string): StillwatchError =>
  new StillwatchError(
    'EVIDENCE_UNREADABLE',
    `${forTerminal(path, 200)}: ${why}`,
    'Give the folder that `stillwatch scan --evidence DIR` wrote, complete and unchanged.',
  );

const read = <T>(path: string, what: string, parser: Parser<T>): T => {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(path, 'utf8'));
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw damaged(path, code === undefined ? 'is not one JSON object' : `cannot be read (${code})`);
  }
  const faults = noFaults();
  const parsed = parser(value, '', faults);
  if (parsed !== REFUSED) return parsed;
  const list = faults.list.slice(0, 5).map((fault) => `\n  ${forTerminal(fault, 300)}`);
  throw damaged(path, `is not ${what} of version 1:${list.join('')}`);
};

/** @throws StillwatchError EVIDENCE_UNREADABLE when a file is missing or is not what it should be. */
export const readEvidence = (
  folder: string,
): { manifest: EvidenceManifest; campaigns: CampaignEvidence[] } => {
  const manifest = read(join(folder, MANIFEST), 'an evidence manifest', evidenceManifest);
  const campaigns = manifest.files.map(({ name }) =>
    // A manifest from outside must not make us read outside its folder.
    read(join(folder, basename(name)), 'campaign evidence', campaignEvidence),
  );
  return { manifest, campaigns };
};
