/** Compares a property's value with a constant (STIX 2.1, sections 9.2, 9.6.2 to 9.6.4). */
import { compareTimestamps, isTimestamp } from '../timestamp.ts';
import type { Constant, OrderOperator } from './ast.ts';

/** Octets as text of code points below U+0100, so that they compare as unsigned octets (9.6.3). */
type Octets = { readonly octets: string };

export const isBinaryName = (name: string): boolean =>
  name.endsWith('_bin') || name.endsWith('_hex');

/** 9.6.4: the native form of a binary property. Undefined when the text is not of that form. */
export const octetsOf = (name: string, text: string): Octets | undefined => {
  const encoding = name.endsWith('_hex') ? 'hex' : 'base64';
  const bytes = Buffer.from(text, encoding);
  const sound =
    encoding === 'hex' ? bytes.length * 2 === text.length : bytes.toString('base64') === text;
  return sound ? { octets: bytes.toString('latin1') } : undefined;
};

/** 9.2: U+0000 to U+00FF map to octets; other text cannot become binary. */
const textAsOctets = (text: string): Octets | undefined =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the mapping covers exactly these.
  /^[\u0000-\u00ff]*$/.test(text) ? { octets: text } : undefined;

const constantOctets = (constant: Constant): Octets | undefined => {
  if (constant.kind === 'string') return textAsOctets(constant.value);
  if (constant.kind === 'hex' || constant.kind === 'binary') {
    const encoding = constant.kind === 'hex' ? 'hex' : 'base64';
    return { octets: Buffer.from(constant.text, encoding).toString('latin1') };
  }
  return undefined;
};

/** 9.6.2: by code point. UTF-16 order differs from it only above the surrogates. */
export const compareText = (a: string, b: string): number => {
  if (a === b) return 0;
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i += 1) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x !== y) {
      const astral = (unit: number) => unit >= 0xd800 && unit <= 0xdfff;
      return astral(x) === astral(y) ? x - y : astral(x) ? 1 : -1;
    }
  }
  return a.length - b.length;
};

/** Negative, zero or positive; undefined when the two are of incompatible types (9.6.1). */
export const compareValue = (
  name: string,
  value: unknown,
  constant: Constant,
): number | undefined => {
  switch (typeof value) {
    case 'number':
      return constant.kind === 'integer' || constant.kind === 'float'
        ? value - Number(constant.text)
        : undefined;
    case 'boolean':
      return constant.kind === 'boolean' ? Number(value) - Number(constant.value) : undefined;
    case 'string':
      break;
    default:
      return undefined;
  }
  if (constant.kind === 'timestamp') {
    return isTimestamp(value) ? compareTimestamps(value, constant.text) : undefined;
  }
  if (isBinaryName(name) || constant.kind === 'hex' || constant.kind === 'binary') {
    const a = isBinaryName(name) ? octetsOf(name, value) : textAsOctets(value);
    const b = constantOctets(constant);
    return a === undefined || b === undefined ? undefined : compareText(a.octets, b.octets);
  }
  return constant.kind === 'string' ? compareText(value, constant.value) : undefined;
};

export const holds = (operator: OrderOperator, order: number | undefined): boolean => {
  // 9.6.1: incompatible types compare false, except for `!=`.
  if (order === undefined) return operator === '!=';
  switch (operator) {
    case '=':
      return order === 0;
    case '!=':
      return order !== 0;
    case '<':
      return order < 0;
    case '<=':
      return order <= 0;
    case '>':
      return order > 0;
    case '>=':
      return order >= 0;
  }
};

/** LIKE (9.6.1): `%` is any number of characters, `_` is one. At most text × pattern steps. */
export const isLike = (text: string, pattern: string): boolean => {
  const t = Array.from(text);
  const p = Array.from(pattern);
  let i = 0;
  let j = 0;
  let star = -1;
  let resume = 0;
  while (i < t.length) {
    if (p[j] === '%') {
      star = j;
      resume = i;
      j += 1;
    } else if (j < p.length && (p[j] === '_' || p[j] === t[i])) {
      i += 1;
      j += 1;
    } else if (star >= 0) {
      // The last `%` takes one character more; those before it need not be tried again.
      resume += 1;
      i = resume;
      j = star + 1;
    } else return false;
  }
  while (p[j] === '%') j += 1;
  return j === p.length;
};
