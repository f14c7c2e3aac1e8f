/**
 * Where decisions lie in the store: those in force under their ids, and apart from them those that have
 * ended, so that a start reads only what holds, and what is to be deleted is found without reading the rest.
 */
import type { KeptDecision } from '../../store/records.ts';
import type { Records, RecordsWriter, Store } from '../../store/store.ts';
import { endOf } from './clock-set-back.ts';

/** What is to be stored in the same write, or not at all. */
export type Also = (records: RecordsWriter) => Promise<unknown>;

/** When it ended: at its time, or before. */
const endedAt = (kept: KeptDecision): number =>
  Math.min(endOf(kept), kept.lifted?.at ?? Number.POSITIVE_INFINITY);

/** Sorts by the end; the year 5138 still has 14 digits. */
const endKey = (kept: KeptDecision): string =>
  `${String(Math.max(0, Math.trunc(endedAt(kept)))).padStart(14, '0')}/${kept.decision.id}`;

export const readEndKey = (key: string): { readonly end: number; readonly id: string } => ({
  end: Number(key.slice(0, 14)),
  id: key.slice(15),
});

export const putBegun = (
  records: RecordsWriter,
  decision: KeptDecision['decision'],
  sampled: boolean,
): Promise<void> => records.put('decision', decision.id, { decision, lifted: null, sampled });

/** Puts away what is not in force any more. */
export const putEnded = async (records: RecordsWriter, kept: KeptDecision): Promise<void> => {
  const { id } = kept.decision;
  await records.remove('decision', id);
  await records.put('ended-decision', id, kept);
  await records.put('decision-end', endKey(kept), {});
};

/** In force or ended. */
export const findDecision = async (
  records: Records,
  id: string,
): Promise<KeptDecision | undefined> =>
  (await records.get('decision', id)) ?? records.get('ended-decision', id);

/** All that is kept of it is gone. */
export const removeEnded = async (records: RecordsWriter, key: string): Promise<void> => {
  const { id } = readEndKey(key);
  await records.remove('decision-end', key);
  await records.remove('ended-decision', id);
  await records.remove('decision-note', id);
  await records.remove('remediation', id);
};

const PART = 500;

/** Many at once, in writes that are short enough for others to come between. */
export const putAllEnded = async (store: Store, ended: readonly KeptDecision[]): Promise<void> => {
  for (let i = 0; i < ended.length; i += PART)
    await store.write(async ({ records }) => {
      for (const kept of ended.slice(i, i + PART)) await putEnded(records, kept);
    });
};

/** Every decision that is kept, ended ones included. */
export async function* everyDecision(records: Records): AsyncGenerator<KeptDecision> {
  for (const kind of ['decision', 'ended-decision'] as const)
    for (let after = ''; ; ) {
      const part = await records.page(kind, after, PART);
      for (const { value } of part) yield value;
      if (part.length < PART) break;
      after = part.at(-1)!.id;
    }
}

export const allDecisions = async (records: Records): Promise<KeptDecision[]> => {
  const all: KeptDecision[] = [];
  for await (const one of everyDecision(records)) all.push(one);
  return all;
};
