/** The closed lists of the distillation profile. docs/reference/distillation-profile.md says what each means. */

export const INDICATOR_KINDS = [
  'attack-fingerprint',
  'query-signature',
  'actor-identifier',
] as const;
export type IndicatorKind = (typeof INDICATOR_KINDS)[number];

/** What a recipient may do at most, from the mildest to the strongest. */
export const PERMITTED_ACTIONS = ['watch', 'verify', 'throttle', 'restrict', 'suspend'] as const;
export type PermittedAction = (typeof PERMITTED_ACTIONS)[number];

export const mildest = (a: PermittedAction, b: PermittedAction): PermittedAction =>
  PERMITTED_ACTIONS.indexOf(a) <= PERMITTED_ACTIONS.indexOf(b) ? a : b;

/** Counts travel only as one of these: nobody learns how large a provider is. */
export const COUNT_BUCKETS = ['5-9', '10-19', '20-49', '50-99', '100-499', '500+'] as const;
export type CountBucket = (typeof COUNT_BUCKETS)[number];

const BUCKET_FLOORS: readonly (readonly [number, CountBucket])[] = [
  [500, '500+'],
  [100, '100-499'],
  [50, '50-99'],
  [20, '20-49'],
  [10, '10-19'],
  [5, '5-9'],
];

/** The bucket of a count, or undefined below 5: such counts never leave. */
export const bucketOf = (count: number): CountBucket | undefined =>
  BUCKET_FLOORS.find(([floor]) => count >= floor)?.[1];

/** The smallest count a bucket stands for. */
export const floorOf = (bucket: CountBucket): number =>
  BUCKET_FLOORS.find(([, name]) => name === bucket)![0];

/** P-values, coarse: the exact one would say how large the sender's calibration is. */
export const P_BUCKETS = [
  'not-measured',
  'not-significant',
  'below-0.05',
  'below-0.01',
  'below-0.001',
  'below-0.0001',
] as const;
export type PBucket = (typeof P_BUCKETS)[number];

export const pBucketOf = (p: number): PBucket => {
  if (Number.isNaN(p)) return 'not-measured';
  if (p < 0.0001) return 'below-0.0001';
  if (p < 0.001) return 'below-0.001';
  if (p < 0.01) return 'below-0.01';
  return p < 0.05 ? 'below-0.05' : 'not-significant';
};

/** Fewest accounts that anything shared may rest on; a producer may ask for more, never for fewer. */
export const LEAST_K = 5;

/** Longest time from valid_from to valid_until, in days: addresses change hands sooner than habits. */
export const LONGEST_DAYS: Readonly<Record<IndicatorKind, number>> = {
  'attack-fingerprint': 180,
  'query-signature': 90,
  'actor-identifier': 30,
};

/**
 * The strongest action each kind of identifier can carry. An autonomous system or a client library is
 * shared by thousands, an address block by a few; a token stands for one instrument.
 */
export const IDENTIFIER_CEILINGS = {
  'autonomous-system': 'watch',
  client: 'watch',
  'address-block': 'throttle',
  token: 'suspend',
} as const satisfies Readonly<Record<string, PermittedAction>>;
export type IdentifierSort = keyof typeof IDENTIFIER_CEILINGS;

/** A fingerprint that holds nothing on one of the axes describes only a look-alike. */
export const ONE_AXIS_CEILING: PermittedAction = 'verify';

/** How findings were chosen: the first two for one look at a log, the others for a stream that is looked at again. */
export const PROCEDURES = ['benjamini-hochberg', 'benjamini-yekutieli', 'lond', 'e-lond'] as const;
export type ProcedureName = (typeof PROCEDURES)[number];

export const STILLWATCH_PATTERN = 'stillwatch';
export const PATTERN_VERSION = '1';

/** MITRE ATLAS as it names itself in external references. */
export const ATLAS = 'mitre-atlas';
/** Extract AI Model, a sub-technique of Exfiltration via AI Inference API. */
export const EXTRACT_MODEL = 'AML.T0024.002';
/** AI Model Inference API Access: what accounts are opened for. */
export const API_ACCESS = 'AML.T0040';

/** The only names an indicator can have: a name is no place for free text. */
export const NAMES: Readonly<Record<IndicatorKind, string>> = {
  'attack-fingerprint': 'Attack fingerprint of a distillation campaign',
  'query-signature': 'Query signature of a distillation campaign',
  'actor-identifier': 'Actor identifiers of a distillation campaign',
};
