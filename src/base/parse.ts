/**
 * Parsers for data from outside: a value is taken apart field by field, never cast, and every fault
 * is noted with its path, so that all of them can be reported at once.
 */

/** Says that a value was refused; the faults say why. */
export const REFUSED: unique symbol = Symbol('refused');
export type Refused = typeof REFUSED;

/** Collects faults: the first 50 in words, all of them in number. */
export interface Faults {
  readonly list: string[];
  count: number;
}

const LISTED = 50;

export const noFaults = (): Faults => ({ list: [], count: 0 });

/** Notes one fault; the value's content is never part of it. */
export const fault = (faults: Faults, path: string, expected: string, found: string): Refused => {
  faults.count += 1;
  if (faults.list.length < LISTED)
    faults.list.push(`${path || '$'}: expected ${expected}, found ${found}`);
  return REFUSED;
};

const refuse = (faults: Faults, path: string, expected: string, value: unknown): Refused =>
  fault(faults, path, expected, kindOf(value));

/** The kind of a value, never its content: that may be long, or private. */
const kindOf = (value: unknown): string => {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === 'number') return String(value);
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
};

export type Parser<T> = (value: unknown, path: string, faults: Faults) => T | Refused;

export const text =
  (maxLength = 100_000): Parser<string> =>
  (value, path, faults) =>
    typeof value === 'string' && value.length <= maxLength
      ? value
      : refuse(faults, path, `text of at most ${maxLength} characters`, value);

export const number =
  (min = -Number.MAX_VALUE, max = Number.MAX_VALUE): Parser<number> =>
  (value, path, faults) =>
    typeof value === 'number' && value >= min && value <= max
      ? value
      : refuse(
          faults,
          path,
          min === -Number.MAX_VALUE ? 'a number' : `a number from ${min} to ${max}`,
          value,
        );

export const count: Parser<number> = (value, path, faults) =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
    ? value
    : refuse(faults, path, 'a whole number, 0 or more', value);

export const oneOf =
  <const T extends string | number>(allowed: readonly T[]): Parser<T> =>
  (value, path, faults) =>
    allowed.find((one) => one === value) ??
    refuse(faults, path, `one of ${allowed.map((one) => JSON.stringify(one)).join(', ')}`, value);

const RFC3339 = /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/;

export const time: Parser<string> = (value, path, faults) =>
  typeof value === 'string' && RFC3339.test(value) && !Number.isNaN(Date.parse(value))
    ? value
    : refuse(faults, path, 'a time (RFC 3339)', value);

export const nullable =
  <T>(inner: Parser<T>): Parser<T | null> =>
  (value, path, faults) =>
    value === null ? null : inner(value, path, faults);

/** For fields that an older writer, or a simpler one, leaves out. */
export const orElse =
  <T>(inner: Parser<T>, missing: T): Parser<T> =>
  (value, path, faults) =>
    value === undefined ? missing : inner(value, path, faults);

export const truth: Parser<boolean> = (value, path, faults) =>
  typeof value === 'boolean' ? value : refuse(faults, path, 'true or false', value);

export const list =
  <T>(inner: Parser<T>, maxLength = 10_000_000): Parser<readonly T[]> =>
  (value, path, faults) => {
    if (!Array.isArray(value) || value.length > maxLength)
      return refuse(faults, path, `a list of at most ${maxLength}`, value);
    const items: T[] = [];
    for (const [i, item] of value.entries()) {
      const parsed = inner(item, `${path}[${i}]`, faults);
      if (parsed !== REFUSED) items.push(parsed);
    }
    return items.length === value.length ? items : REFUSED;
  };

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const fieldOf = (value: Readonly<Record<string, unknown>>, name: string): unknown =>
  Object.hasOwn(value, name) ? value[name] : undefined;

/** Exactly these fields; what else the value holds is left behind. */
export const object =
  <T extends object>(fields: { readonly [K in keyof T & string]: Parser<T[K]> }): Parser<T> =>
  (value, path, faults) => {
    if (!isRecord(value)) return refuse(faults, path, 'an object', value);
    const entries: [string, unknown][] = [];
    for (const name of Object.keys(fields) as (keyof T & string)[]) {
      const parsed = fields[name](
        fieldOf(value, name),
        path === '' ? name : `${path}.${name}`,
        faults,
      );
      if (parsed === REFUSED) continue;
      entries.push([name, parsed]);
    }
    // The mapped type of `fields` holds one parser per field of T, and each gave its value.
    return entries.length === Object.keys(fields).length
      ? (Object.fromEntries(entries) as T)
      : REFUSED;
  };

/** Any names, one kind of value. `Object.fromEntries` defines, so '__proto__' is a name like others. */
export const dictionary =
  <T>(inner: Parser<T>): Parser<Readonly<Record<string, T>>> =>
  (value, path, faults) => {
    if (!isRecord(value)) return refuse(faults, path, 'an object', value);
    const entries: [string, T][] = [];
    for (const [name, item] of Object.entries(value)) {
      const parsed = inner(item, `${path}[${JSON.stringify(name.slice(0, 60))}]`, faults);
      if (parsed !== REFUSED) entries.push([name, parsed]);
    }
    return entries.length === Object.keys(value).length ? Object.fromEntries(entries) : REFUSED;
  };
