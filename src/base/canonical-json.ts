/**
 * The JSON Canonicalization Scheme (RFC 8785): one byte string for one value, so that it can be hashed
 * and signed. Numbers and strings are those of ECMAScript's own JSON, which is what the RFC prescribes
 * (sections 3.2.2.2 and 3.2.2.3); what is left is the order of keys and the refusal of what has no
 * JSON form.
 */
import { StillwatchError } from './errors.ts';

/** Nesting that no honest object reaches; keeps hostile input from exhausting the stack. */
export const MAX_JSON_DEPTH = 500;

const refuse = (path: readonly (string | number)[], what: string): never => {
  const where = path.length > 0 ? path.map((step) => `[${JSON.stringify(step)}]`).join('') : 'it';
  throw new StillwatchError(
    'JSON_NOT_CANONICAL',
    `A value has no canonical JSON form: ${where.length > 200 ? `${where.slice(0, 200)}…` : where} is ${what}`,
    'Give only null, booleans, finite numbers, well-formed strings, arrays and plain objects.',
  );
};

/** `JSON.stringify` escapes exactly what section 3.2.2.2 escapes, but lets lone surrogates through escaped. */
const text = (value: string, path: readonly (string | number)[]): string =>
  value.isWellFormed() ? JSON.stringify(value) : refuse(path, 'a string with a lone surrogate');

const array = (value: readonly unknown[], path: (string | number)[]): string => {
  let out = '[';
  // By index, never by iterator: a hole must be seen as the undefined that it is.
  for (let i = 0; i < value.length; i++) {
    path.push(i);
    out += i === 0 ? write(value[i], path) : `,${write(value[i], path)}`;
    path.pop();
  }
  return `${out}]`;
};

const object = (value: object, path: (string | number)[]): string => {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) {
    return refuse(path, `a ${value.constructor?.name ?? 'foreign'} object`);
  }
  let out = '{';
  // Section 3.2.3: by UTF-16 code units, which is the default order of sort().
  for (const key of Object.keys(value).sort()) {
    path.push(key);
    const member = write((value as Record<string, unknown>)[key], path);
    out += out.length === 1 ? '' : ',';
    out += `${text(key, path)}:${member}`;
    path.pop();
  }
  return `${out}}`;
};

const write = (value: unknown, path: (string | number)[]): string => {
  if (typeof value === 'string') return text(value, path);
  if (typeof value === 'number') {
    // Section 3.2.2.3: ECMAScript's Number::toString, in which -0 is "0"; NaN and Infinity are errors.
    return Number.isFinite(value) ? String(value) : refuse(path, String(value));
  }
  if (typeof value === 'boolean') return value ? 'true' : 'false';
  if (value === null) return 'null';
  if (typeof value !== 'object') return refuse(path, typeof value);
  // A cycle is the one way to be endless, so the bound on nesting catches it too.
  if (path.length >= MAX_JSON_DEPTH) return refuse(path, 'nested too deeply, or a cycle');
  return Array.isArray(value) ? array(value, path) : object(value, path);
};

/**
 * The canonical form of a value, without white space, ready to be encoded as UTF-8.
 *
 * @throws StillwatchError `JSON_NOT_CANONICAL` for NaN, infinities, lone surrogates, undefined (also as a
 *   member or a hole), functions, symbols, bigints, objects that are not plain, and nesting deeper than
 *   {@link MAX_JSON_DEPTH}, which includes cycles.
 */
export const canonicalJson = (value: unknown): string => write(value, []);
