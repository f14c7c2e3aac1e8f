/** Closed checks: every property is named, everything else is a fault, and all faults are collected. */
import { jsonPath } from '../../stix/diagnostic.ts';
import type { ProfileCode, ProfileDiagnostic } from './codes.ts';

export type Path = readonly (string | number)[];

export interface ProfileSink {
  readonly faults: ProfileDiagnostic[];
}

const MOST_FAULTS = 100;

export const createProfileSink = (): ProfileSink => ({ faults: [] });

/** Says that a value was refused; the faults say why. */
export const REFUSED: unique symbol = Symbol('refused');
export type Refused = typeof REFUSED;

export const refuse = (
  sink: ProfileSink,
  path: Path,
  code: ProfileCode,
  message: string,
): Refused => {
  const { faults } = sink;
  if (faults.length < MOST_FAULTS) faults.push({ code, path: jsonPath(path), message });
  else if (faults.length === MOST_FAULTS)
    faults.push({
      code: 'PROFILE_TOO_MANY_FAULTS',
      path: '$',
      message: `More than ${MOST_FAULTS} faults; the rest are not listed.`,
    });
  return REFUSED;
};

export type Check<T> = (value: unknown, path: Path, sink: ProfileSink) => T | Refused;

const MISSING = 'This property is required.';

export const integer =
  (min: number, max: number): Check<number> =>
  (value, path, sink) => {
    if (typeof value !== 'number') return refuse(sink, path, 'PROFILE_TYPE', 'A number is needed.');
    return Number.isSafeInteger(value) && value >= min && value <= max
      ? value
      : refuse(sink, path, 'PROFILE_RANGE', `A whole number from ${min} to ${max} is needed.`);
  };

export const real =
  (min: number, max: number): Check<number> =>
  (value, path, sink) => {
    if (typeof value !== 'number') return refuse(sink, path, 'PROFILE_TYPE', 'A number is needed.');
    return value >= min && value <= max
      ? value
      : refuse(sink, path, 'PROFILE_RANGE', `A number from ${min} to ${max} is needed.`);
  };

export const oneOf =
  <const T extends string>(allowed: readonly T[]): Check<T> =>
  (value, path, sink) =>
    allowed.find((one) => one === value) ??
    refuse(sink, path, 'PROFILE_NOT_ALLOWED', `It is one of: ${allowed.join(', ')}.`);

/** @param what the form in words: "a UUID" */
export const form =
  (pattern: RegExp, maxLength: number, what: string): Check<string> =>
  (value, path, sink) => {
    if (typeof value !== 'string') return refuse(sink, path, 'PROFILE_TYPE', 'Text is needed.');
    // The length first: it bounds what the expression may cost.
    return value.length <= maxLength && pattern.test(value)
      ? value
      : refuse(sink, path, 'PROFILE_FORM', `It has the form of ${what}.`);
  };

export const list =
  <T>(inner: Check<T>, min: number, max: number): Check<readonly T[]> =>
  (value, path, sink) => {
    if (!Array.isArray(value)) return refuse(sink, path, 'PROFILE_TYPE', 'A list is needed.');
    if (value.length < min || value.length > max)
      return refuse(sink, path, 'PROFILE_LENGTH', `The list holds ${min} to ${max} items.`);
    const items: T[] = [];
    for (const [i, item] of value.entries()) {
      const parsed = inner(item, [...path, i], sink);
      if (parsed !== REFUSED) items.push(parsed);
    }
    return items.length === value.length ? items : REFUSED;
  };

/** A set in its one spelling: ascending by UTF-16 code units, nothing twice. */
export const sortedSet =
  <T extends string>(inner: Check<T>, min: number, max: number): Check<readonly T[]> =>
  (value, path, sink) => {
    const items = list(inner, min, max)(value, path, sink);
    if (items === REFUSED) return REFUSED;
    return items.every((item, i) => i === 0 || items[i - 1]! < item)
      ? items
      : refuse(sink, path, 'PROFILE_ORDER', 'The list is sorted and holds nothing twice.');
  };

const OPTIONAL = Symbol('optional');
type Field<T> = Check<T> & { readonly [OPTIONAL]?: true };

/** A property that may be absent; present, it must be right. */
export const optional = <T>(inner: Check<T>): Check<T | undefined> => {
  const check: Check<T | undefined> = (value, path, sink) =>
    value === undefined ? undefined : inner(value, path, sink);
  return Object.assign(check, { [OPTIONAL]: true as const });
};

export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Exactly these properties. */
export const closed =
  <T extends object>(
    fields: {
      readonly [K in keyof T & string]-?: Check<Exclude<T[K], undefined>> | Check<T[K]>;
    },
  ): Check<T> =>
  (value, path, sink) => {
    if (!isRecord(value)) return refuse(sink, path, 'PROFILE_TYPE', 'An object is needed.');
    let whole = true;
    for (const name of Object.keys(value))
      if (!Object.hasOwn(fields, name)) {
        refuse(sink, [...path, name], 'PROFILE_UNKNOWN', 'The profile has no such property.');
        whole = false;
      }
    const entries: [string, unknown][] = [];
    for (const [name, check] of Object.entries(fields) as [string, Field<unknown>][]) {
      const given = Object.hasOwn(value, name) ? value[name] : undefined;
      if (given === undefined) {
        if (check[OPTIONAL]) continue;
        refuse(sink, [...path, name], 'PROFILE_MISSING', MISSING);
        whole = false;
        continue;
      }
      const parsed = check(given, [...path, name], sink);
      if (parsed === REFUSED) whole = false;
      else entries.push([name, parsed]);
    }
    // One check per property of T, and each that must be there gave its value.
    return whole ? (Object.fromEntries(entries) as T) : REFUSED;
  };
