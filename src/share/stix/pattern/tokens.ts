/** Cuts a pattern into tokens (STIX 2.1, sections 9.2 and 9.4). One pass, linear in its length. */
import { quote } from '../diagnostic.ts';
import { isTimestamp } from '../timestamp.ts';
import type { PatternFault } from './ast.ts';

export type Token =
  | { readonly kind: 'word'; readonly text: string; readonly at: number }
  | { readonly kind: 'symbol'; readonly text: string; readonly at: number }
  | { readonly kind: 'integer' | 'float'; readonly text: string; readonly at: number }
  | { readonly kind: 'string'; readonly text: string; readonly at: number }
  | { readonly kind: 'hex' | 'binary' | 'timestamp'; readonly text: string; readonly at: number }
  | { readonly kind: 'end'; readonly text: ''; readonly at: number };

/** Thrown inside this folder only; `parsePattern` turns it into a result. */
export class PatternError extends Error {
  readonly fault: PatternFault;
  constructor(fault: PatternFault) {
    super(fault.message);
    this.fault = fault;
  }
}

export const failAt = (
  code: PatternFault['code'],
  at: number,
  section: string,
  message: string,
): never => {
  throw new PatternError({ code, at, section, message });
};

const SPACE = /\p{White_Space}+/uy;
const WORD = /[A-Za-z_][A-Za-z0-9_-]*/y;
// 9.2: no plus sign, no exponent. A leading zero is no number of the grammar.
const NUMBER = /-?(?:(?:0|[1-9]\d*)?\.\d+|(?:0|[1-9]\d*)(?![\d.]))/y;
const SYMBOL = /!=|<=|>=|[=<>()[\]:.,*]/y;

const PREFIXES: { readonly [letter: string]: 'hex' | 'binary' | 'timestamp' } = {
  h: 'hex',
  b: 'binary',
  t: 'timestamp',
};

const HEX = /^(?:[0-9a-f]{2})*$/;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

const sticky = (form: RegExp, text: string, at: number): string | undefined => {
  form.lastIndex = at;
  return form.exec(text)?.[0];
};

/** The end of a literal that begins with the apostrophe at `open`, and what it says. */
const readQuoted = (
  text: string,
  open: number,
): { readonly value: string; readonly end: number } => {
  const parts: string[] = [];
  let from = open + 1;
  for (let i = from; i < text.length; i += 1) {
    const c = text.charCodeAt(i);
    if (c === 0x27) {
      parts.push(text.slice(from, i));
      return { value: parts.join(''), end: i + 1 };
    }
    if (c === 0x5c) {
      const next = text[i + 1];
      // 9.2: only the apostrophe and the backslash are escaped.
      if (next !== "'" && next !== '\\') {
        failAt(
          'PATTERN_CONSTANT',
          i,
          '9.2',
          'After a backslash only an apostrophe or a backslash may follow.',
        );
      }
      parts.push(text.slice(from, i));
      from = i + 1;
      i += 1;
    }
  }
  return failAt('PATTERN_CONSTANT', open, '9.2', 'The string has no closing apostrophe.');
};

const prefixed = (text: string, letter: string, at: number): Token & { readonly end: number } => {
  const kind = PREFIXES[letter]!;
  const { value, end } = readQuoted(text, at + 1);
  // 9.2: line feeds inside base64 are ignored.
  const plain = kind === 'binary' ? value.replace(/[\r\n]/g, '') : value;
  const sound =
    kind === 'hex' ? HEX.test(plain) : kind === 'binary' ? BASE64.test(plain) : isTimestamp(plain);
  if (!sound) failAt('PATTERN_CONSTANT', at, '9.2', `${quote(value)} is not a ${kind} constant.`);
  return { kind, text: plain, at, end };
};

/** All tokens, the last of kind `end`. Throws `PatternError`. */
export const tokenize = (text: string): readonly Token[] => {
  const tokens: Token[] = [];
  let at = 0;
  while (at < text.length) {
    const space = sticky(SPACE, text, at);
    if (space !== undefined) {
      at += space.length;
      continue;
    }
    const letter = text[at]!;
    if (letter === "'") {
      const { value, end } = readQuoted(text, at);
      tokens.push({ kind: 'string', text: value, at });
      at = end;
      continue;
    }
    if (text[at + 1] === "'" && Object.hasOwn(PREFIXES, letter)) {
      const { end, ...token } = prefixed(text, letter, at);
      tokens.push(token);
      at = end;
      continue;
    }
    const number = sticky(NUMBER, text, at);
    if (number !== undefined) {
      tokens.push({ kind: number.includes('.') ? 'float' : 'integer', text: number, at });
      at += number.length;
      continue;
    }
    const word = sticky(WORD, text, at);
    const symbol = word === undefined ? sticky(SYMBOL, text, at) : undefined;
    const found = word ?? symbol;
    if (found === undefined) {
      return failAt(
        'PATTERN_SYNTAX',
        at,
        '9.4',
        `${quote(letter)} begins nothing that a pattern has.`,
      );
    }
    tokens.push({ kind: word === undefined ? 'symbol' : 'word', text: found, at });
    at += found.length;
  }
  tokens.push({ kind: 'end', text: '', at });
  return tokens;
};
