/** What was refused, and why: kept for the member whose it was, for operators and for auditors. */
import { randomBytes } from 'node:crypto';
import type { Records, RecordsWriter } from '../../store/store.ts';
import type { Refused } from './signed-body.ts';

export interface RefusedObject {
  /** The id that the member gave it, as far as it is one; never any of its content. */
  readonly id: string;
  readonly faults: readonly Refused[];
}

export interface RefusalRecord {
  readonly id: string;
  /** RFC 3339. */
  readonly at: string;
  readonly member: string;
  /** UUID of the collection. */
  readonly collection: string;
  /** SHA-256 of the signed contribution's canonical JSON, when there was one. */
  readonly contribution?: string;
  /** How many objects were refused; the first of them are listed. */
  readonly count: number;
  readonly objects: readonly RefusedObject[];
}

/** Kept for each member: who refuses to read them must not fill the hub's disk. */
const MOST_KEPT = 1000;
const MOST_OBJECTS = 50;
const MOST_FAULTS = 20;
const prefixOf = (member: string): string => `refusal/${member}/`;

const idIn = (value: unknown): string => {
  const id = (value as { readonly id?: unknown } | null)?.id;
  // Only what looks like an identifier: anything else may be what was refused.
  return typeof id === 'string' && /^[a-z0-9-]{3,60}--[0-9a-f-]{36}$/.test(id) ? id : '';
};

export const refusedObject = (object: unknown, faults: readonly Refused[]): RefusedObject => ({
  id: idIn(object),
  faults: faults.slice(0, MOST_FAULTS),
});

export const keepRefusal = async (
  records: RecordsWriter,
  refusal: Omit<RefusalRecord, 'id' | 'count'>,
): Promise<void> => {
  const stamp = refusal.at.replaceAll(/\D/g, '');
  const id = `${stamp}-${randomBytes(4).toString('hex')}`;
  const record: RefusalRecord = {
    ...refusal,
    id,
    count: refusal.objects.length,
    objects: refusal.objects.slice(0, MOST_OBJECTS),
  };
  await records.put('seen', `${prefixOf(refusal.member)}${id}`, { ...record });
  const kept = await records.list('seen', prefixOf(refusal.member));
  for (const { id: old } of kept.slice(0, Math.max(0, kept.length - MOST_KEPT)))
    await records.remove('seen', old);
};

/** Newest first; of one member, or of all. */
export const refusalsOf = async (
  records: Records,
  member: string | undefined,
  limit: number,
): Promise<readonly RefusalRecord[]> => {
  const found = await records.list('seen', member === undefined ? 'refusal/' : prefixOf(member));
  // What lies under this prefix was written by `keepRefusal`.
  return found
    .map(({ value }) => value as unknown as RefusalRecord)
    .sort((a, b) => (a.id < b.id ? 1 : -1))
    .slice(0, limit);
};
