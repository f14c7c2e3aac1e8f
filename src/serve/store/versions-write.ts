/** Adding, removing and moving versions of objects, inside the one write transaction. */
import { isDeepStrictEqual } from 'node:util';
import { StillwatchError } from '../../base/errors.ts';
import type { Column, Driver, Queries, SqlRow } from './driver.ts';
import { appendEvents } from './events.ts';
import type { AddOutcome, NewEvent, NewVersion, Writing } from './store.ts';
import { type Standing, withFlags } from './version-flags.ts';
import { microsText, versionKey } from './version-key.ts';
import { readPage } from './versions-read.ts';

const COLUMNS: readonly Column[] = [
  { name: 'collection', type: 'bigint' },
  { name: 'added', type: 'bigint' },
  { name: 'id', type: 'text' },
  { name: 'type', type: 'text' },
  { name: 'version', type: 'text' },
  { name: 'version_key', type: 'text' },
  { name: 'spec', type: 'text' },
  { name: 'media_type', type: 'text' },
  { name: 'audience', type: 'bigint' },
  { name: 'shadowed', type: 'bigint' },
  { name: 'spread', type: 'bigint' },
  { name: 'origin', type: 'text' },
  { name: 'body', type: 'text' },
];

interface Fresh extends Standing {
  readonly given: NewVersion;
  readonly version: string;
}
type Known = Standing & { readonly id: string };

/** Numbers of the labels, new ones included. */
const audiencesOf = async (
  driver: Driver,
  queries: Queries,
  labels: ReadonlySet<string>,
): Promise<ReadonlyMap<string, number>> => {
  const wanted = JSON.stringify([...labels]);
  const sql = `SELECT id, label FROM audiences WHERE ${driver.inTexts('label')}`;
  const known = (await queries.all(sql, [wanted])).map(
    ({ id, label }) => [String(label), Number(id)] as const,
  );
  if (known.length === labels.size) return new Map(known);
  const numbers = new Map(known);
  await queries.insert(
    'audiences',
    [{ name: 'label', type: 'text' }],
    [...labels].filter((label) => !numbers.has(label)).map((label) => [label]),
  );
  return new Map(
    (await queries.all(sql, [wanted])).map(({ id, label }) => [String(label), Number(id)]),
  );
};

const standingOf = (row: SqlRow): Known => ({
  id: String(row.id),
  n: Number(row.n),
  added: Number(row.added),
  audience: Number(row.audience),
  spec: String(row.spec),
  versionKey: String(row.version_key),
  shadowed: Number(row.shadowed),
  spread: Number(row.spread),
});

/** Every stored version of these objects, by object. */
const knownOf = async (
  driver: Driver,
  queries: Queries,
  collection: number,
  ids: Iterable<string>,
): Promise<Map<string, Standing[]>> => {
  const rows = await queries.all(
    `SELECT n, id, added, audience, spec, version_key, shadowed, spread FROM versions WHERE collection = ? AND ${driver.inTexts('id')}`,
    [collection, JSON.stringify([...new Set(ids)])],
  );
  const known = new Map<string, Standing[]>();
  for (const row of rows.map(standingOf)) {
    const list = known.get(row.id);
    if (list === undefined) known.set(row.id, [row]);
    else list.push(row);
  }
  return known;
};

const bodyOf = async (queries: Queries, n: number): Promise<string> => {
  const rows = await queries.all('SELECT body FROM versions WHERE n = ?', [n]);
  return String(rows[0]?.body);
};

const same = (a: string, b: string): boolean =>
  a === b || isDeepStrictEqual(JSON.parse(a), JSON.parse(b));

const setFlags = async (
  queries: Queries,
  before: readonly Standing[],
  after: readonly Standing[],
): Promise<void> => {
  for (const [i, { n, shadowed, spread }] of after.entries()) {
    const old = before[i]!;
    if (n === undefined || (old.shadowed === shadowed && old.spread === spread)) continue;
    await queries.run('UPDATE versions SET shadowed = ?, spread = ? WHERE n = ?', [
      shadowed,
      spread,
      n,
    ]);
  }
};

const lastAdded = async (queries: Queries, collection: number): Promise<number> => {
  const rows = await queries.all('SELECT last_added FROM clocks WHERE collection = ?', [
    collection,
  ]);
  return Number(rows[0]?.last_added ?? 0);
};

export const addVersions =
  (driver: Driver, queries: Queries): Writing['addVersions'] =>
  async (collection, versions, now) => {
    if (versions.length === 0) return [];
    const audiences = await audiencesOf(
      driver,
      queries,
      new Set(versions.map(({ audience }) => audience)),
    );
    const known = await knownOf(
      driver,
      queries,
      collection,
      versions.map(({ id }) => id),
    );
    let last = await lastAdded(queries, collection);
    const fresh: Fresh[] = [];
    const outcomes: AddOutcome[] = [];
    const events: NewEvent[] = [];
    const touched = new Set<string>();
    for (const given of versions) {
      const audience = audiences.get(given.audience)!;
      const siblings = known.get(given.id) ?? [];
      const key = given.version === undefined ? undefined : versionKey(given.version);
      // One object may come twice with two audiences: who sees only one of them must not learn of
      // the other from an answer (the identifiers of observables can be guessed).
      const twin = siblings.findLast(
        (sibling) =>
          sibling.audience === audience &&
          sibling.spec === given.specVersion &&
          (key === undefined || sibling.versionKey === key),
      );
      if (twin !== undefined) {
        const stored =
          twin.n === undefined ? (twin as Fresh).given.body : await bodyOf(queries, twin.n);
        const equal = same(stored, given.body);
        if (equal || key !== undefined) {
          outcomes.push({
            outcome: equal ? 'present' : 'differs',
            version: given.version ?? microsText(twin.added),
            added: twin.added,
          });
          continue;
        }
      }
      const added = Math.max(given.added ?? now, last + 1);
      last = added;
      const version = given.version ?? microsText(added);
      const row: Fresh = {
        given,
        version,
        n: undefined,
        added,
        audience,
        spec: given.specVersion,
        versionKey: key ?? versionKey(version),
        shadowed: 0,
        spread: 0,
      };
      events.push({
        at: now,
        kind: given.revoked
          ? 'object-retracted'
          : siblings.length > 0
            ? 'object-changed'
            : 'object-added',
        collection,
        audience,
        body: { id: given.id, type: given.type, version, added },
      });
      if (siblings.length > 0) touched.add(given.id);
      known.set(given.id, [...siblings, row]);
      fresh.push(row);
      outcomes.push({ outcome: 'added', version, added });
    }
    const flagged = new Map<number, Standing>();
    for (const id of touched) {
      const before = known.get(id)!;
      const after = withFlags(before);
      await setFlags(queries, before, after);
      for (const version of after) if (version.n === undefined) flagged.set(version.added, version);
    }
    await queries.insert(
      'versions',
      COLUMNS,
      fresh.map((row) => {
        const { shadowed, spread } = flagged.get(row.added) ?? row;
        const { given } = row;
        return [
          collection,
          row.added,
          given.id,
          given.type,
          row.version,
          row.versionKey,
          row.spec,
          given.mediaType,
          row.audience,
          shadowed,
          spread,
          given.origin ?? null,
          given.body,
        ];
      }),
    );
    if (fresh.length > 0)
      await queries.run(
        'INSERT INTO clocks (collection, last_added) VALUES (?, ?) ON CONFLICT (collection) DO UPDATE SET last_added = excluded.last_added',
        [collection, last],
      );
    await appendEvents(driver, queries)(events);
    return outcomes;
  };

const reflag = async (
  driver: Driver,
  queries: Queries,
  collection: number,
  ids: Iterable<string>,
): Promise<void> => {
  for (const before of (await knownOf(driver, queries, collection, ids)).values())
    await setFlags(queries, before, withFlags(before));
};

/** Versions of one object that one request may remove. */
const MOST_REMOVED = 10_000;

export const removeVersions =
  (driver: Driver, queries: Queries): Writing['removeVersions'] =>
  async (selection, now) => {
    const found = await readPage(queries, { ...selection, after: 0 }, MOST_REMOVED);
    if (found.more)
      throw new StillwatchError(
        'STORE_TOO_MANY_RANGES',
        `More than ${MOST_REMOVED} versions would be removed at once`,
        'Name fewer versions.',
      );
    for (const { added } of found.rows)
      await queries.run('DELETE FROM versions WHERE collection = ? AND added = ?', [
        selection.collection,
        added,
      ]);
    await reflag(
      driver,
      queries,
      selection.collection,
      found.rows.map(({ id }) => id),
    );
    await appendEvents(
      driver,
      queries,
    )(
      found.rows.map(({ id, type, version, added, audience }) => ({
        at: now,
        kind: 'object-removed' as const,
        collection: selection.collection,
        audience,
        body: { id, type, version, added },
      })),
    );
    return found.rows;
  };

export const changeAudience =
  (driver: Driver, queries: Queries): Writing['changeAudience'] =>
  async (collection, added, label, now) => {
    const rows = await queries.all(
      'SELECT id, type, version, audience FROM versions WHERE collection = ? AND added = ?',
      [collection, added],
    );
    const row = rows[0];
    if (row === undefined) return false;
    const audience = (await audiencesOf(driver, queries, new Set([label]))).get(label)!;
    await queries.run('UPDATE versions SET audience = ? WHERE collection = ? AND added = ?', [
      audience,
      collection,
      added,
    ]);
    await reflag(driver, queries, collection, [String(row.id)]);
    const body = { id: row.id, type: row.type, version: row.version, added };
    // Those who saw it must hear that it is gone, those who see it now that it is there.
    await appendEvents(
      driver,
      queries,
    )(
      [Number(row.audience), audience].map((of) => ({
        at: now,
        kind: 'object-audience-changed' as const,
        collection,
        audience: of,
        body: { ...body, visible: of === audience },
      })),
    );
    return true;
  };
