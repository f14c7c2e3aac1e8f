import { type Clumps, findClumps } from '../campaign/clumps.ts';
import { measureContent } from '../campaign/content-evidence.ts';
import { sharedLogP } from '../campaign/network-evidence.ts';
import { relayLogP } from '../campaign/search.ts';
import type { SharedKey } from '../campaign/shared-keys.ts';
import { intentAxis, networkAxis, networkScore } from '../verdict/axes.ts';
import { reject } from '../verdict/false-discovery.ts';
import { axisLevel, movesConversations } from '../verdict/judge.ts';
import { intentLogOdds } from '../verdict/reference.ts';
import { contentSignals } from '../verdict/signals.ts';
import { campaignId } from './build-report.ts';
import {
  type CampaignEvidence,
  type EvidenceManifest,
  fileOf,
  type IdentityEvidence,
  packDigest,
} from './evidence-pack.ts';

const clumpsOf = (identity: IdentityEvidence): Clumps[] => {
  const members = identity.entity_of.map((_, i) => i);
  const keys: SharedKey[] = identity.keys.map(({ kind, accounts }) => ({
    kind,
    accounts,
    stratum: 0,
    entities: new Set(accounts.map((a) => identity.entity_of[a]!)).size,
  }));
  const keysOf: number[][] = members.map(() => []);
  keys.forEach((key, index) => {
    for (const a of key.accounts) keysOf[a]!.push(index);
  });
  const entities = {
    entityOf: identity.entity_of,
    stratumOf: identity.stratum_of,
    strata: identity.strata,
  };
  const dated = identity.sign_ups.map((m) => ({ ...m, entity: identity.entity_of[m.account]! }));
  return findClumps(
    {
      population: entities,
      shared: { keys, keysOf },
      dated,
      ratesOf: (kind) => identity.outside[kind],
    },
    members,
  );
};

interface Recomputed extends Pick<CampaignEvidence, 'network' | 'intent'> {
  /** True where conversations or end users move between the accounts. */
  readonly moves: boolean;
}

const networkOf = (
  { identity, relay }: CampaignEvidence,
  clumps: readonly Clumps[],
  { reference }: EvidenceManifest,
): CampaignEvidence['network'] => {
  const members = identity.entity_of.length;
  if (relay !== null) {
    const handOffs = identity.keys.filter(({ kind }) => kind === 'hand-off').length;
    const logP = relayLogP({ handOffs, accounts: members }, relay);
    return { score: networkScore(logP), log_p: logP };
  }
  const kind = { members, segment: identity.segment };
  const { score, logP } = networkAxis(sharedLogP({ clumps }), kind, reference);
  return { score, log_p: logP };
};

/** The scores again, from the pack alone. */
export const recompute = (manifest: EvidenceManifest, evidence: CampaignEvidence): Recomputed => {
  const { reference, model, level } = manifest;
  const odds = intentLogOdds(model, contentSignals(measureContent(evidence.content)));
  const kind = { members: evidence.accounts.length, segment: evidence.segment };
  const intent = intentAxis(odds, kind, reference, model);
  const clumps = clumpsOf(evidence.identity);
  return {
    network: networkOf(evidence, clumps, manifest),
    intent: { score: intent.score, log_p: intent.logP },
    moves: movesConversations({ clumps }, axisLevel(level)),
  };
};

const TOLERANCE = 1e-9;

const close = (a: number, b: number): boolean =>
  Math.abs(a - b) <= TOLERANCE * Math.max(1, Math.abs(a), Math.abs(b));

/** Where the scores and p-values of one campaign are not those of its evidence. */
const scoreFaults = (evidence: CampaignEvidence, again: Recomputed): string[] =>
  (['network', 'intent'] as const).flatMap((axis) =>
    (['score', 'log_p'] as const).flatMap((part) =>
      close(evidence[axis][part], again[axis][part])
        ? []
        : [`${axis} ${part} is ${evidence[axis][part]}, recomputed ${again[axis][part]}`],
    ),
  );

/** Where a campaign is not the one that the manifest speaks of. */
const nameFaults = (manifest: EvidenceManifest, evidence: CampaignEvidence): string[] => {
  const file = fileOf(evidence);
  const listed = manifest.files.find(({ name }) => name === file.name);
  return [
    ...(campaignId(evidence.accounts) === evidence.campaign
      ? []
      : ['its id is not that of its accounts']),
    ...(listed?.sha256 === file.sha256 ? [] : ['its file is not the one in the manifest']),
  ];
};

/**
 * Every disagreement between the stored and the recomputed results, in sentences; empty is good. A pack
 * that agrees with itself may still have been made up: its digest, kept elsewhere, says whether it was.
 */
export const verifyPack = (
  manifest: EvidenceManifest,
  campaigns: readonly CampaignEvidence[],
): string[] => {
  const pass = (logP: readonly number[]): Set<number> =>
    reject(logP, axisLevel(manifest.level), manifest.procedure);
  const rejected = pass(manifest.hypotheses);
  const again = campaigns.map((evidence) => recompute(manifest, evidence));
  // A relay is judged by its network alone, so it is no hypothesis of the intent axis.
  const tested = campaigns.flatMap((evidence, i) => (evidence.relay === null ? [i] : []));
  const intentional = new Set(
    [...pass(tested.map((i) => again[i]!.intent.log_p))].map((rank) => tested[rank]!),
  );
  const faults = campaigns.flatMap((evidence, i) => {
    const { network, moves } = again[i]!;
    const found = [...nameFaults(manifest, evidence), ...scoreFaults(evidence, again[i]!)];
    if (!close(manifest.hypotheses[evidence.hypothesis] ?? Number.NaN, network.log_p))
      found.push('its network p-value is not among the tested hypotheses');
    if (!rejected.has(evidence.hypothesis))
      found.push(`the network axis does not pass at level ${axisLevel(manifest.level)}`);
    const verdict = intentional.has(i)
      ? 'distillation'
      : evidence.relay !== null || moves
        ? 'account-network'
        : 'review';
    if (verdict !== evidence.verdict)
      found.push(`the verdict is ${evidence.verdict}, the axes say ${verdict}`);
    return found.map((fault) => `${evidence.campaign}: ${fault}`);
  });
  if (manifest.sha256 !== packDigest(manifest))
    faults.push(`the manifest was changed: its digest is ${packDigest(manifest)}`);
  if (campaigns.length !== manifest.files.length)
    faults.push(`the manifest lists ${manifest.files.length} campaigns, ${campaigns.length} given`);
  return faults;
};
