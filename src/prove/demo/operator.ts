/**
 * What the operator does when it is refused: an account that is refused three times in a row is given up, and
 * when half of the accounts that it used at a lab are, so is the lab. From A it goes on to the other labs, which
 * it has tried with a few accounts before.
 */
import type { TrafficRow } from '../simulate/rows.ts';
import type { Hydra } from './hydra.ts';
import { LAB_NAMES, type LabName } from './lab-name.ts';

const MINUTE = 60_000;
/** Accounts that try a lab before the others come, and exchanges that each of them tries with. */
const SCOUTS = 5;
const TRIES = 18;
/** Refusals in a row after which an account is given up. */
const PATIENCE = 3;
/** Share of accounts given up, of those that were used, from which the lab is given up. */
const STOPPED = 0.5;
const FEWEST = 5;
/** Between being stopped at one lab and starting at the next. */
const PAUSE = 30 * MINUTE;

export interface Operator {
  /** What is to be sent to a lab in a span of time, oldest first. */
  readonly take: (lab: LabName, from: number, until: number) => readonly TrafficRow[];
  /** Told of each answer. */
  readonly answered: (lab: LabName, row: TrafficRow, refused: boolean) => void;
  /** Moves on if it was stopped. True when it did so just now. */
  readonly consider: (now: number) => boolean;
  /** Whether the operator has given the lab up. */
  readonly stoppedAt: (lab: LabName) => boolean;
  /** Whether nothing is left to be sent to a lab. */
  readonly finishedAt: (lab: LabName) => boolean;
  /** When it moved, epoch milliseconds. */
  readonly movedAt: () => number | null;
  readonly planned: (lab: LabName) => number;
}

interface Front {
  /** Scheduled and not sent, oldest first. */
  queue: TrafficRow[];
  /** To be scheduled when the operator comes. */
  readonly later: readonly TrafficRow[];
  /** Refusals in a row by account, since the operator came. */
  readonly refusals: Map<string, number>;
  readonly givenUp: Set<string>;
}

const at = (row: TrafficRow): number => Date.parse(row.timestamp);
const shifted = (row: TrafficRow, to: number): TrafficRow => ({
  ...row,
  timestamp: new Date(to).toISOString(),
});

/** The first tries of a few accounts, a few hours after the start; and everything else. */
const scouted = (rows: readonly TrafficRow[], start: number) => {
  const byAccount = Map.groupBy(rows, (row) => row.account_id);
  const scouts = [...byAccount.keys()].sort().slice(0, SCOUTS);
  const first = new Set(scouts.flatMap((id) => byAccount.get(id)!.slice(0, TRIES)));
  let n = 0;
  const tries = [...first].map((row) => {
    n += 1;
    return shifted(row, start + (n % TRIES) * 9 * MINUTE + n * 500);
  });
  return {
    tries: tries.sort((a, b) => at(a) - at(b)),
    others: rows.filter((row) => !first.has(row)),
  };
};

/** @param start of the harvest, epoch milliseconds @param latest when it moves even if nobody stops it */
export const createOperator = (hydra: Hydra, start: number, latest: number): Operator => {
  const fronts = Object.fromEntries(
    LAB_NAMES.map((lab): [LabName, Front] => {
      const { rows } = hydra.hands[lab];
      if (lab === 'A')
        return [lab, { queue: [...rows], later: [], refusals: new Map(), givenUp: new Set() }];
      const { tries, others } = scouted(rows, start);
      return [lab, { queue: tries, later: others, refusals: new Map(), givenUp: new Set() }];
    }),
  ) as Record<LabName, Front>;
  let moved: number | null = null;

  const stoppedAt = (lab: LabName): boolean => {
    const { refusals } = fronts[lab];
    const left = [...refusals.values()].filter((n) => n >= PATIENCE).length;
    return left >= FEWEST && left >= STOPPED * refusals.size;
  };
  return {
    take: (lab, from, until) => {
      const front = fronts[lab];
      const later = front.queue.findIndex((row) => at(row) >= until);
      const due = later < 0 ? front.queue : front.queue.slice(0, later);
      front.queue = later < 0 ? [] : front.queue.slice(later);
      if (stoppedAt(lab)) return [];
      return due.filter((row) => at(row) >= from && !front.givenUp.has(row.account_id));
    },
    answered: (lab, row, refused) => {
      const { refusals, givenUp } = fronts[lab];
      const inRow = refused ? (refusals.get(row.account_id) ?? 0) + 1 : 0;
      refusals.set(row.account_id, inRow);
      if (inRow >= PATIENCE) givenUp.add(row.account_id);
    },
    consider: (now) => {
      if (moved !== null || (!stoppedAt('A') && now < latest)) return false;
      moved = now + PAUSE;
      // The rest of the data set, at the pace it was planned with.
      for (const lab of LAB_NAMES.slice(1)) {
        // It comes with fresh accounts, whatever became of those that tried.
        fronts[lab].refusals.clear();
        fronts[lab].queue = [
          ...fronts[lab].queue,
          ...fronts[lab].later.map((row) => shifted(row, at(row) - start + moved!)),
        ].sort((a, b) => at(a) - at(b));
      }
      return true;
    },
    stoppedAt,
    finishedAt: (lab) => moved !== null && fronts[lab].queue.length === 0,
    movedAt: () => moved,
    planned: (lab) => hydra.hands[lab].rows.length,
  };
};
