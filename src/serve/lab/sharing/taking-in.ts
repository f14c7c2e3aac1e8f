/**
 * What the hub told is stored, held against this lab's own traffic, and told to whoever decides, in its
 * order. What was taken back is acknowledged when nothing rests on it here any more.
 */
import type { Incoming, Told } from './incoming.ts';
import { cursorChange } from './kept.ts';
import type { Lifetime } from './lifetime.ts';
import type { HubLink, ToldStanding } from './link.ts';
import type { OwnTraffic } from './own-traffic.ts';
import type { Telling } from './telling.ts';
import type { Verification } from './verify.ts';

export interface TakingIn {
  /** What was told, and the place in the stream up to which it was; null where the place stays. */
  readonly take: (told: readonly Told[], cursor: string | null) => Promise<void>;
  /** Lets go of what has ended long ago. */
  readonly expire: (ids: readonly string[]) => Promise<void>;
  /** Asks and acknowledges what could not be when it was told. */
  readonly catchUp: () => Promise<void>;
  /** Taken back by others and forgotten here, since the connection was opened. */
  readonly retractions: () => number;
}

export interface TakingInOptions {
  readonly hub: string;
  readonly link: HubLink;
  readonly incoming: Incoming;
  readonly verification: Verification;
  readonly ownTraffic: OwnTraffic;
  readonly telling: Telling;
  readonly life: Lifetime;
}

const STANDINGS_AT_ONCE = 8;

export const createTakingIn = (options: TakingInOptions): TakingIn => {
  const { hub, link, incoming, verification, ownTraffic, telling, life } = options;
  let retractions = 0;

  const askStandings = async (ids: readonly string[]): Promise<void> => {
    const queue = [...new Set(ids)];
    const told = new Map<string, ToldStanding | undefined>();
    const one = async (): Promise<void> => {
      for (let id = queue.pop(); id !== undefined && !life.isOver(); id = queue.pop())
        told.set(id, await link.standing(id));
    };
    const asked = await Promise.allSettled(Array.from({ length: STANDINGS_AT_ONCE }, one));
    // What was told before the hub failed is worth keeping.
    await incoming.setStandings(told);
    for (const one of asked) if (one.status === 'rejected') throw one.reason;
  };
  /** Asks what members make of indicators, and holds those against the traffic that are new. */
  const learn = async (ids: readonly string[], changed: readonly string[]): Promise<void> => {
    await askStandings(ids).catch(life.note);
    await ownTraffic.watch(changed.filter((id) => incoming.get(id)?.own === false));
    ownTraffic.mark(ownTraffic.hitBy(ids));
  };
  const absorb = async (told: readonly Told[], cursor: string | null): Promise<void> => {
    if (told.length === 0 && cursor === null) return;
    const goneHits = ownTraffic.hitBy(told.flatMap((one) => (one.kind === 'gone' ? one.id : [])));
    const also = cursor === null ? [] : [cursorChange(hub, cursor)];
    // It stays in turn until it is stored: what comes after it may rest on it.
    const applied = await life.untilDone(() => incoming.apply(told, also));
    if (applied.gone.length > 0) {
      retractions += applied.retracted.length;
      verification.drop(applied.gone);
      // What ended or went out of sight may come back; what was taken back never does.
      await telling.tell(goneHits, applied.retracted);
      await ownTraffic.unwatch(applied.gone);
    }
    if (applied.told.length > 0) await learn(applied.told, applied.changed);
    // Relationships regroup what is known already.
    ownTraffic.retest();
  };
  const acknowledge = async (): Promise<void> => {
    const open = await link.openRetractions();
    const here = open.filter(({ object }) => incoming.get(object) !== undefined);
    await absorb(
      here.map(({ object }) => ({ kind: 'gone', id: object, why: 'retracted' })),
      null,
    );
    for (const { id, object } of open) {
      // As long as whoever decides could not take note of it, this lab still acts on it.
      if (!telling.isOwed(object)) await link.acknowledge(id);
    }
  };
  return {
    take: async (told, cursor) => {
      await absorb(told, cursor);
      if (told.some((one) => one.kind === 'gone' && one.why === 'retracted'))
        await acknowledge().catch(life.note);
    },
    expire: (ids) =>
      absorb(
        ids.map((id) => ({ kind: 'gone', id, why: 'expired' })),
        null,
      ),
    catchUp: async () => {
      const unasked = incoming.toAsk();
      if (unasked.length > 0) {
        const strange = unasked.filter((id) => incoming.get(id)!.own === null);
        await learn(unasked, strange);
        ownTraffic.retest();
      }
      await acknowledge();
    },
    retractions: () => retractions,
  };
};
