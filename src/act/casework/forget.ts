/**
 * An account is forgotten: what an audit needs stays, without the account and without what was said of it.
 * The name that takes its place is random, so it leads nowhere; that two records were about one account stays
 * visible. Pure.
 */
import { randomUUID } from 'node:crypto';
import type { CaseEvent } from './case.ts';

/** Said in place of what a customer or a reviewer wrote. */
export const ERASED = '[erased]';

export const newTombstone = (): string => `forgotten--${randomUUID()}`;

const WORD = '[\\p{L}\\p{N}_@.-]';
const escaped = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');

/** Replaces the name of one account by another, wherever a value holds it. */
export type Scrub = <T>(value: T) => T;

/** What a text holds that is a JSON list, such as the name of a matter. */
const listIn = (text: string): unknown => {
  if (!text.startsWith('[') || !text.endsWith(']')) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/**
 * A name alone, and the id of a finding about one account, are taken as they are. In prose, and in texts that
 * hold JSON, the name is replaced where it stands by itself. An id that only contains it is somebody else's.
 */
export const scrubber = (account: string, tombstone: string): Scrub => {
  const alone = new RegExp(
    `(?<!${WORD})${escaped(account)}(?!${WORD.replace('.', '')}|\\.${WORD})`,
    'gu',
  );
  const quoted = JSON.stringify(account);
  const inText = (text: string): string => {
    if (text === account) return tombstone;
    if (text === `finding--${account}`) return `finding--${tombstone}`;
    if (!text.includes(account) && !text.includes(quoted)) return text;
    const list = listIn(text);
    if (list !== undefined) return JSON.stringify(inside(list));
    // A function, so that no `$` in a name means anything.
    return /\s/.test(text) ? text.replace(alone, () => tombstone) : text;
  };
  const inside = (value: unknown): unknown => {
    if (typeof value === 'string') return inText(value);
    if (Array.isArray(value)) return value.map(inside);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, inside(one)]));
  };
  return <T>(value: T): T => {
    const scrubbed = inside(value);
    // What did not change stays the same value: whoever asks sees that there is nothing to write.
    return JSON.stringify(scrubbed) === JSON.stringify(value) ? value : (scrubbed as T);
  };
};

/** An event of a case about the account; the words in it are about the account too. */
export const eraseWords = (event: CaseEvent): CaseEvent => {
  switch (event.type) {
    case 'filed':
      return event.statement === ERASED ? event : { ...event, statement: ERASED };
    case 'noted':
      return event.text === ERASED ? event : { ...event, text: ERASED };
    case 'decided': {
      const effects = event.effects.map((one) =>
        one.effect === 'allow' ? { ...one, reason: ERASED } : one,
      );
      return { ...event, reason: ERASED, told: ERASED, effects };
    }
    default:
      return event;
  }
};
