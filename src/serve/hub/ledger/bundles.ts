/** Bundles of the hub's ledger: what a reader needs to check an entry offline, and may see opened. */
import { type Opening, type LedgerBundle, makeBundle } from '../../../share/ledger/bundle.ts';
import { readLedger, headOf } from '../../../share/ledger/reader.ts';
import type { CommittedField } from '../../../share/ledger/record.ts';
import { COMMITTED_FIELDS } from '../../../share/ledger/record.ts';
import type { Viewer } from '../access/authenticate.ts';
import type { Hub } from '../hub.ts';
import { rightsOf } from '../taxii/place.ts';
import { entryOf, type KeptValues, valuesOfEntry } from './openings.ts';
import { objectValue } from './record.ts';
import { witnessedCheckpoint, witnessesOf } from './witness.ts';

/** Entries in one bundle. */
export const MOST_ENTRIES = 100;

export interface BundleWish {
  /** Identifiers of objects: all their versions that the reader sees, in all collections. */
  readonly objects: readonly string[];
  readonly indexes: readonly number[];
  /** A checkpoint of this size that the reader kept, or its text. */
  readonly older: string | undefined;
  /** Under the newest checkpoint that witnesses have cosigned. */
  readonly witnessed: boolean;
}

interface Wanted {
  readonly index: number;
  readonly openings: readonly Opening[];
}

const seesAll = (viewer: Viewer | undefined): boolean =>
  viewer?.member.vetting === 'vetted' &&
  (viewer.member.tier === 'operator' || viewer.member.tier === 'auditor');

const memberIn = (value: unknown): unknown =>
  typeof value !== 'object' || value === null
    ? undefined
    : ((value as { readonly id?: unknown }).id ?? (value as { readonly member?: unknown }).member);

/** Whoever it is about may see it opened, and who may see everything: nobody else learns of whom it speaks. */
const openings = (hub: Hub, viewer: Viewer | undefined, index: number, values: KeptValues) =>
  COMMITTED_FIELDS.filter((field) => Object.hasOwn(values, field))
    .filter(
      (field) =>
        seesAll(viewer) ||
        (viewer !== undefined && field !== 'batch' && memberIn(values[field]) === viewer.member.id),
    )
    .map((field) => opening(hub, index, field, values[field]));

const opening = (hub: Hub, index: number, field: CommittedField, value: unknown): Opening => ({
  field,
  salt: hub.ledger.salt(index, field),
  value,
});

/** The entries of every version of an object that the reader sees; none when it sees none. */
const ofObject = async (hub: Hub, viewer: Viewer, id: string): Promise<readonly Wanted[]> => {
  const found: Wanted[] = [];
  for (const { value: collection } of await hub.store.records.list('collection')) {
    if (!rightsOf(viewer, collection).read) continue;
    const { rows } = await hub.visible.ask(viewer, (audiences) =>
      hub.store.page(
        {
          collection: collection.key,
          audiences,
          after: 0,
          ids: [id],
          versions: ['all'],
          specVersions: ['2.0', '2.1'],
        },
        MOST_ENTRIES,
      ),
    );
    for (const { added, body } of rows) {
      const entry = await entryOf(hub.store.records, { collection: collection.key, added });
      if (entry === undefined) continue;
      found.push({
        index: entry.index,
        openings: [
          opening(hub, entry.index, 'object', objectValue(body)),
          ...openings(hub, viewer, entry.index, entry.values),
        ],
      });
    }
  }
  return found;
};

const ofIndex = async (hub: Hub, viewer: Viewer | undefined, index: number): Promise<Wanted> => ({
  index,
  openings: openings(hub, viewer, index, (await valuesOfEntry(hub.store.records, index)) ?? {}),
});

/** Undefined when one of the entries is not there (yet, under a checkpoint that was cosigned). */
export const bundleFor = async (
  hub: Hub,
  viewer: Viewer | undefined,
  { objects, indexes, older, witnessed }: BundleWish,
): Promise<LedgerBundle | undefined> => {
  const { store, ledger } = hub;
  const reader = readLedger(store.ledger.read);
  const checkpoint = witnessed
    ? await witnessedCheckpoint(store.records)
    : await reader.checkpoint();
  if (checkpoint === undefined) return undefined;
  const wanted: Wanted[] = [];
  for (const id of objects) wanted.push(...(viewer ? await ofObject(hub, viewer, id) : []));
  for (const index of indexes) wanted.push(await ofIndex(hub, viewer, index));
  const { size } = headOf(checkpoint);
  if (wanted.some(({ index }) => index >= size) || (wanted.length === 0 && objects.length > 0))
    return undefined;
  if (older !== undefined && headOf(older).size > size) return undefined;
  return makeBundle(
    // Of one moment: entries may be appended while the proofs are made.
    { ...reader, checkpoint: async () => checkpoint },
    [ledger.verifier],
    {
      entries: wanted.slice(0, MOST_ENTRIES),
      ...(older === undefined ? {} : { older }),
      witnesses: await witnessesOf(store.records),
    },
  );
};
