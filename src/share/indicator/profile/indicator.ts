/** The way in: an object from outside becomes an indicator of the distillation profile, or a list of faults. */
import {
  ELICITATION_FAMILIES,
  type ElicitationFamily,
  LANGUAGES,
  type Language,
} from '../../../detect/profile/prompt-scan/families.ts';
import { parseObject } from '../../stix/parse.ts';
import { type Indicator, isType } from '../../stix/types.ts';
import {
  type Check,
  closed,
  createProfileSink,
  form,
  integer,
  isRecord,
  oneOf,
  type ProfileSink,
  REFUSED,
  type Refused,
  real,
  refuse,
  sortedSet,
} from './check.ts';
import type { ProfileDiagnostic } from './codes.ts';
import { EXTENSION_IDS, kindOfExtension } from './extension-definitions.ts';
import { type NetworkObservables, parseNetworkPattern } from './observables.ts';
import {
  type ActorPattern,
  type FingerprintPattern,
  parseStillwatchPattern,
  type SignaturePattern,
} from './pattern.ts';
import {
  ATLAS,
  COUNT_BUCKETS,
  type CountBucket,
  IDENTIFIER_CEILINGS,
  type IdentifierSort,
  type IndicatorKind,
  LEAST_K,
  LONGEST_DAYS,
  mildest,
  NAMES,
  ONE_AXIS_CEILING,
  P_BUCKETS,
  PATTERN_VERSION,
  type PBucket,
  PERMITTED_ACTIONS,
  type PermittedAction,
  PROCEDURES,
  type ProcedureName,
  STILLWATCH_PATTERN,
} from './words.ts';

/** What every extension of the profile carries. */
export interface ProfileExtension {
  readonly extension_type: 'property-extension';
  /** The strongest thing a recipient may do; never an order to do it. */
  readonly permitted_action: PermittedAction;
  readonly evidence: { readonly accounts: CountBucket; readonly exchanges: CountBucket };
  /** Everything in the indicator is common to at least so many accounts. */
  readonly k_anonymity: number;
  readonly calibration: {
    readonly id: string;
    /** Declared false discovery rate. */
    readonly level: number;
    readonly procedure: ProcedureName;
  };
  readonly axes: { readonly network: PBucket; readonly intent: PBucket };
}

export interface SignatureExtension extends ProfileExtension {
  readonly languages: readonly Language[];
  readonly elicitation: readonly ElicitationFamily[];
}

export interface ActorExtension extends ProfileExtension {
  readonly identifiers: readonly IdentifierSort[];
}

/** A read indicator: the object itself, and what it says. */
export type DistillationIndicator =
  | {
      readonly kind: 'attack-fingerprint';
      readonly object: Indicator;
      readonly extension: ProfileExtension;
      readonly pattern: FingerprintPattern;
    }
  | {
      readonly kind: 'query-signature';
      readonly object: Indicator;
      readonly extension: SignatureExtension;
      readonly pattern: SignaturePattern;
    }
  | {
      readonly kind: 'actor-identifier';
      readonly object: Indicator;
      readonly extension: ActorExtension;
      readonly pattern: ActorPattern;
      readonly network: NetworkObservables;
    };

export type ParsedIndicator =
  | { readonly indicator: DistillationIndicator; readonly diagnostics?: undefined }
  | { readonly diagnostics: readonly ProfileDiagnostic[]; readonly indicator?: undefined };

const common = {
  extension_type: oneOf(['property-extension']),
  permitted_action: oneOf(PERMITTED_ACTIONS),
  evidence: closed<ProfileExtension['evidence']>({
    accounts: oneOf(COUNT_BUCKETS),
    exchanges: oneOf(COUNT_BUCKETS),
  }),
  k_anonymity: integer(LEAST_K, 10_000),
  calibration: closed<ProfileExtension['calibration']>({
    id: form(
      /^calibration--[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/,
      60,
      'calibration-- and a UUID',
    ),
    level: real(1e-9, 0.5),
    procedure: oneOf(PROCEDURES),
  }),
  axes: closed<ProfileExtension['axes']>({ network: oneOf(P_BUCKETS), intent: oneOf(P_BUCKETS) }),
} as const;

const SORTS = Object.keys(IDENTIFIER_CEILINGS) as IdentifierSort[];

const EXTENSIONS = {
  'attack-fingerprint': closed<ProfileExtension>(common),
  'query-signature': closed<SignatureExtension>({
    ...common,
    languages: sortedSet(oneOf(LANGUAGES), 0, LANGUAGES.length),
    elicitation: sortedSet(oneOf(ELICITATION_FAMILIES), 0, ELICITATION_FAMILIES.length),
  }),
  'actor-identifier': closed<ActorExtension>({
    ...common,
    identifiers: sortedSet(oneOf(SORTS), 1, SORTS.length),
  }),
} as const satisfies Record<IndicatorKind, Check<ProfileExtension>>;

/** What an indicator may hold besides: nothing that could carry free text. */
const PROPERTIES: ReadonlySet<string> = new Set([
  'type',
  'spec_version',
  'id',
  'created_by_ref',
  'created',
  'modified',
  'revoked',
  'confidence',
  'external_references',
  'object_marking_refs',
  'extensions',
  'name',
  'indicator_types',
  'pattern',
  'pattern_type',
  'pattern_version',
  'valid_from',
  'valid_until',
]);

const TECHNIQUE = /^AML\.T\d{4}(?:\.\d{3})?$/;
export const techniqueUrl = (id: string): string => `https://atlas.mitre.org/techniques/${id}`;

const checkReferences = (object: Indicator, sink: ProfileSink): void => {
  const at = (i?: number) => ['external_references', ...(i === undefined ? [] : [i])];
  const references = object.external_references ?? [];
  if (references.length === 0 || references.length > 8)
    refuse(sink, at(), 'PROFILE_TECHNIQUE', 'One to eight techniques of MITRE ATLAS are named.');
  references.forEach((reference, i) => {
    const { source_name, external_id = '', url, ...rest } = reference;
    const id = external_id.length < 20 && TECHNIQUE.test(external_id) ? external_id : undefined;
    if (
      source_name !== ATLAS ||
      id === undefined ||
      (url !== undefined && url !== techniqueUrl(id))
    )
      refuse(
        sink,
        at(i),
        'PROFILE_TECHNIQUE',
        'It names a technique of mitre-atlas: AML.T0024.002.',
      );
    for (const name of Object.keys(rest))
      refuse(sink, [...at(i), name], 'PROFILE_UNKNOWN', 'The profile has no such property.');
  });
};

const DAY = 86_400_000;

const checkFrame = (object: Indicator, kind: IndicatorKind, sink: ProfileSink): void => {
  for (const name of Object.keys(object))
    if (!PROPERTIES.has(name))
      refuse(sink, [name], 'PROFILE_UNKNOWN', 'The profile has no such property.');
  if (object.name !== undefined && object.name !== NAMES[kind])
    refuse(sink, ['name'], 'PROFILE_NOT_ALLOWED', `The name is: ${NAMES[kind]}.`);
  oneOf(['anomalous-activity', 'malicious-activity'])(
    object.indicator_types?.length === 1 ? object.indicator_types[0] : undefined,
    ['indicator_types'],
    sink,
  );
  checkReferences(object, sink);
  const { valid_from: from, valid_until: until } = object;
  const days = LONGEST_DAYS[kind];
  if (until === undefined || Date.parse(until) - Date.parse(from) > days * DAY)
    refuse(sink, ['valid_until'], 'PROFILE_EXPIRY', `It ends within ${days} days of valid_from.`);
};

/** The one extension of the profile that the object carries, and no other. */
const kindOf = (object: Indicator, sink: ProfileSink): IndicatorKind | Refused => {
  const ids = Object.keys(object.extensions ?? {});
  const kinds = ids.flatMap((id) => kindOfExtension(id) ?? []);
  if (kinds.length === 0)
    return refuse(sink, ['extensions'], 'PROFILE_ABSENT', 'No extension of the profile is there.');
  if (ids.length > 1)
    return refuse(sink, ['extensions'], 'PROFILE_SEVERAL', 'One extension, and no other.');
  return kinds[0]!;
};

const EMPTY: NetworkObservables = { blocks: [], systems: [] };

type ReadPattern =
  | {
      readonly pattern: FingerprintPattern | SignaturePattern | ActorPattern;
      readonly network: NetworkObservables;
    }
  | Refused;

const patternOf = (object: Indicator, kind: IndicatorKind, sink: ProfileSink): ReadPattern => {
  const { pattern: text, pattern_type: type, pattern_version: version } = object;
  if (kind === 'actor-identifier' && type === 'stix') {
    if (version !== undefined && version !== '2.1')
      refuse(
        sink,
        ['pattern_version'],
        'PROFILE_NOT_ALLOWED',
        'The version of the pattern is 2.1.',
      );
    const network = parseNetworkPattern(text, ['pattern'], sink);
    return network === REFUSED ? REFUSED : { pattern: { kind }, network };
  }
  if (type !== STILLWATCH_PATTERN)
    return refuse(sink, ['pattern_type'], 'PROFILE_PATTERN_TYPE', `It is ${STILLWATCH_PATTERN}.`);
  if (version !== PATTERN_VERSION)
    refuse(sink, ['pattern_version'], 'PROFILE_NOT_ALLOWED', `It is ${PATTERN_VERSION}.`);
  const pattern = parseStillwatchPattern(text, ['pattern'], sink);
  if (pattern === REFUSED) return REFUSED;
  return pattern.kind === kind
    ? { pattern, network: EMPTY }
    : refuse(sink, ['pattern', 'kind'], 'PROFILE_PATTERN_TYPE', `The extension says ${kind}.`);
};

/** What sorts of identifier an actor indicator really holds, sorted. */
export const sortsOf = (pattern: ActorPattern, network: NetworkObservables): IdentifierSort[] => {
  const held: Readonly<Record<IdentifierSort, boolean>> = {
    'address-block': network.blocks.length > 0,
    'autonomous-system': network.systems.length > 0,
    client: pattern.clients !== undefined,
    token: pattern.tokens !== undefined,
  };
  return SORTS.filter((sort) => held[sort]).sort();
};

/** The strongest action that the content of an indicator can carry. */
export const ceilingOf = (
  pattern: FingerprintPattern | SignaturePattern | ActorPattern,
  network: NetworkObservables,
): PermittedAction => {
  if (pattern.kind === 'attack-fingerprint')
    return pattern.hold.network > 0 && pattern.hold.intent > 0 ? 'suspend' : ONE_AXIS_CEILING;
  if (pattern.kind === 'query-signature') return 'suspend';
  return sortsOf(pattern, network)
    .map((sort): PermittedAction => IDENTIFIER_CEILINGS[sort])
    .reduce(mildest, 'suspend');
};

const checkTogether = (
  extension: ProfileExtension | ActorExtension,
  { pattern, network }: Exclude<ReadPattern, Refused>,
  path: readonly string[],
  sink: ProfileSink,
): void => {
  const ceiling = ceilingOf(pattern, network);
  if (mildest(extension.permitted_action, ceiling) !== extension.permitted_action)
    refuse(
      sink,
      [...path, 'permitted_action'],
      'PROFILE_ACTION',
      `What it rests on carries ${ceiling} at most.`,
    );
  // The top of the bucket, since the bucket itself is all that is known.
  const most = {
    '5-9': 9,
    '10-19': 19,
    '20-49': 49,
    '50-99': 99,
    '100-499': 499,
    '500+': Infinity,
  };
  if (extension.k_anonymity > most[extension.evidence.accounts])
    refuse(
      sink,
      [...path, 'k_anonymity'],
      'PROFILE_K',
      'The evidence is fewer accounts than that.',
    );
  if (
    'identifiers' in extension &&
    pattern.kind === 'actor-identifier' &&
    extension.identifiers.join() !== sortsOf(pattern, network).join()
  )
    refuse(
      sink,
      [...path, 'identifiers'],
      'PROFILE_NOT_ALLOWED',
      'It names what the pattern holds.',
    );
};

/**
 * Reads one indicator of the profile, as hostile input: every fault is reported with a code and a path.
 * Never throws; linear in the size of the object, which STIX's own bounds limit.
 */
export const parseDistillationIndicator = (value: unknown): ParsedIndicator => {
  const stix = parseObject(value);
  if (stix.diagnostics !== undefined)
    return {
      diagnostics: stix.diagnostics.map(({ code, path, message }) => ({ code, path, message })),
    };
  const { object } = stix;
  const sink = createProfileSink();
  if (!isType(object, 'indicator')) {
    refuse(sink, ['type'], 'PROFILE_NOT_INDICATOR', 'The profile is about indicators.');
    return { diagnostics: sink.faults };
  }
  const kind = kindOf(object, sink);
  if (kind === REFUSED) return { diagnostics: sink.faults };
  checkFrame(object, kind, sink);
  const path = ['extensions', EXTENSION_IDS[kind]];
  const given = object.extensions![EXTENSION_IDS[kind]];
  const extension = isRecord(given) ? EXTENSIONS[kind](given, path, sink) : REFUSED;
  const read = patternOf(object, kind, sink);
  if (extension !== REFUSED && read !== REFUSED) checkTogether(extension, read, path, sink);
  if (extension === REFUSED || read === REFUSED || sink.faults.length > 0)
    return { diagnostics: sink.faults };
  const { pattern, network } = read;
  // The kinds of extension and pattern were compared above; the compiler cannot follow that.
  return { indicator: { kind, object, extension, pattern, network } as DistillationIndicator };
};
