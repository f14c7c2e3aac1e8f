/** One open stream: what it was sent, what waits for its client, and how it catches up after waiting. */
import { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Writable } from 'node:stream';
import type { Telling } from './message.ts';

/** Bytes that may wait for a client. Beyond it the consumer reads again from the log when it can. */
export const MOST_WAITING = 1 << 20;
/** A client that takes nothing for so long is cut off; it may resume where it was. */
export const STALLED_MS = 30_000;

export interface Pipe {
  readonly write: (tellings: readonly Telling[]) => void;
  readonly raw: (frame: Buffer) => void;
  /** Whether more waits for the client than may wait. */
  readonly isFull: () => boolean;
  readonly waiting: () => number;
  /** Resolves when the client has taken what waits; false when it did not in time and was cut off. */
  readonly drained: () => Promise<boolean>;
  /** Whether it was cut off because the client took nothing. */
  readonly stalled: () => boolean;
  readonly isOpen: () => boolean;
  readonly end: () => void;
}

/**
 * The connection of an answer that is sent in chunks. The answer would cut each frame into four pieces, for
 * each consumer anew; written to the connection as a chunk that was made once, it costs half as much.
 */
const connectionOf = (out: Writable): Socket | undefined =>
  out instanceof ServerResponse && out.headersSent && out.chunkedEncoding
    ? (out.socket ?? undefined)
    : undefined;

/** @param out an answer whose head was written, but nothing of its body */
export const pipeTo = (out: Writable, stalledMs = STALLED_MS): Pipe => {
  const connection = connectionOf(out);
  const sink = connection ?? out;
  let open = true;
  let stalled = false;
  out.once('close', () => {
    open = false;
  });
  out.on('error', () => undefined);
  const isOpen = (): boolean => open && !out.destroyed && !out.writableEnded;
  return {
    // The frames are shared by all consumers: what waits for a thousand clients is in memory once.
    write: (tellings) => {
      if (!isOpen()) return;
      if (tellings.length > 1) sink.cork();
      for (const { frame, chunk } of tellings) sink.write(connection === undefined ? frame : chunk);
      if (tellings.length > 1) sink.uncork();
    },
    raw: (frame) => {
      if (isOpen()) out.write(frame);
    },
    isFull: () => out.writableLength > MOST_WAITING,
    waiting: () => out.writableLength,
    drained: () =>
      new Promise((resolve) => {
        if (!isOpen()) return resolve(false);
        if (!sink.writableNeedDrain) return resolve(true);
        const finish = (): void => {
          clearTimeout(timer);
          sink.off('drain', finish);
          out.off('close', finish);
          resolve(isOpen());
        };
        const timer = setTimeout(() => {
          stalled = true;
          // What waits can no longer be ended politely: the client would have to read it first.
          out.destroy();
        }, stalledMs);
        sink.once('drain', finish);
        out.once('close', finish);
      }),
    stalled: () => stalled,
    isOpen,
    end: () => {
      if (isOpen()) out.end();
    },
  };
};
