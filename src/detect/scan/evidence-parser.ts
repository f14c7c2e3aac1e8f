/** The parser of evidence packs: attacker-controlled input, taken apart field by field, never cast. */
import {
  count,
  dictionary,
  type Faults,
  fault,
  list,
  nullable,
  number,
  object,
  oneOf,
  type Parser,
  REFUSED,
  text,
  truth,
} from '../../base/parse.ts';
import type { OutsideRate } from '../campaign/clumps.ts';
import type { ContentRow, MemberContent } from '../campaign/content-evidence.ts';
import type { HandOffs } from '../campaign/search.ts';
import { KEY_KINDS, type KeyKind } from '../campaign/shared-keys.ts';
import { SIGN_UP_SPANS_MS } from '../campaign/sign-ups.ts';
import { VERDICTS } from '../report/report.ts';
import { PROCEDURES } from '../verdict/false-discovery.ts';
import type { IntentModel } from '../verdict/intent-model.ts';
import { parseIntentModel } from '../verdict/model/parse.ts';
import { type Reference, SIZES } from '../verdict/reference.ts';
import { SEGMENTS } from '../verdict/segment.ts';
import type {
  CampaignEvidence,
  EvidenceManifest,
  IdentityEvidence,
  PackedFile,
  PackedSignUp,
} from './evidence-pack.ts';

const name = text(1_000);
const segment = oneOf(SEGMENTS);
/** Natural logarithm of a p-value. */
const logP = number(-1e9, 0);
const axis = object<CampaignEvidence['network']>({ score: number(0, 1), log_p: logP });

const outsideRate = object<OutsideRate>({ stratum: count, accounts: count, pairs: number(0) });

const identityFields = object<IdentityEvidence>({
  segment,
  entity_of: list(count),
  stratum_of: list(count),
  strata: list(count),
  keys: list(
    object<IdentityEvidence['keys'][number]>({ kind: oneOf(KEY_KINDS), accounts: list(count) }),
  ),
  sign_ups: list(
    object<PackedSignUp>({ account: count, at: number(), densities: list(number(0, 1), 10) }),
  ),
  outside: object<Record<KeyKind, readonly OutsideRate[]>>({
    payment: list(outsideRate),
    'hand-off': list(outsideRate),
    'end-user': list(outsideRate),
    'sign-up': list(outsideRate),
    'address-block': list(outsideRate),
  }),
});

const allBelow = (values: readonly number[], limit: number): boolean =>
  values.every((value) => value < limit);

/** Numbers that point at accounts and strata must point at some that are there. */
const identity: Parser<IdentityEvidence> = (value, path, faults) => {
  const parsed = identityFields(value, path, faults);
  if (parsed === REFUSED) return REFUSED;
  const accounts = parsed.entity_of.length;
  const strata = parsed.strata.length;
  const sound =
    parsed.stratum_of.length === accounts &&
    allBelow(parsed.stratum_of, strata) &&
    parsed.keys.every((key) => allBelow(key.accounts, accounts)) &&
    parsed.sign_ups.every(
      (m) => m.account < accounts && m.densities.length === SIGN_UP_SPANS_MS.length,
    ) &&
    KEY_KINDS.every((kind) => parsed.outside[kind].every((rate) => rate.stratum < strata));
  return sound ? parsed : fault(faults, path, 'accounts and strata that are there', 'others');
};

const row = object<ContentRow>({
  key: number(),
  times: number(1),
  topic: count,
  characters: number(0),
  responseTokens: number(0),
  elicitation: count,
  firstTurn: truth,
});

const campaignFields = object<CampaignEvidence>({
  version: oneOf([1] as const),
  campaign: name,
  verdict: oneOf(VERDICTS.filter((v): v is CampaignEvidence['verdict'] => v !== 'clear')),
  accounts: list(name),
  network: axis,
  intent: axis,
  hypothesis: count,
  segment,
  identity,
  relay: nullable(object<HandOffs>({ handOffs: count, accounts: count })),
  content: list(object<MemberContent>({ entity: count, sampled: count, rows: list(row, 100_000) })),
});

export const campaignEvidence: Parser<CampaignEvidence> = (value, path, faults) => {
  const parsed = campaignFields(value, path, faults);
  if (parsed === REFUSED || parsed.content.length === parsed.accounts.length) return parsed;
  return fault(faults, 'content', 'one entry for each account', `${parsed.content.length}`);
};

const scores = object<Reference['intent']>(
  Object.fromEntries(SIZES.map((size) => [size, dictionary(list(number()))])) as {
    [K in (typeof SIZES)[number]]: Parser<Reference['intent'][K]>;
  },
);

const reference = object<Reference>({
  values: dictionary(list(number())),
  intent: scores,
  network: nullable(scores),
  groups: count,
  leftOut: count,
});

const model: Parser<IntentModel> = (value, path, faults: Faults) => {
  const parsed = parseIntentModel(JSON.stringify(value) ?? '');
  return 'model' in parsed
    ? parsed.model
    : fault(faults, path, 'an intent model', parsed.faults.slice(0, 3).join('; '));
};

export const evidenceManifest: Parser<EvidenceManifest> = object<EvidenceManifest>({
  version: oneOf([1] as const),
  kind: oneOf(['stillwatch-evidence'] as const),
  tool: name,
  level: number(0, 1),
  procedure: oneOf(PROCEDURES),
  model,
  reference,
  hypotheses: list(logP),
  files: list(object<PackedFile>({ name, sha256: text(64) }), 100_000),
  sha256: text(64),
});
