/**
 * Notes from time to time what the clock shows, and notices by the steady one when it was set back: at the
 * latest after the next restart decisions would have more time.
 */
import type { Store } from '../../store/store.ts';
import { SLACK_MS, writeEnds } from './clock-set-back.ts';
import type { Also } from './shelf.ts';

export interface ClockWatch {
  /** @param at what the clock shows now */
  readonly tick: (at: number) => void;
}

export interface ClockWatchOptions {
  /** What the clock shows when it is opened. */
  readonly now: number;
  /** Monotonic milliseconds. */
  readonly steady: () => number;
  /** What a decision has left, as long as it is known. */
  readonly left: (id: string) => number | undefined;
  /** Stored with each note. */
  readonly also: (at: number) => Also;
}

/** The latest moment that a book has seen. */
const CLOCK = 'lab-decisions-clock';
/** A clock that is set back while the lab is down can give decisions so much more time at most. */
const NOTED_EVERY = 10_000;

/** Before decisions are read: those that had ended when the clock was set back have ended. */
export const openClockWatch = async (
  store: Store,
  { now, steady, left, also }: ClockWatchOptions,
): Promise<ClockWatch> => {
  const lastSeen = Number((await store.records.get('setting', CLOCK)) ?? 0);
  if (now < lastSeen) {
    await writeEnds(store, lastSeen, now, () => undefined);
    await store.write(({ records }) => records.put('setting', CLOCK, now));
  }
  let noted = now;
  /** What the clock and the steady one showed last. */
  let told = { at: now, steady: steady() };
  /** The latest time before the clock was set back, as long as that is not written down. */
  let setBackFrom: number | null = null;
  let writing = false;

  const note = async (at: number): Promise<void> => {
    if (setBackFrom !== null) {
      await writeEnds(store, setBackFrom, at, left);
      setBackFrom = null;
    } else if (Math.abs(at - noted) < NOTED_EVERY) return;
    await store.write(async ({ records }) => {
      await records.put('setting', CLOCK, at);
      await also(at)(records);
    });
    noted = at;
  };
  return {
    tick: (at) => {
      const passed = steady();
      const due = told.at + passed - told.steady;
      if (at < due - SLACK_MS) setBackFrom = Math.max(setBackFrom ?? 0, due);
      told = { at, steady: passed };
      if (writing) return;
      writing = true;
      note(at)
        .catch(() => undefined) // the next tick will do
        .finally(() => {
          writing = false;
        });
    },
  };
};
