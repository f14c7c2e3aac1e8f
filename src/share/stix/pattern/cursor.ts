/** A place in a list of tokens, and the steps that parsers take from it. */
import { quote } from '../diagnostic.ts';
import { failAt, type Token } from './tokens.ts';

export interface Cursor {
  readonly tokens: readonly Token[];
  next: number;
  /** Parentheses that are open. */
  depth: number;
  readonly maxDepth: number;
}

export const peek = (cursor: Cursor, ahead = 0): Token =>
  cursor.tokens[Math.min(cursor.next + ahead, cursor.tokens.length - 1)]!;

export const take = (cursor: Cursor): Token => {
  const token = peek(cursor);
  cursor.next += 1;
  return token;
};

/** Whether a keyword or symbol comes next; keywords are in capitals (9.5, 9.6). */
export const sees = (cursor: Cursor, text: string): boolean => {
  const token = peek(cursor);
  return (token.kind === 'word' || token.kind === 'symbol') && token.text === text;
};

export const accept = (cursor: Cursor, text: string): boolean => {
  if (!sees(cursor, text)) return false;
  cursor.next += 1;
  return true;
};

export const unexpected = (cursor: Cursor, wanted: string, section: string): never => {
  const token = peek(cursor);
  const found = token.kind === 'end' ? 'the end' : quote(token.text);
  return failAt('PATTERN_SYNTAX', token.at, section, `Expected ${wanted}, found ${found}.`);
};

export const expect = (cursor: Cursor, text: string, section: string): void => {
  if (!accept(cursor, text)) unexpected(cursor, quote(text), section);
};

/** Runs a parser inside parentheses, the opening one of which has been taken. */
export const nested = <T>(cursor: Cursor, section: string, parse: () => T): T => {
  cursor.depth += 1;
  if (cursor.depth > cursor.maxDepth) {
    failAt(
      'PATTERN_TOO_LARGE',
      peek(cursor).at,
      section,
      `More than ${cursor.maxDepth} open parentheses.`,
    );
  }
  const inside = parse();
  expect(cursor, ')', section);
  cursor.depth -= 1;
  return inside;
};
