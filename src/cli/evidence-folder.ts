import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { StillwatchError } from '../base/errors.ts';
import { TOOL } from '../detect/scan/build-report.ts';
import {
  type CampaignEvidence,
  type EvidenceManifest,
  packCampaign,
} from '../detect/scan/evidence-pack.ts';
import type { Scan } from '../detect/scan/scan.ts';
import { writeOutput } from './write-output.ts';

const MANIFEST = 'manifest.json';

/** One file for each campaign and a manifest. Campaigns of the report stand in the order of findings. */
export const writeEvidence = (folder: string, { report, search, judgement, model }: Scan): void => {
  const files: string[] = [];
  for (const campaign of report.campaigns) {
    const key = campaign.accounts.join('\n');
    const finding = judgement.findings.find(
      (f) => f.accounts.map((a) => search.population.ids[a]!).join('\n') === key,
    )!;
    const file = `${campaign.id}.json`;
    const evidence = packCampaign(search, judgement, finding, campaign.id);
    writeOutput(join(folder, file), `${JSON.stringify(evidence)}\n`);
    files.push(file);
  }
  const manifest: EvidenceManifest = {
    version: 1,
    kind: 'stillwatch-evidence',
    tool: TOOL,
    level: report.fdr,
    procedure: judgement.procedure,
    model,
    reference: judgement.reference,
    hypotheses: judgement.hypotheses,
    files,
  };
  writeOutput(join(folder, MANIFEST), `${JSON.stringify(manifest)}\n`);
};

const damaged = (path: string, why: string): StillwatchError =>
  new StillwatchError(
    'EVIDENCE_UNREADABLE',
    `${path}: ${why}`,
    'Give the folder that `stillwatch scan --evidence DIR` wrote, complete and unchanged.',
  );

const readJson = (path: string): unknown => {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (cause) {
    throw damaged(path, (cause as Error).message);
  }
};

/** @throws StillwatchError EVIDENCE_UNREADABLE when a file is missing or is not what it should be. */
export const readEvidence = (
  folder: string,
): { manifest: EvidenceManifest; campaigns: CampaignEvidence[] } => {
  const path = join(folder, MANIFEST);
  const manifest = readJson(path) as EvidenceManifest | null;
  if (manifest?.kind !== 'stillwatch-evidence' || !Array.isArray(manifest.files))
    throw damaged(path, 'is not an evidence manifest of version 1');
  const campaigns = manifest.files.map((file) => {
    // A manifest from outside must not make us read outside its folder.
    const at = join(folder, basename(String(file)));
    const evidence = readJson(at) as CampaignEvidence | null;
    if (evidence?.version !== 1 || !Array.isArray(evidence.content))
      throw damaged(at, 'is not campaign evidence of version 1');
    return evidence;
  });
  return { manifest, campaigns };
};
