/**
 * Warninglists in the JSON format of MISP: what must not be shared as an indicator because it belongs to
 * everybody. Lists come from files, so they are parsed and bounded.
 */
import { RE2JS } from 're2js';
import { StillwatchError } from '../../../base/errors.ts';
import { addressBlock } from '../../stix/pattern/address.ts';
import { addressRanges } from './address-ranges.ts';

export const WARNINGLIST_TYPES = ['cidr', 'hostname', 'string', 'substring', 'regex'] as const;
export type WarninglistType = (typeof WARNINGLIST_TYPES)[number];

export interface Warninglist {
  readonly name: string;
  readonly version: number;
  readonly type: WarninglistType;
  readonly entries: number;
  /** Whether a value, as an indicator would name it, is on the list. */
  readonly hits: (value: string) => boolean;
}

const MOST_ENTRIES = 2_000_000;
const LONGEST_ENTRY = 2000;
/** Regular expressions are tried one after the other; each is linear in the value. */
const MOST_EXPRESSIONS = 2000;

const unreadable = (called: string, why: string): StillwatchError =>
  new StillwatchError(
    'WARNINGLIST_UNREADABLE',
    `${called} ${why}`,
    'Give a list in the JSON format of MISP: name, description, version, type and list.',
  );

const trimmed = (value: string): string => value.trim().toLowerCase();

const cidr = (list: readonly string[], called: string): Warninglist['hits'] => {
  const at = list.findIndex((entry) => addressBlock(entry.trim()) === undefined);
  if (at >= 0) throw unreadable(called, `has an entry that is no address block (number ${at + 1})`);
  const ranges = addressRanges(list.map((entry) => entry.trim()));
  return (value) => {
    const block = addressBlock(value.trim());
    return block !== undefined && ranges.meets(block);
  };
};

const hostname = (list: readonly string[]): Warninglist['hits'] => {
  const names = new Set(list.map((entry) => trimmed(entry).replace(/^\.|\.$/g, '')));
  return (value) => {
    // As MISP has it: an entry covers the name itself and everything below it.
    const labels = trimmed(value).replace(/\.$/, '').split('.');
    if (labels.length > 127) return false;
    return labels.some((_, i) => names.has(labels.slice(i).join('.')));
  };
};

const text = (list: readonly string[]): Warninglist['hits'] => {
  const values = new Set(list.map(trimmed));
  return (value) => values.has(trimmed(value));
};

const substring = (list: readonly string[]): Warninglist['hits'] => {
  const parts = list.map(trimmed).filter((part) => part !== '');
  return (value) => {
    const whole = trimmed(value);
    return parts.some((part) => whole.includes(part));
  };
};

/** Written as `/expression/flags` or bare; by re2js, so that no list can make a check exponential. */
const regex = (list: readonly string[], called: string): Warninglist['hits'] => {
  if (list.length > MOST_EXPRESSIONS)
    throw unreadable(called, `has more than ${MOST_EXPRESSIONS} regular expressions`);
  const expressions = list.map((entry, i) => {
    const match = /^\/(.*)\/([a-z]*)$/s.exec(entry);
    const flags = match === null || match[2]!.includes('i') ? RE2JS.CASE_INSENSITIVE : 0;
    try {
      return RE2JS.compile(match?.[1] ?? entry, flags);
    } catch {
      throw unreadable(called, `has an expression that cannot be used (number ${i + 1})`);
    }
  });
  return (value) => expressions.some((expression) => expression.matcher(value).find());
};

const COMPILE: Record<
  WarninglistType,
  (list: readonly string[], called: string) => Warninglist['hits']
> = { cidr, hostname, string: text, substring, regex };

/**
 * A list from its parsed JSON. Without a type it is a list of texts, as the older files are.
 *
 * @param called how messages name the source.
 * @throws StillwatchError `WARNINGLIST_UNREADABLE`.
 */
export const parseWarninglist = (value: unknown, called: string): Warninglist => {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw unreadable(called, 'is no object');
  const { name, version, type = 'string', list } = value as Readonly<Record<string, unknown>>;
  if (typeof name !== 'string' || name === '' || name.length > 300)
    throw unreadable(called, 'has no name of 1 to 300 characters');
  if (!Number.isSafeInteger(version)) throw unreadable(called, 'has no whole number as version');
  const known = WARNINGLIST_TYPES.find((one) => one === type);
  if (known === undefined)
    throw unreadable(called, `has a type other than ${WARNINGLIST_TYPES.join(', ')}`);
  if (!Array.isArray(list) || list.length > MOST_ENTRIES)
    throw unreadable(called, `has no list of at most ${MOST_ENTRIES} entries`);
  const wrong = list.findIndex((one) => typeof one !== 'string' || one.length > LONGEST_ENTRY);
  if (wrong >= 0)
    throw unreadable(
      called,
      `has an entry that is no text of at most ${LONGEST_ENTRY} characters (number ${wrong + 1})`,
    );
  const hits = COMPILE[known](list as readonly string[], called);
  return { name, version: version as number, type: known, entries: list.length, hits };
};
