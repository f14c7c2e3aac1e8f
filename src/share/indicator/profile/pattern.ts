/**
 * Patterns of type `stillwatch`, version 1: the canonical JSON (RFC 8785) of one object, so that equal
 * patterns are equal texts. Reading one costs time linear in its length, which is bounded.
 */
import { canonicalJson } from '../../../base/canonical-json.ts';
import { parseJsonText } from '../../../base/json-text.ts';
import { AXES, type Axis } from '../../../detect/report/report.ts';
import type { SignalName } from '../../../detect/verdict/signal-definitions.ts';
import { SIGNALS } from '../../../detect/verdict/signals.ts';
import { fromBase64Url } from '../../sharing/signing/base64.ts';
import { parseToken } from '../../sharing/blinding/token.ts';
import {
  LEAST_SHINGLES,
  SALT_BYTES,
  SKETCH_ALGORITHM,
  SKETCH_SIZE,
  type Sketch,
  shingleHashes,
} from '../sketch/sketch.ts';
import {
  type Check,
  closed,
  form,
  integer,
  isRecord,
  list,
  oneOf,
  optional,
  type Path,
  type ProfileSink,
  REFUSED,
  type Refused,
  real,
  refuse,
  sortedSet,
} from './check.ts';

export const PATTERN_BOUNDS = { maxBytes: 65_536, maxDepth: 8, maxValues: 2_000 } as const;

/** A signal lies in a range; at least one side is closed. */
export interface SignalRange {
  readonly signal: SignalName;
  readonly axis: Axis;
  /** Of the signal's formula: another revision gives other numbers. */
  readonly revision: number;
  readonly min?: number;
  readonly max?: number;
}

export interface FingerprintPattern {
  readonly kind: 'attack-fingerprint';
  /** Smallest set of accounts that it describes, and fewest exchanges of that set. */
  readonly min_accounts: number;
  readonly min_exchanges: number;
  /** How many ranges of each axis must hold, of those that can be measured. */
  readonly hold: { readonly network: number; readonly intent: number };
  readonly ranges: readonly SignalRange[];
}

export interface SignaturePattern {
  readonly kind: 'query-signature';
  /** The words that the family shares; slots are written ⟨…⟩. A producer may leave it out. */
  readonly template?: string;
  readonly sketch: Sketch;
  readonly match: {
    /** Share of the sketch that a prompt must hold. */
    readonly min_containment: number;
    /** Matching prompts of one account before the account counts as a hit. */
    readonly min_exchanges: number;
  };
}

export interface ActorPattern {
  readonly kind: 'actor-identifier';
  /** `swt1:…`, sorted. */
  readonly tokens?: readonly string[];
  /** JA4 fingerprints of clients, sorted. */
  readonly clients?: readonly string[];
}

export type StillwatchPattern = FingerprintPattern | SignaturePattern | ActorPattern;

export const MOST_RANGES = 40;
export const MOST_TOKENS = 500;
export const MOST_CLIENTS = 100;
export const LONGEST_TEMPLATE = 800;

/** JA4, the TLS client fingerprint: three parts, of which two are truncated hashes. */
export const JA4 = /^[tqd][0-9sd]{2}[di]\d{4}[0-9a-z]{2}_[0-9a-f]{12}_[0-9a-f]{12}$/;

const LARGEST = 1e6;

const rangeFields = closed<{
  signal: string;
  axis: Axis;
  revision: number;
  min?: number;
  max?: number;
}>({
  signal: form(/^[a-z-]+$/, 60, 'the name of a signal'),
  axis: oneOf(AXES),
  revision: integer(1, 1_000),
  min: optional(real(-LARGEST, LARGEST)),
  max: optional(real(-LARGEST, LARGEST)),
});

const range: Check<SignalRange> = (value, path, sink) => {
  const parsed = rangeFields(value, path, sink);
  if (parsed === REFUSED) return REFUSED;
  const known = SIGNALS.find((s) => s.name === parsed.signal);
  if (known === undefined || known.axis !== parsed.axis || known.revision !== parsed.revision)
    return refuse(sink, path, 'PROFILE_SIGNAL', 'This version measures no such signal.');
  const { min, max } = parsed;
  if ((min === undefined && max === undefined) || (min ?? -LARGEST) > (max ?? LARGEST))
    return refuse(sink, path, 'PROFILE_BOUNDS', 'A range has min, max or both, in this order.');
  return { ...parsed, signal: known.name };
};

const fingerprintFields = closed<FingerprintPattern>({
  kind: oneOf(['attack-fingerprint']),
  min_accounts: integer(5, 1_000_000),
  min_exchanges: integer(1, 1_000_000_000),
  hold: closed<FingerprintPattern['hold']>({
    network: integer(0, MOST_RANGES),
    intent: integer(0, MOST_RANGES),
  }),
  ranges: list(range, 1, MOST_RANGES),
});

const fingerprint: Check<FingerprintPattern> = (value, path, sink) => {
  const parsed = fingerprintFields(value, path, sink);
  if (parsed === REFUSED) return REFUSED;
  const { hold, ranges } = parsed;
  const names = ranges.map((r) => r.signal);
  if (names.some((name, i) => i > 0 && names[i - 1]! >= name))
    return refuse(sink, [...path, 'ranges'], 'PROFILE_ORDER', 'Ranges are sorted by signal.');
  const of = (axis: Axis): number => ranges.filter((r) => r.axis === axis).length;
  const wrong =
    hold.network + hold.intent === 0 || hold.network > of('network') || hold.intent > of('intent');
  return wrong
    ? refuse(sink, [...path, 'hold'], 'PROFILE_HOLD', 'It counts ranges that are there.')
    : parsed;
};

/** A word of digits, an address, a link: what a template never holds, because a slot stands there. */
const NEVER_IN_TEMPLATE = /\p{N}|@|:\/\/|www\.|[^\p{L}\p{M}\p{P}\p{S} ]/u;

export const SLOT = '⟨…⟩';

/** Whether a text can stand as a template: nothing in it that must be a slot. */
export const isTemplate = (text: string): boolean => {
  if (text.length > LONGEST_TEMPLATE || !text.isWellFormed() || !/^\S.*\S$/su.test(text))
    return false;
  // A bracket outside a slot would be read as a break by one side only.
  const bare = text.replaceAll(SLOT, '');
  return !NEVER_IN_TEMPLATE.test(bare) && !/[\u27e8\u27e9]/.test(bare);
};

const template: Check<string> = (value, path, sink) => {
  if (typeof value !== 'string') return refuse(sink, path, 'PROFILE_TYPE', 'Text is needed.');
  return isTemplate(value)
    ? value
    : refuse(
        sink,
        path,
        'PROFILE_TEMPLATE',
        `At most ${LONGEST_TEMPLATE} characters; numbers, addresses, links and controls are slots.`,
      );
};

const hex16: Check<string> = form(/^[0-9a-f]{16}$/, 16, '16 hexadecimal digits');

const salt: Check<string> = (value, path, sink) => {
  const text = form(/^[\w-]{22}$/, 22, 'base64url of 16 bytes')(value, path, sink);
  if (text === REFUSED) return REFUSED;
  return fromBase64Url(text)?.length === SALT_BYTES
    ? text
    : refuse(sink, path, 'PROFILE_FORM', 'It has the form of base64url of 16 bytes.');
};

const signatureFields = closed<SignaturePattern>({
  kind: oneOf(['query-signature']),
  template: optional(template),
  sketch: closed<Sketch>({
    algorithm: oneOf([SKETCH_ALGORITHM]),
    salt,
    shingles: integer(LEAST_SHINGLES, 10_000),
    values: sortedSet(hex16, LEAST_SHINGLES, SKETCH_SIZE),
  }),
  match: closed<SignaturePattern['match']>({
    min_containment: real(0.5, 1),
    min_exchanges: integer(1, 1_000),
  }),
});

/**
 * Whether the shingles of a template are among those of the sketch: the template may say less than the
 * sketch, because more of it was masked, but nothing else.
 */
const holdsTemplate = (sketch: Sketch, text: string): boolean => {
  const kept = new Set(sketch.values);
  const whole = sketch.shingles === sketch.values.length;
  const last = sketch.values.at(-1)!;
  return shingleHashes(text, fromBase64Url(sketch.salt)!).every(
    (hash) => kept.has(hash) || (!whole && hash > last),
  );
};

const signature: Check<SignaturePattern> = (value, path, sink) => {
  const parsed = signatureFields(value, path, sink);
  if (parsed === REFUSED) return REFUSED;
  const { sketch } = parsed;
  const at = [...path, 'sketch'];
  if (sketch.values.length !== Math.min(SKETCH_SIZE, sketch.shingles))
    return refuse(sink, at, 'PROFILE_SKETCH', `It keeps ${SKETCH_SIZE} hashes, or all of them.`);
  if (parsed.template === undefined) return parsed;
  return holdsTemplate(sketch, parsed.template)
    ? parsed
    : refuse(sink, at, 'PROFILE_SKETCH', 'Shingles of the template are not among its own.');
};

const token: Check<string> = (value, path, sink) =>
  typeof value === 'string' && value.length <= 100 && parseToken(value) !== undefined
    ? value
    : refuse(sink, path, 'PROFILE_TOKEN', 'Only blinded tokens stand here (swt1:…).');

const actorFields = closed<ActorPattern>({
  kind: oneOf(['actor-identifier']),
  tokens: optional(sortedSet(token, 1, MOST_TOKENS)),
  clients: optional(sortedSet(form(JA4, 40, 'a JA4 fingerprint'), 1, MOST_CLIENTS)),
});

const actor: Check<ActorPattern> = (value, path, sink) => {
  const parsed = actorFields(value, path, sink);
  return parsed !== REFUSED && parsed.tokens === undefined && parsed.clients === undefined
    ? refuse(sink, path, 'PROFILE_MISSING', 'It names tokens, clients or both.')
    : parsed;
};

const BY_KIND: { readonly [K in StillwatchPattern['kind']]: Check<StillwatchPattern> } = {
  'attack-fingerprint': fingerprint,
  'query-signature': signature,
  'actor-identifier': actor,
};

/** Parses the text of a pattern. Paths go on after the text's own: `$.pattern.ranges[0].min`. */
export const parseStillwatchPattern = (
  text: string,
  path: Path,
  sink: ProfileSink,
): StillwatchPattern | Refused => {
  const { value, fault } = parseJsonText(text, PATTERN_BOUNDS);
  if (fault !== undefined) return refuse(sink, path, 'PROFILE_PATTERN_JSON', fault.message);
  if (!isRecord(value)) return refuse(sink, path, 'PROFILE_PATTERN_JSON', 'It is no JSON object.');
  const check = Object.hasOwn(BY_KIND, String(value.kind))
    ? BY_KIND[value.kind as StillwatchPattern['kind']]
    : undefined;
  if (check === undefined)
    return refuse(sink, [...path, 'kind'], 'PROFILE_NOT_ALLOWED', 'It names no kind of indicator.');
  const parsed = check(value, path, sink);
  if (parsed === REFUSED) return REFUSED;
  return canonicalJson(value) === text
    ? parsed
    : refuse(sink, path, 'PROFILE_PATTERN_NOT_CANONICAL', 'It differs from its canonical JSON.');
};
