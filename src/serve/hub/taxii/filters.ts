/** URL parameters of TAXII 2.1 (section 3.4), parsed: every fault is an answer 400 that names it. */
import { badRequest } from '../http/refusal.ts';
import { microsOf, versionKey } from '../../store/version-key.ts';
import type { Selection } from '../../store/store.ts';
import { type ObjectTest, PROPERTY_FILTERS } from './property-filters.ts';

/** What an endpoint takes; each adds to those before it (the table of section 3.4). */
export type FilterSet = 'delete' | 'versions' | 'object' | 'objects';

const TAKEN: { readonly [S in FilterSet]: readonly string[] } = {
  delete: ['match[version]', 'match[spec_version]'],
  versions: ['added_after', 'limit', 'next', 'match[spec_version]'],
  object: ['added_after', 'limit', 'next', 'match[version]', 'match[spec_version]'],
  objects: [
    'added_after',
    'limit',
    'next',
    'match[id]',
    'match[type]',
    'match[version]',
    'match[spec_version]',
  ],
};
export const parametersOf = (set: FilterSet): readonly string[] => [
  ...TAKEN[set],
  ...(set === 'objects' ? [...PROPERTY_FILTERS.keys()].map((name) => `match[${name}]`) : []),
];

export interface Filters {
  readonly addedAfter: number;
  readonly limit: number;
  readonly next: string | undefined;
  readonly selection: Pick<Selection, 'ids' | 'types' | 'versions' | 'specVersions'>;
  /** Tests that need the text of the object. */
  readonly tests: readonly ObjectTest[];
  /** The same for the same filters, however they are ordered; without `limit` and `next`. */
  readonly canonical: string;
}

const MOST_VALUES = 100;

const listOf = (name: string, text: string): readonly string[] => {
  const values = text.split(',').filter((value) => value !== '');
  if (values.length === 0) throw badRequest(`${name} has no value.`);
  if (values.length > MOST_VALUES) throw badRequest(`${name} has more than ${MOST_VALUES} values.`);
  return [...new Set(values)];
};

const VERSION = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,30})?Z$/;

const versionsOf = (values: readonly string[]): Selection['versions'] =>
  values.map((value) => {
    if (value === 'first' || value === 'last' || value === 'all') return value;
    if (!VERSION.test(value))
      throw badRequest('match[version] is not first, last, all or a timestamp.');
    return { key: versionKey(value) };
  });

const limitOf = (text: string | undefined, maxPage: number): number => {
  if (text === undefined) return maxPage;
  if (!/^\d{1,15}$/.test(text) || Number(text) === 0)
    throw badRequest('limit is not a whole number above 0.');
  // 3.4: a server may answer with fewer than were asked for.
  return Math.min(Number(text), maxPage);
};

/** @throws Refusal 400 */
export const parseFilters = (query: URLSearchParams, set: FilterSet, maxPage: number): Filters => {
  const taken = TAKEN[set];
  const given = new Map<string, string>();
  for (const [name, value] of query) {
    const property = /^match\[(.+)\]$/.exec(name)?.[1];
    const known =
      taken.includes(name) || (set === 'objects' && PROPERTY_FILTERS.has(property ?? ''));
    // A filter that is not applied would answer with what was not asked for.
    if (!known && property !== undefined)
      throw badRequest(`${name.slice(0, 80)} is not a filter of this endpoint.`);
    if (!known) continue;
    if (given.has(name)) throw badRequest(`${name} is given twice; separate values by commas.`);
    given.set(name, value);
  }
  const list = (name: string): readonly string[] | undefined => {
    const text = given.get(name);
    return text === undefined ? undefined : listOf(name, text);
  };
  const after = given.get('added_after');
  const addedAfter = after === undefined ? 0 : microsOf(after);
  if (addedAfter === undefined)
    throw badRequest('added_after is not a timestamp as 2026-01-01T00:00:00.000000Z.');
  const tests: ObjectTest[] = [];
  for (const [name, text] of given) {
    const make = taken.includes(name) ? undefined : PROPERTY_FILTERS.get(name.slice(6, -1));
    if (make === undefined) continue;
    const test = make(listOf(name, text));
    if (test === undefined) throw badRequest(`${name} has a value that cannot be compared.`);
    tests.push(test);
  }
  return {
    addedAfter,
    limit: limitOf(given.get('limit'), maxPage),
    next: given.get('next'),
    selection: {
      ids: list('match[id]'),
      types: list('match[type]'),
      versions: set === 'versions' ? ['all'] : versionsOf(list('match[version]') ?? ['last']),
      specVersions: list('match[spec_version]'),
    },
    tests,
    canonical: [...given]
      .filter(([name]) => name !== 'limit' && name !== 'next')
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, value]) => `${name}=${value}`)
      .join('&'),
  };
};
