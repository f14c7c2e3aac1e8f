/**
 * Follows a stream of events for as long as the caller asks for more: connects again by itself, from the last
 * event that was seen, and says where something is missing. Nothing is read ahead of the caller.
 */
import { StillwatchError } from '../../base/errors.ts';
import {
  eventStreamParser,
  STREAM_BOUNDS,
  type StreamBounds,
  type StreamEvent,
} from './event-stream.ts';
import { answerInvalid, refused, unreachable } from './fault.ts';
import { isEventStream } from './media-type.ts';
import { delayOf, isLater, retryAfterOf } from './retry.ts';
import type { Session } from './session.ts';

export type Followed<T> =
  | {
      readonly kind: 'event';
      readonly event: StreamEvent;
      /** Keep it after the event was dealt with. */
      readonly lastEventId: string;
    }
  /** The server could not go on from where we were: events are missing before the next one. */
  | { readonly kind: 'gap'; readonly lastEventId: string }
  /** What was read from elsewhere to close the gap. */
  | { readonly kind: 'resync'; readonly value: T };

export interface FollowOptions<T> {
  readonly url: string;
  readonly lastEventId?: string;
  /** Type of the event by which the server marks a gap. */
  readonly gapType?: string;
  /** Reads again what may have been missed, such as the pages of a collection. */
  readonly resync?: () => AsyncIterable<T>;
  /** Silence after which a connection counts as dead; heartbeats are not silence. */
  readonly idleMs?: number;
  /** Failed connections in a row after which to give up. */
  readonly maxFailures?: number;
  readonly bounds?: StreamBounds;
}

/** Parts of a body until it ends; an error when nothing comes for too long. */
async function* partsOf(
  response: Response,
  abort: AbortController,
  idleMs: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  const reader = response.body?.getReader();
  if (reader === undefined) return;
  try {
    for (;;) {
      const timer = setTimeout(() => abort.abort(new Error('silent for too long')), idleMs);
      const { done, value } = await reader.read().finally(() => clearTimeout(timer));
      if (done) return;
      yield value;
    }
  } finally {
    await reader.cancel().catch(() => undefined);
    abort.abort();
  }
}

/**
 * Ends when the server answers 204 (WHATWG HTML, 9.2.3: do not connect again), or with the reason of the
 * session's signal.
 *
 * @throws StillwatchError `TAXII_REFUSED`, `TAXII_ANSWER_INVALID`, `TAXII_UNREACHABLE`.
 */
export async function* follow<T = never>(
  session: Session,
  options: FollowOptions<T>,
): AsyncGenerator<Followed<T>, void, undefined> {
  const { gapType = 'gap', idleMs = 60_000, maxFailures = Number.POSITIVE_INFINITY } = options;
  const url = session.resolve(options.url);
  let lastEventId = options.lastEventId ?? '';
  let serverRetry: number | undefined;
  for (let failures = 0; ; ) {
    let retryAfter: number | undefined;
    const abort = new AbortController();
    const until =
      session.signal === undefined ? abort.signal : AbortSignal.any([session.signal, abort.signal]);
    const opening = setTimeout(() => abort.abort(new Error('no answer in time')), idleMs);
    try {
      const headers: Record<string, string> = { 'Cache-Control': 'no-store' };
      if (lastEventId !== '') headers['Last-Event-ID'] = lastEventId;
      const response = await session
        .open({ method: 'GET', url, headers, repeatable: true }, 'text/event-stream', until)
        .finally(() => clearTimeout(opening));
      if (response.status === 204) return;
      if (response.status !== 200) {
        await response.body?.cancel().catch(() => undefined);
        if (!isLater(response.status)) throw refused('GET', response.status, undefined);
        retryAfter = retryAfterOf(response.headers.get('retry-after'), session.now());
        throw new Error(`answer ${response.status}`);
      }
      if (!isEventStream(response.headers.get('content-type')))
        throw answerInvalid('does not answer with text/event-stream');
      const parser = eventStreamParser(lastEventId, options.bounds ?? STREAM_BOUNDS);
      for await (const part of partsOf(response, abort, idleMs)) {
        failures = 0;
        for (const { lastEventId: id, ...event } of parser.push(part)) {
          if (event.type === gapType) {
            yield { kind: 'gap', lastEventId: id };
            for await (const value of options.resync?.() ?? []) yield { kind: 'resync', value };
          } else yield { kind: 'event', event, lastEventId: id };
          lastEventId = id;
        }
        lastEventId = parser.lastEventId();
        serverRetry = parser.retryMs() ?? serverRetry;
      }
    } catch (cause) {
      if (cause instanceof StillwatchError) throw cause;
      session.signal?.throwIfAborted();
      failures += 1;
      if (failures >= maxFailures) throw unreachable('GET', 'the stream cannot be followed', cause);
    }
    const policy = { ...session.retry, baseMs: serverRetry ?? session.retry.baseMs };
    await session.sleep(delayOf(policy, failures, retryAfter, session.random()));
  }
}
