/** Parses STIX patterns: observation expressions, operators and qualifiers (STIX 2.1, section 9.5). */
import { compareTimestamps } from '../timestamp.ts';
import type { Pattern, PatternFault, Qualifier } from './ast.ts';
import { parseComparison } from './comparison.ts';
import { accept, type Cursor, expect, nested, peek, take, unexpected } from './cursor.ts';
import { failAt, PatternError, tokenize } from './tokens.ts';

export interface PatternBounds {
  /** Longest pattern, in UTF-16 code units. */
  readonly maxLength: number;
  /** Most parentheses that may be open at once. */
  readonly maxDepth: number;
}

export const PATTERN_BOUNDS: PatternBounds = { maxLength: 65_536, maxDepth: 32 };

export type ParsedPattern =
  | { readonly pattern: Pattern; readonly fault?: undefined }
  | { readonly fault: PatternFault; readonly pattern?: undefined };

const MAX_REPEATS = 1_000_000;

const parseQualifier = (cursor: Cursor): Qualifier | undefined => {
  const { at } = peek(cursor);
  if (accept(cursor, 'WITHIN')) {
    const token = take(cursor);
    if ((token.kind !== 'integer' && token.kind !== 'float') || !(Number(token.text) > 0)) {
      failAt('PATTERN_QUALIFIER', token.at, '9.5.1', 'WITHIN takes a positive number of seconds.');
    }
    expect(cursor, 'SECONDS', '9.5.1');
    return { kind: 'within', seconds: token.text };
  }
  if (accept(cursor, 'REPEATS')) {
    const token = take(cursor);
    const times = token.kind === 'integer' ? Number(token.text) : 0;
    if (times < 1 || times > MAX_REPEATS) {
      failAt(
        'PATTERN_QUALIFIER',
        token.at,
        '9.5.1',
        `REPEATS takes an integer from 1 to ${MAX_REPEATS}.`,
      );
    }
    expect(cursor, 'TIMES', '9.5.1');
    return { kind: 'repeats', times };
  }
  if (accept(cursor, 'START')) {
    const start = parseTime(cursor);
    expect(cursor, 'STOP', '9.5.1');
    const stop = parseTime(cursor);
    if (compareTimestamps(stop, start) <= 0) {
      failAt('PATTERN_QUALIFIER', at, '9.5.1', 'STOP must be after START.');
    }
    return { kind: 'start-stop', start, stop };
  }
  return undefined;
};

const parseTime = (cursor: Cursor): string => {
  if (peek(cursor).kind !== 'timestamp')
    unexpected(cursor, "a timestamp such as t'2026-01-01T00:00:00Z'", '9.5.1');
  return take(cursor).text;
};

const parsePrimary = (cursor: Cursor): Pattern => {
  if (accept(cursor, '(')) return nested(cursor, '9.5', () => parseFollowedBy(cursor));
  if (!accept(cursor, '[')) unexpected(cursor, '"[" or "("', '9.5');
  const test = parseComparison(cursor);
  expect(cursor, ']', '9.5');
  return { kind: 'observation', test };
};

const parseQualified = (cursor: Cursor): Pattern => {
  const operand = parsePrimary(cursor);
  const qualifiers: Qualifier[] = [];
  for (;;) {
    const { at } = peek(cursor);
    const qualifier = parseQualifier(cursor);
    if (qualifier === undefined) break;
    if (qualifiers.some(({ kind }) => kind === qualifier.kind)) {
      failAt('PATTERN_QUALIFIER', at, '9.5.1', 'An expression has one qualifier of each kind.');
    }
    qualifiers.push(qualifier);
  }
  return qualifiers.length === 0 ? operand : { kind: 'qualified', operand, qualifiers };
};

/** Left-associative operators of one rank are one node with all their operands. */
const joined = (
  cursor: Cursor,
  word: string,
  kind: 'and' | 'or' | 'followedby',
  parseOperand: (cursor: Cursor) => Pattern,
): Pattern => {
  const operands = [parseOperand(cursor)];
  while (accept(cursor, word)) operands.push(parseOperand(cursor));
  return operands.length === 1 ? operands[0]! : { kind, operands };
};

// 9.5.3: AND binds most tightly, then OR, then FOLLOWEDBY.
const parseAnd = (cursor: Cursor): Pattern => joined(cursor, 'AND', 'and', parseQualified);
const parseOr = (cursor: Cursor): Pattern => joined(cursor, 'OR', 'or', parseAnd);
const parseFollowedBy = (cursor: Cursor): Pattern =>
  joined(cursor, 'FOLLOWEDBY', 'followedby', parseOr);

/** Parses a pattern, or says where and why it is none. Never throws. */
export const parsePattern = (text: string, bounds: Partial<PatternBounds> = {}): ParsedPattern => {
  const { maxLength, maxDepth } = { ...PATTERN_BOUNDS, ...bounds };
  if (text.length > maxLength) {
    const message = `A pattern is at most ${maxLength} characters long; this one has ${text.length}.`;
    return { fault: { code: 'PATTERN_TOO_LARGE', at: maxLength, section: '9.4', message } };
  }
  try {
    const cursor: Cursor = { tokens: tokenize(text), next: 0, depth: 0, maxDepth };
    const pattern = parseFollowedBy(cursor);
    if (peek(cursor).kind !== 'end')
      unexpected(cursor, 'an operator, a qualifier or the end', '9.5');
    return { pattern };
  } catch (error) {
    if (error instanceof PatternError) return { fault: error.fault };
    throw error;
  }
};
