import { createHash } from 'node:crypto';
import { canonicalJson } from '../../base/canonical-json.ts';
import { type OutsideRate, outsideRates } from '../campaign/clumps.ts';
import { contentOfMembers, type MemberContent } from '../campaign/content-evidence.ts';
import type { HandOffs, Search } from '../campaign/search.ts';
import { KEY_KINDS, type KeyKind } from '../campaign/shared-keys.ts';
import { createSignUps, type DatedMember, datedMembers } from '../campaign/sign-ups.ts';
import type { Verdict } from '../report/report.ts';
import type { Procedure } from '../verdict/false-discovery.ts';
import type { IntentModel } from '../verdict/intent-model.ts';
import type { Finding, Judgement } from '../verdict/judge.ts';
import type { Reference } from '../verdict/reference.ts';
import type { Segment } from '../verdict/segment.ts';
import { TOOL } from './build-report.ts';

/**
 * What a verdict rests on, without prompts and without identifiers: enough to compute the scores
 * again. Accounts of the candidate set are numbered from 0; identifiers appear only as the lists of
 * those numbers that share one.
 */
export interface CampaignEvidence {
  readonly version: 1;
  readonly campaign: string;
  readonly verdict: Exclude<Verdict, 'clear'>;
  readonly accounts: readonly string[];
  readonly network: { readonly score: number; readonly log_p: number };
  readonly intent: { readonly score: number; readonly log_p: number };
  /** Position among the hypotheses of the manifest. */
  readonly hypothesis: number;
  readonly segment: Segment;
  /** Of the set on which identity was tested. */
  readonly identity: IdentityEvidence;
  /**
   * Moved conversations outside the set, for a relay, which was found by those and not by content;
   * null for all others.
   */
  readonly relay: HandOffs | null;
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
  readonly sign_ups: readonly PackedSignUp[];
  /** How people outside the set share, by kind and stratum. */
  readonly outside: Readonly<Record<KeyKind, readonly OutsideRate[]>>;
}

export type PackedSignUp = Pick<DatedMember, 'account' | 'at'> & {
  readonly densities: readonly number[];
};

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
  readonly files: readonly PackedFile[];
  /** Digest of everything above, and so of the whole pack. */
  readonly sha256: string;
}

export interface PackedFile {
  /** `<campaign id>.json` */
  readonly name: string;
  /** SHA-256 of its canonical JSON (RFC 8785), hexadecimal. */
  readonly sha256: string;
}

/** SHA-256 of canonical JSON (RFC 8785): equal content, equal digest. */
const digestOf = (part: object): string =>
  createHash('sha256').update(canonicalJson(part)).digest('hex');

export const fileOf = (evidence: CampaignEvidence): PackedFile => ({
  name: `${evidence.campaign}.json`,
  sha256: digestOf(evidence),
});

/** The digest that a manifest should have. */
export const packDigest = (manifest: Omit<EvidenceManifest, 'sha256'>): string => {
  const { sha256: _, ...rest } = { sha256: '', ...manifest };
  return digestOf(rest);
};

/** All of a pack but the campaigns' own files. */
export const packManifest = (
  judgement: Judgement,
  model: IntentModel,
  level: number,
  campaigns: readonly CampaignEvidence[],
): EvidenceManifest => {
  const manifest: Omit<EvidenceManifest, 'sha256'> = {
    version: 1,
    kind: 'stillwatch-evidence',
    tool: TOOL,
    level,
    procedure: judgement.procedure,
    model,
    reference: judgement.reference,
    hypotheses: judgement.hypotheses,
    files: campaigns.map(fileOf),
  };
  return { ...manifest, sha256: packDigest(manifest) };
};

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
      densities: Array.from(densities),
    })),
    outside: Object.fromEntries(
      KEY_KINDS.map((kind) => [
        kind,
        outsideRates(search.population, search.shared, accounts, kind),
      ]),
    ) as unknown as IdentityEvidence['outside'],
  };
};

const handOffsOutside = ({ shared, population }: Search, accounts: readonly number[]): HandOffs => {
  const inside = new Set(accounts.flatMap((a) => shared.keysOf[a]!));
  return {
    handOffs: shared.keys.filter((key, i) => key.kind === 'hand-off' && !inside.has(i)).length,
    accounts: population.ids.length - accounts.length,
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
    identity: identityOf(search, finding.basis.tested, finding.basis.testedSegment),
    relay: finding.basis.relay ? handOffsOutside(search, finding.basis.tested) : null,
    content: contentOfMembers(population, table, families.topicOf, topics, finding.accounts),
  };
};
