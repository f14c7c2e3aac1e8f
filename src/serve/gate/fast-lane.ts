/**
 * Answers the questions that gateways ask before each request straight from their bytes. Node's HTTP server
 * makes some twenty objects for a request, which cost ten times what the answer does. A connection begins
 * here; the first request that is not plain takes it to Node's server, for good, with all that was not
 * answered yet. Here only successes are answered, never a fault.
 */
import { isAscii } from 'node:buffer';
import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { type PlainHead, parsePlainHead } from './plain-head.ts';

/** The whole answer, one byte in each character; null for what Node's server shall answer. */
export type FastAnswer = (head: PlainHead, body: string) => string | null;

export interface FastLane {
  readonly close: () => void;
}

const LONGEST_HEAD = 16 << 10;
/** Longer bodies come in several pieces and are not worth a lane. */
export const LONGEST_FAST_BODY = 16 << 10;
const END_OF_HEAD = '\r\n\r\n';

/** Of one request: putting many together would be work for nothing. */
const MOST_PIECES = 8;
/** Seconds without a byte, and for a request that was begun. */
const IDLE_S = 65;
const BEGUN_S = 10;

interface Rider {
  readonly socket: Socket;
  /** Seconds of the lane's own count, not of a clock. */
  heard: number;
  begun: number | null;
}

/** What throws here is thrown again by Node's server, which has an answer for that. */
const attempt = (answer: FastAnswer, head: PlainHead, body: string): string | null => {
  try {
    return answer(head, body);
  } catch {
    return null;
  }
};

export const openFastLane = (
  server: Server,
  answers: ReadonlyMap<string, FastAnswer>,
): FastLane => {
  const [toNode] = server.listeners('connection') as ((socket: Socket) => void)[];
  if (toNode === undefined) throw new Error('the server has no listener of its own');
  server.removeListener('connection', toNode);
  const riders = new Set<Rider>();
  let second = 0;

  const ride = (socket: Socket): void => {
    const rider: Rider = { socket, heard: second, begun: null };
    let held: Buffer | null = null;
    let pieces = 0;
    let last: PlainHead | null = null;

    /** Node's server reads on from `rest`. */
    const leave = (rest: Buffer): void => {
      riders.delete(rider);
      socket.pause();
      socket.off('data', take).off('end', ended).off('close', gone).off('error', ignore);
      socket.off('drain', resume);
      socket.unshift(rest);
      toNode.call(server, socket);
      socket.resume();
    };

    const take = (piece: Buffer): void => {
      rider.heard = second;
      const chunk: Buffer = held === null ? piece : Buffer.concat([held, piece]);
      held = null;
      const ascii = isAscii(chunk);
      const text = chunk.toString('latin1');
      let out = '';
      let at = 0;
      let whole = true;
      let plain = true;
      while (at < text.length) {
        let head: PlainHead | null = last;
        if (head === null || !text.startsWith(head.text, at)) {
          const end = text.indexOf(END_OF_HEAD, at);
          whole = end >= 0;
          if (!whole) break;
          head =
            end - at > LONGEST_HEAD ? null : parsePlainHead(text, at, end + END_OF_HEAD.length);
        }
        const answer = head === null ? undefined : answers.get(head.target);
        plain = head !== null && answer !== undefined && head.length <= LONGEST_FAST_BODY;
        if (!plain) break;
        const start = at + head!.text.length;
        const end = start + head!.length;
        whole = end <= text.length;
        if (!whole) break;
        const body = ascii ? text.slice(start, end) : chunk.toString('utf8', start, end);
        const reply = attempt(answer!, head!, body);
        plain = reply !== null;
        if (!plain) break;
        out += reply;
        last = head;
        at = end;
      }
      // What a gateway does not read is not asked of it further.
      if (out !== '' && !socket.write(out, 'latin1')) {
        socket.pause();
        socket.once('drain', resume);
      }
      if (at === text.length) {
        rider.begun = null;
        pieces = 0;
        return;
      }
      const rest = chunk.subarray(at);
      pieces = at > 0 ? 1 : pieces + 1;
      if (at > 0) rider.begun = null;
      if (!plain || pieces > MOST_PIECES || rest.length > LONGEST_HEAD + LONGEST_FAST_BODY) {
        leave(rest);
        return;
      }
      // A copy: the piece is part of a larger one that would be kept alive.
      held = Buffer.from(rest);
      rider.begun ??= second;
    };
    const resume = (): void => void socket.resume();
    const ended = (): void => void socket.end();
    const gone = (): void => void riders.delete(rider);
    const ignore = (): void => undefined;

    riders.add(rider);
    socket.setNoDelay(true);
    socket.on('data', take).on('end', ended).on('close', gone).on('error', ignore);
  };

  server.on('connection', ride);
  const timer = setInterval(() => {
    second += 1;
    for (const { socket, heard, begun } of riders)
      if (second - heard > IDLE_S || (begun !== null && second - begun > BEGUN_S)) socket.destroy();
  }, 1000);
  timer.unref();
  return {
    close: () => {
      clearInterval(timer);
      for (const { socket } of riders) socket.destroySoon();
    },
  };
};
