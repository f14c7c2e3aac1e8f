import { isAbsent, type Row } from '../exchange/fields.ts';

/**
 * Two streams that speak of the same requests, joined by request id: one brings what was asked, the
 * other from where (or, in OpenTelemetry, the span and the log records of its messages). Whatever
 * comes first waits for the other, for a bounded time and in bounded number. Time is the arrival that
 * the journal recorded, so a replay joins as the first run did.
 */
export const SIDES = ['content', 'network'] as const;
export type JoinSide = (typeof SIDES)[number];

export interface Waiting {
  readonly id: string;
  readonly at: number;
  readonly side: JoinSide;
  readonly row: Row;
}

export interface JoinWindow {
  /** Rows that are complete, or that nothing will complete any more. */
  readonly add: (side: JoinSide, id: string, row: Row, at: number) => readonly Released[];
  /** What waited longer than the window at `at`. */
  readonly expire: (at: number) => readonly Released[];
  readonly waiting: () => readonly Waiting[];
  readonly size: number;
}

export interface Released {
  readonly row: Row;
  /** `half`: the other side never came. A network half alone is no exchange. */
  readonly joined: 'both' | 'content' | 'network';
}

export interface JoinOptions {
  /** How long a half waits, ms. */
  readonly windowMs: number;
  /** Halves that wait at one time; then the oldest is released early. */
  readonly most: number;
}

export const JOIN_DEFAULTS: JoinOptions = { windowMs: 30_000, most: 100_000 };

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** The fields of both; where both say something, `first` is believed, and messages follow each other. */
export const mergeRows = (first: Row, second: Row): Row => {
  const merged: Record<string, unknown> = { ...second };
  for (const [name, value] of Object.entries(first)) if (!isAbsent(value)) merged[name] = value;
  const messages = [...listOf(first.messages), ...listOf(second.messages)];
  if (messages.length > 0) merged.messages = messages;
  return merged;
};

export const createJoinWindow = (
  options: JoinOptions = JOIN_DEFAULTS,
  before: readonly Waiting[] = [],
): JoinWindow => {
  // A Map keeps the order of insertion, which is the order of arrival.
  const held = new Map<string, Waiting>(before.map((w) => [w.id, w]));
  const release = ({ id, side, row }: Waiting): Released => {
    held.delete(id);
    return { row, joined: side };
  };
  const expire = (at: number): Released[] => {
    const out: Released[] = [];
    for (const waiting of held.values()) {
      if (waiting.at + options.windowMs >= at) break;
      out.push(release(waiting));
    }
    return out;
  };
  return {
    expire,
    add: (side, id, row, at) => {
      const out = expire(at);
      const other = held.get(id);
      if (other === undefined) {
        held.set(id, { id, at, side, row });
        if (held.size > options.most) out.push(release(held.values().next().value!));
      } else if (other.side === side) {
        // More of the same half, such as the log records of a second batch.
        held.set(id, { ...other, row: mergeRows(other.row, row) });
      } else {
        held.delete(id);
        const [content, network] = side === 'content' ? [row, other.row] : [other.row, row];
        out.push({ row: mergeRows(content, network), joined: 'both' });
      }
      return out;
    },
    waiting: () => [...held.values()],
    get size() {
      return held.size;
    },
  };
};
