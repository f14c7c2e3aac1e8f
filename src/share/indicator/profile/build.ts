/** Builders: what they return, `parseDistillationIndicator` reads. */
import { canonicalJson } from '../../../base/canonical-json.ts';
import { uuidV5 } from '../../stix/sco-id.ts';
import type { Indicator } from '../../stix/types.ts';
import { EXTENSION_IDS, PROFILE_NAMESPACE } from './extension-definitions.ts';
import {
  type ActorExtension,
  type ProfileExtension,
  type SignatureExtension,
  sortsOf,
  techniqueUrl,
} from './indicator.ts';
import { type NetworkObservables, networkPattern } from './observables.ts';
import type { ActorPattern, FingerprintPattern, SignaturePattern } from './pattern.ts';
import {
  API_ACCESS,
  ATLAS,
  EXTRACT_MODEL,
  type IndicatorKind,
  LONGEST_DAYS,
  NAMES,
  PATTERN_VERSION,
  STILLWATCH_PATTERN,
} from './words.ts';

/** What every indicator says, whatever its kind. */
export interface Particulars extends Omit<ProfileExtension, 'extension_type'> {
  /** `identity--…` of the producer; a hub that republishes puts its own. */
  readonly created_by_ref?: string | undefined;
  /** RFC 3339 with milliseconds, UTC; also valid_from. */
  readonly created: string;
  /** Days until it ends; never more than its kind allows. */
  readonly validDays?: number | undefined;
  readonly object_marking_refs: readonly string[];
}

const DAY = 86_400_000;

const reference = (id: string) => ({
  source_name: ATLAS,
  external_id: id,
  url: techniqueUrl(id),
});

/** What an identifier is made from: the same producer, time and pattern give the same indicator. */
export const indicatorIdOf = (
  createdBy: string | undefined,
  created: string,
  patternType: string,
  pattern: string,
): string =>
  // STIX 2.1, 2.9: objects that are no observables may have version 5, in another namespace.
  `indicator--${uuidV5(PROFILE_NAMESPACE, canonicalJson({ created, created_by_ref: createdBy ?? null, pattern, pattern_type: patternType }))}`;

const build = (
  kind: IndicatorKind,
  particulars: Particulars,
  pattern: { readonly type: 'stix' | 'stillwatch'; readonly text: string },
  own: object,
): Indicator => {
  const { created_by_ref, created, validDays, object_marking_refs, ...extension } = particulars;
  const days = Math.min(validDays ?? LONGEST_DAYS[kind], LONGEST_DAYS[kind]);
  const technique = kind === 'actor-identifier' ? [EXTRACT_MODEL, API_ACCESS] : [EXTRACT_MODEL];
  return {
    type: 'indicator',
    spec_version: '2.1',
    id: indicatorIdOf(created_by_ref, created, pattern.type, pattern.text),
    ...(created_by_ref === undefined ? {} : { created_by_ref }),
    created,
    modified: created,
    name: NAMES[kind],
    indicator_types: ['anomalous-activity'],
    pattern: pattern.text,
    pattern_type: pattern.type,
    pattern_version: pattern.type === 'stix' ? '2.1' : PATTERN_VERSION,
    valid_from: created,
    valid_until: new Date(Date.parse(created) + days * DAY).toISOString(),
    external_references: technique.map(reference),
    object_marking_refs,
    extensions: {
      [EXTENSION_IDS[kind]]: { extension_type: 'property-extension', ...extension, ...own },
    },
  };
};

const stillwatch = (pattern: FingerprintPattern | SignaturePattern | ActorPattern) => ({
  type: STILLWATCH_PATTERN as 'stillwatch',
  text: canonicalJson(pattern),
});

export const buildFingerprint = (
  particulars: Particulars,
  pattern: Omit<FingerprintPattern, 'kind'>,
): Indicator =>
  build(
    'attack-fingerprint',
    particulars,
    stillwatch({ kind: 'attack-fingerprint', ...pattern }),
    {},
  );

export const buildSignature = (
  particulars: Particulars,
  pattern: Omit<SignaturePattern, 'kind'>,
  about: Pick<SignatureExtension, 'languages' | 'elicitation'>,
): Indicator =>
  build('query-signature', particulars, stillwatch({ kind: 'query-signature', ...pattern }), {
    languages: [...about.languages].sort(),
    elicitation: [...about.elicitation].sort(),
  });

const identifiersOf = (
  pattern: ActorPattern,
  network: NetworkObservables,
): Pick<ActorExtension, 'identifiers'> => ({ identifiers: sortsOf(pattern, network) });

const NOTHING: NetworkObservables = { blocks: [], systems: [] };

/** Tokens and clients: a pattern of type `stillwatch`. */
export const buildActor = (
  particulars: Particulars,
  pattern: Omit<ActorPattern, 'kind'>,
): Indicator => {
  const whole: ActorPattern = { kind: 'actor-identifier', ...pattern };
  return build('actor-identifier', particulars, stillwatch(whole), identifiersOf(whole, NOTHING));
};

/** Address blocks and autonomous systems: a pattern of type `stix`, which any consumer can run. */
export const buildNetworkActor = (
  particulars: Particulars,
  network: NetworkObservables,
): Indicator =>
  build(
    'actor-identifier',
    particulars,
    { type: 'stix', text: networkPattern(network) },
    identifiersOf({ kind: 'actor-identifier' }, network),
  );
