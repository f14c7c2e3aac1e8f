/** What must be kept to open the digests of entries later: where the entry of a version is, and small values. */
import type { Records, RecordsWriter } from '../../store/store.ts';
import type { Fact, Place } from './record.ts';

/** Versions added within one of these share a record: a bulk of hundreds needs one or two. */
const BUCKET_MICROS = 1024;
const ENTRY = 'ledger-entry/';
const padded = (n: number): string => String(n).padStart(16, '0');
const bucketOf = ({ collection, added }: Place): string =>
  `ledger-place/${collection}/${padded(Math.floor(added / BUCKET_MICROS))}/`;

/** Values of one entry other than the object itself, by field. */
export type KeptValues = Readonly<Record<string, unknown>>;

const valuesOf = (fact: Fact): KeptValues => {
  const { kind: _kind, at: _at, place, ...values } = fact as Fact & Record<string, unknown>;
  if (place === undefined) return values;
  // The object is in the collection as long as anybody may see it, and is not kept a second time.
  const { object: _object, ...rest } = values as Record<string, unknown>;
  return rest;
};

interface Run {
  readonly prefix: string;
  readonly valuesText: string;
  readonly id: string;
  readonly places: [added: number, index: number][];
  readonly values: KeptValues;
}

export const keepFacts = async (
  records: RecordsWriter,
  first: number,
  facts: readonly Fact[],
): Promise<void> => {
  // Neighbours of one bulk lie in one bucket and share their contribution: one record for all of them.
  const runs: Run[] = [];
  for (const [i, fact] of facts.entries()) {
    const index = first + i;
    const values = valuesOf(fact);
    if (fact.place === undefined) {
      await records.put('sealed', `${ENTRY}${padded(index)}`, values);
      continue;
    }
    const prefix = bucketOf(fact.place);
    const valuesText = JSON.stringify(values);
    const last = runs.at(-1);
    if (last?.prefix === prefix && last.valuesText === valuesText)
      last.places.push([fact.place.added, index]);
    else
      runs.push({
        prefix,
        valuesText,
        id: `${prefix}${padded(index)}`,
        places: [[fact.place.added, index]],
        values,
      });
  }
  for (const { id, places, values } of runs) await records.put('sealed', id, { places, values });
};

export interface FoundEntry {
  readonly index: number;
  readonly values: KeptValues;
}

/** The entry of a stored version, or undefined when it has none. */
export const entryOf = async (records: Records, place: Place): Promise<FoundEntry | undefined> => {
  for (const { value } of await records.list('sealed', bucketOf(place))) {
    const { places, values } = value as {
      readonly places: readonly (readonly [number, number])[];
      readonly values: KeptValues;
    };
    const found = places.find(([added]) => added === place.added);
    if (found !== undefined) return { index: found[1], values };
  }
  return undefined;
};

/** What was kept of an entry that speaks of no stored version. */
export const valuesOfEntry = (records: Records, index: number): Promise<KeptValues | undefined> =>
  records.get('sealed', `${ENTRY}${padded(index)}`);
