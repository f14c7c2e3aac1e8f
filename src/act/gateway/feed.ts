/**
 * The log of decisions as gates follow it: a cursor in an epoch, what changed since, and everything in
 * force for whoever holds no cursor, or one of another epoch, or one too old. A new epoch begins whenever
 * the numbers of the old one cannot be vouched for, such as after a restart without them; a cursor of
 * another epoch is then never mistaken for one of this.
 */
import type { Decision, GateChange } from '../response/decision.ts';

export interface FeedPart {
  readonly epoch: string;
  /** Where the reader stands after it has applied `changes`. */
  readonly cursor: number;
  /** A snapshot replaces all that the reader holds. */
  readonly kind: 'snapshot' | 'changes';
  readonly changes: Iterable<GateChange>;
  /** True when there is more to ask for at once. */
  readonly more: boolean;
}

export interface ChangeFeed {
  readonly epoch: string;
  readonly cursor: () => number;
  readonly put: (decision: Decision) => number;
  /** Of ids that it does not hold, nothing is logged. */
  readonly lift: (id: string) => number;
  /** What a reader with this cursor (`EPOCH:NUMBER`, or null) still has to apply. */
  readonly since: (cursor: string | null, now: number) => FeedPart;
  /** Called after each change, until the returned function is. */
  readonly watch: (changed: () => void) => () => void;
  readonly size: () => number;
}

export interface FeedOptions {
  readonly epoch: string;
  /** Number of the last change of this epoch, when it is resumed. */
  readonly start?: number;
  /** Changes that are kept for readers who come back. */
  readonly kept?: number;
  /** Changes in one answer. */
  readonly page?: number;
}

const CURSOR = /^([A-Za-z0-9-]{1,64}):(\d{1,15})$/;

/** Number of a cursor in this epoch, or -1. */
const numberIn = (cursor: string | null, epoch: string): number => {
  const match = cursor === null ? null : CURSOR.exec(cursor);
  return match !== null && match[1] === epoch ? Number(match[2]) : -1;
};

export const createChangeFeed = ({
  epoch,
  start = 0,
  kept = 100_000,
  page = 10_000,
}: FeedOptions): ChangeFeed => {
  let last = start;
  /** Changes after `last - recent.length`, in order. */
  let recent: GateChange[] = [];
  /** Decisions in force by id, in the order of the change that brought them. */
  const held = new Map<string, GateChange & { readonly change: 'put' }>();
  const watchers = new Set<() => void>();

  const log = (change: GateChange): number => {
    recent.push(change);
    // Cut in halves, so that the cost of cutting is spread over many changes.
    if (recent.length > 2 * kept) recent = recent.slice(-kept);
    for (const changed of watchers) changed();
    return change.cursor;
  };

  const snapshot = function* (upTo: number, now: number): Generator<GateChange> {
    for (const [id, change] of held) {
      if (change.decision.until <= now) held.delete(id);
      // What came while the snapshot was being read is left to the changes that follow it.
      else if (change.cursor <= upTo) yield change;
    }
  };

  return {
    epoch,
    cursor: () => last,
    put: (decision) => {
      last += 1;
      const change = { cursor: last, change: 'put', decision } as const;
      // Deleted first, so that it moves to the end.
      held.delete(decision.id);
      held.set(decision.id, change);
      return log(change);
    },
    lift: (id) => {
      if (!held.delete(id)) return last;
      last += 1;
      return log({ cursor: last, change: 'lift', id });
    },
    since: (cursor, now) => {
      const at = numberIn(cursor, epoch);
      const oldest = last - recent.length;
      if (at < oldest || at > last)
        return { epoch, cursor: last, kind: 'snapshot', changes: snapshot(last, now), more: false };
      const from = at - oldest;
      const changes = recent.slice(from, from + page);
      return {
        epoch,
        cursor: at + changes.length,
        kind: 'changes',
        changes,
        more: at + changes.length < last,
      };
    },
    watch: (changed) => {
      watchers.add(changed);
      return () => void watchers.delete(changed);
    },
    size: () => held.size,
  };
};
