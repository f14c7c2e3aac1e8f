import { type Clumps, findClumps, type OutsideRate, outsideRates } from '../campaign/clumps.ts';
import {
  contentOfMembers,
  type MemberContent,
  measureContent,
} from '../campaign/content-evidence.ts';
import { sharedLogP } from '../campaign/network-evidence.ts';
import type { Search } from '../campaign/search.ts';
import { KEY_KINDS, type KeyKind, type SharedKey } from '../campaign/shared-keys.ts';
import { createSignUps, type DatedMember, datedMembers } from '../campaign/sign-ups.ts';
import type { Verdict } from '../report/report.ts';
import { intentAxis, networkAxis } from '../verdict/axes.ts';
import { type Procedure, reject } from '../verdict/false-discovery.ts';
import type { IntentModel } from '../verdict/intent-model.ts';
import { axisLevel, type Finding, type Judgement } from '../verdict/judge.ts';
import { intentLogOdds, type Reference } from '../verdict/reference.ts';
import type { Segment } from '../verdict/segment.ts';
import { contentSignals } from '../verdict/signals.ts';

/**
 * What a verdict rests on, without prompts and without identifiers: enough to compute the scores
 * again. Accounts of the candidate set are numbered from 0; identifiers appear only as the lists of
 * those numbers that share one.
 */
export interface CampaignEvidence {
  readonly version: 1;
  readonly campaign: string;
  readonly verdict: Verdict;
  readonly accounts: readonly string[];
  readonly network: { readonly score: number; readonly log_p: number };
  readonly intent: { readonly score: number; readonly log_p: number };
  /** Position among the hypotheses of the manifest. */
  readonly hypothesis: number;
  readonly segment: Segment;
  /** Null for a relay, which was found by moved conversations and not by content. */
  readonly identity: IdentityEvidence | null;
  /** Family prompts of each member. */
  readonly content: readonly MemberContent[];
}

export interface IdentityEvidence {
  readonly segment: Segment;
  /** Entity of each account of the candidate set. */
  readonly entity_of: readonly number[];
  /** Stratum (country) of each account of the candidate set, and accounts in each stratum. */
  readonly stratum_of: readonly number[];
  readonly strata: readonly number[];
  readonly keys: readonly { readonly kind: KeyKind; readonly accounts: readonly number[] }[];
  /**
   * Sign-ups, ms after the first one, and for each span how likely an outsider's falls within it
   * (sign-ups.ts).
   */
  readonly sign_ups: readonly Pick<DatedMember, 'account' | 'at' | 'densities'>[];
  /** How people outside the set share, by kind and stratum. */
  readonly outside: Readonly<Record<KeyKind, readonly OutsideRate[]>>;
}

export interface EvidenceManifest {
  readonly version: 1;
  readonly kind: 'stillwatch-evidence';
  readonly tool: string;
  readonly level: number;
  readonly procedure: Procedure;
  readonly model: IntentModel;
  readonly reference: Reference;
  /** ln p of every set that was tested on the network axis. */
  readonly hypotheses: readonly number[];
  readonly files: readonly string[];
}

const identityOf = (
  search: Search,
  accounts: readonly number[],
  segment: Segment,
): IdentityEvidence => {
  const number = new Map(accounts.map((a, i) => [a, i]));
  const keys = [...new Set(accounts.flatMap((a) => search.shared.keysOf[a]!))].map((index) => {
    const { kind, accounts: holders } = search.shared.keys[index]!;
    return { kind, accounts: holders.flatMap((a) => number.get(a) ?? []) };
  });
  const dated = datedMembers(search.population, createSignUps(search.population), accounts);
  return {
    segment,
    entity_of: accounts.map((a) => search.population.entityOf[a]!),
    stratum_of: accounts.map((a) => search.population.stratumOf[a]!),
    strata: search.population.strata,
    keys,
    sign_ups: dated.map(({ account, at, densities }) => ({
      account: number.get(account)!,
      at: at - dated[0]!.at,
      densities,
    })),
    outside: Object.fromEntries(
      KEY_KINDS.map((kind) => [
        kind,
        outsideRates(search.population, search.shared, accounts, kind),
      ]),
    ) as unknown as IdentityEvidence['outside'],
  };
};

export const packCampaign = (
  search: Search,
  judgement: Judgement,
  finding: Finding,
  campaign: string,
): CampaignEvidence => {
  const { population, table, families } = search;
  const topics =
    finding.topics.length > 0
      ? finding.topics
      : Array.from({ length: families.draws.topics }, (_, t) => t);
  return {
    version: 1,
    campaign,
    verdict: finding.verdict,
    accounts: finding.accounts.map((a) => population.ids[a]!),
    network: { score: finding.network.score, log_p: finding.network.logP },
    intent: { score: finding.intent.score, log_p: finding.intent.logP },
    hypothesis: judgement.hypotheses.indexOf(finding.network.logP),
    segment: finding.segment,
    identity: finding.basis.relay
      ? null
      : identityOf(search, finding.basis.tested, finding.basis.testedSegment),
    content: contentOfMembers(population, table, families.topicOf, topics, finding.accounts),
  };
};

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

/** The scores again, from the pack alone. */
export const recompute = (
  manifest: EvidenceManifest,
  evidence: CampaignEvidence,
): Pick<CampaignEvidence, 'network' | 'intent'> => {
  const { reference, model } = manifest;
  const odds = intentLogOdds(model, contentSignals(measureContent(evidence.content)));
  const kind = { members: evidence.accounts.length, segment: evidence.segment };
  const intent = intentAxis(odds, kind, reference, model);
  const network =
    evidence.identity === null ? evidence.network : networkOf(evidence.identity, reference);
  return {
    network,
    intent: { score: intent.score, log_p: intent.logP },
  };
};

const networkOf = (
  identity: IdentityEvidence,
  reference: Reference,
): CampaignEvidence['network'] => {
  const kind = { members: identity.entity_of.length, segment: identity.segment };
  const { score, logP } = networkAxis(sharedLogP({ clumps: clumpsOf(identity) }), kind, reference);
  return { score, log_p: logP };
};

const TOLERANCE = 1e-9;

const close = (a: number, b: number): boolean =>
  Math.abs(a - b) <= TOLERANCE * Math.max(1, Math.abs(a), Math.abs(b));

/** Every disagreement between the stored and the recomputed results, in sentences; empty is good. */
export const verifyPack = (
  manifest: EvidenceManifest,
  campaigns: readonly CampaignEvidence[],
): string[] => {
  const faults: string[] = [];
  const rejectAxis = (logP: readonly number[]): Set<number> =>
    reject(logP, axisLevel(manifest.level), manifest.procedure);
  const rejected = rejectAxis(manifest.hypotheses);
  const again = campaigns.map((evidence) => recompute(manifest, evidence));
  const tested = campaigns.flatMap((evidence, i) => (evidence.identity === null ? [] : [i]));
  const intentional = rejectAxis(tested.map((i) => again[i]!.intent.log_p));
  campaigns.forEach((evidence, i) => {
    for (const axis of ['network', 'intent'] as const)
      for (const part of ['score', 'log_p'] as const)
        if (!close(evidence[axis][part], again[i]![axis][part]))
          faults.push(
            `${evidence.campaign}: ${axis} ${part} is ${evidence[axis][part]}, recomputed ${again[i]![axis][part]}`,
          );
    if (!close(manifest.hypotheses[evidence.hypothesis] ?? Number.NaN, again[i]!.network.log_p))
      faults.push(`${evidence.campaign}: its network p-value is not among the tested hypotheses`);
    if (!rejected.has(evidence.hypothesis))
      faults.push(
        `${evidence.campaign}: the network axis does not pass at level ${manifest.level}`,
      );
    const called = evidence.verdict === 'distillation';
    if (called !== intentional.has(tested.indexOf(i)))
      faults.push(
        `${evidence.campaign}: the verdict ${evidence.verdict} does not follow from the axes`,
      );
  });
  return faults;
};
