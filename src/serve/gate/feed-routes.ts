/**
 * `GET /v1/changes?cursor=EPOCH:N&wait=S`: what changed since, as JSON lines. With `wait` the answer is
 * held back until something changes, so that a gate learns of a decision at once and not at its next poll.
 */
import type { ServerResponse } from 'node:http';
import type { ChangeFeed } from '../../act/gateway/feed.ts';
import { linesOf } from '../../act/gateway/feed-lines.ts';
import type { Route } from './http.ts';

export const LONGEST_WAIT_S = 60;
/** Characters that are handed to the socket at once. */
const CHUNK = 64 << 10;

const drained = (response: ServerResponse): Promise<void> =>
  new Promise((resolve) => {
    response.once('drain', resolve);
    response.once('close', resolve);
  });

/** At the pace of the reader: a snapshot of a million decisions is never held as text. */
const sendLines = async (response: ServerResponse, lines: Iterable<string>): Promise<void> => {
  let chunk = '';
  for (const line of lines) {
    chunk += line;
    if (chunk.length < CHUNK) continue;
    if (response.destroyed) return;
    if (!response.write(chunk)) await drained(response);
    chunk = '';
  }
  response.end(chunk);
};

export const feedRoute = (feed: ChangeFeed, clock: () => number): Route => {
  const changed = (seconds: number, response: ServerResponse): Promise<void> =>
    new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        stop();
        response.off('close', done);
        resolve();
      };
      const timer = setTimeout(done, seconds * 1000);
      const stop = feed.watch(done);
      response.once('close', done);
    });

  return {
    method: 'GET',
    path: '/v1/changes',
    handle: async ({ response, query }) => {
      const cursor = query.get('cursor');
      const wait = Math.min(LONGEST_WAIT_S, Math.max(0, Number(query.get('wait') ?? 0) || 0));
      if (wait > 0 && cursor === `${feed.epoch}:${feed.cursor()}`) await changed(wait, response);
      if (response.destroyed) return;
      response.writeHead(200, {
        'Content-Type': 'application/x-ndjson',
        'Cache-Control': 'no-store',
      });
      await sendLines(response, linesOf(feed.since(cursor, clock())));
    },
  };
};
