/**
 * What happens to standings without anybody saying a word: support ages, indicators end, and members whose
 * word counted are suspended or revoked. Several processes may do this at once: each step is done once.
 */
import type { Store } from '../../store/store.ts';
import type { Hub } from '../hub.ts';
import { streamOf } from '../stream/service.ts';
import { webhooksOf } from '../stream/webhooks.ts';
import { judge } from './judge.ts';
import {
  dueIn,
  HOUR,
  ownerOf,
  putWords,
  removeDue,
  subjectOf,
  tagOf,
  voicedBy,
  wordsBy,
} from './kept.ts';
import { noteListener } from './receipts.ts';
import { ruleOf } from './rule.ts';

const DUE_FROM = 'standing/due-from';
const EVENTS_FROM = 'standing/events-from';
const TICK_MS = 30_000;
const EVENTS_AT_ONCE = 500;

type Parts = Pick<Hub, 'store' | 'secrets'>;

/** Places in hours and events; kept where a change of them wakes nobody. */
const placeOf = async (store: Store, name: string): Promise<number | undefined> => {
  const kept = await store.records.get('seen', name);
  return kept === undefined ? undefined : Number(kept.at);
};
const putPlace = (store: Store, name: string, at: number): Promise<void> =>
  store.write(({ records }) => records.put('seen', name, { at }));

/** Judges again one indicator whose standing was said to change by now. */
const settle = (store: Store, hour: number, object: string, now: number): Promise<void> =>
  store.write(async (writing) => {
    const subject = await subjectOf(writing.records, object);
    const early = subject?.changes != null && subject.changes > now;
    // Of this hour, but later in it: the next round takes it.
    if (early && Math.floor(subject.changes! / HOUR) === hour) return;
    await removeDue(writing.records, hour, object);
    if (subject === undefined || early) return;
    await judge(writing, object, subject, await ruleOf(writing.records), now);
  });

/** Every standing that time has changed. */
export const settleDue = async ({ store }: Parts, now: number): Promise<void> => {
  const current = Math.floor(now / HOUR);
  const kept = await placeOf(store, DUE_FROM);
  for (let hour = kept ?? current; hour <= current; hour += 1)
    for (const object of await dueIn(store.records, hour)) await settle(store, hour, object, now);
  if (kept !== current) await putPlace(store, DUE_FROM, current);
};

/** What a member said no longer counts; it may say it again if it comes back. */
export const silence = async (
  { store, secrets }: Parts,
  member: string,
  now: number,
): Promise<void> => {
  const owner = ownerOf(secrets, member);
  for (const object of await voicedBy(store.records, owner))
    await store.write(async (writing) => {
      const { records } = writing;
      const subject = await subjectOf(records, object);
      if (subject === undefined) return;
      const tag = tagOf(secrets, object, member);
      const { sighting, opinion } = await wordsBy(records, object, tag);
      const words = {
        sighting: sighting && { ...sighting, weighs: false },
        opinion: opinion && { ...opinion, weighs: false },
      };
      await putWords(records, object, tag, owner, words);
      await judge(writing, object, subject, await ruleOf(records), now);
    });
};

/** Number of the last event that was looked at for a change of membership; without one, none is owed. */
export const membersReadUpTo = async (store: Store): Promise<number> =>
  (await placeOf(store, EVENTS_FROM)) ?? Number.POSITIVE_INFINITY;

/** Follows the changes of membership, from where it was. */
export const followMembers = async (parts: Parts, now: number): Promise<void> => {
  const { store } = parts;
  const kept = await placeOf(store, EVENTS_FROM);
  let from = kept ?? (await store.events.last());
  for (;;) {
    const events = await store.events.read(from, EVENTS_AT_ONCE);
    for (const { kind, body } of events) {
      if (kind !== 'member-changed') continue;
      const id = String((body as { readonly member?: unknown }).member);
      const member = await store.records.get('member', id);
      const gone = member?.vetting === 'suspended' || member?.vetting === 'revoked';
      if (gone) await silence(parts, id, now);
    }
    const last = events.at(-1)?.seq ?? from;
    if (last !== kept) await putPlace(store, EVENTS_FROM, last);
    from = last;
    if (events.length < EVENTS_AT_ONCE) return;
  }
};

/** Streams stay open and webhooks are served: their receipts are renewed before they end, two rounds ahead. */
export const renewListeners = async (hub: Hub): Promise<void> => {
  const hooks = (await webhooksOf(hub.store.records)).filter(({ disabled }) => disabled === null);
  const listening = [...streamOf(hub).fanOut.consumers(), ...hooks];
  for (const member of new Set(listening.map((one) => one.member)))
    await noteListener(hub.store, member, hub.clock() + TICK_MS);
};

/** Started after the stream. */
export const standingService = async (hub: Hub): Promise<() => Promise<void>> => {
  const round = async (): Promise<void> => {
    await renewListeners(hub);
    await followMembers(hub, hub.clock());
    await settleDue(hub, hub.clock());
  };
  // A round that is slow is not joined by another, and one that fails does not end the others.
  let running = round();
  const timer = setInterval(() => {
    running = running.then(round).catch((error: unknown) => {
      hub.log.write('fault', { part: 'standing', error: String((error as Error).stack ?? error) });
    });
  }, TICK_MS).unref();
  await running;
  return async () => {
    clearInterval(timer);
    await running;
  };
};
