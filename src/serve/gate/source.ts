/**
 * Where a gate learns its decisions: the change feed of a lab, followed without end, or a file. A snapshot
 * builds a new gate beside the old one, which answers until the new one is whole: a restart on either side
 * can neither leave a decision behind nor open a gap.
 */
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import { setTimeout as pause } from 'node:timers/promises';
import { type Blocks, createBlocks } from '../../act/gateway/crowdsec/blocks.ts';
import {
  decisionParser,
  FeedUnreadable,
  parseHead,
  parseLine,
} from '../../act/gateway/feed-lines.ts';
import type { Decision, Gate, GateChange } from '../../act/response/decision.ts';
import { StillwatchError } from '../../base/errors.ts';
import { parseJsonText } from '../../base/json-text.ts';
import { noFaults, REFUSED } from '../../base/parse.ts';

/** A gate that a source replaces, and the blocks that go with it. */
export interface Followed {
  readonly gate: () => Gate;
  readonly blocks: Blocks;
  /** Starts anew with these decisions. */
  readonly replace: (changes: readonly GateChange[], now: number) => void;
  readonly apply: (changes: readonly GateChange[], now: number) => void;
}

export const followed = (make: () => Gate): Followed => {
  let gate = make();
  const blocks = createBlocks();
  return {
    gate: () => gate,
    blocks,
    replace: (changes, now) => {
      const fresh = make();
      fresh.apply(changes, now);
      gate = fresh;
      const decisions = changes.flatMap((one) => (one.change === 'put' ? [one.decision] : []));
      blocks.replace(decisions, now);
    },
    apply: (changes, now) => {
      gate.apply(changes, now);
      blocks.apply(changes, now);
    },
  };
};

export interface SourceOptions {
  /** Of the lab: `/v1/changes` is below it. */
  readonly url: string;
  readonly token?: string | undefined;
  readonly into: Followed;
  readonly clock?: () => number;
  /** Seconds that one question waits for a change; shorter than the gate's bound on staleness. */
  readonly wait?: number;
  /** Told of each failure, once for each attempt. */
  readonly failed?: (why: string) => void;
  readonly retryMs?: number;
}

export interface GateSource {
  /** Resolves when the gate has heard the source for the first time. */
  readonly heard: Promise<void>;
  readonly cursor: () => string | null;
  readonly close: () => Promise<void>;
}

/** A source that is silent beyond its wait is taken for gone. */
const SLACK_MS = 10_000;
const LONGEST_RETRY_MS = 5000;

export const followSource = ({
  url,
  token,
  into,
  clock = Date.now,
  wait = 10,
  failed = () => undefined,
  retryMs = 200,
}: SourceOptions): GateSource => {
  const stop = new AbortController();
  let cursor: string | null = null;
  let first: () => void = () => undefined;
  const heard = new Promise<void>((resolve) => {
    first = resolve;
  });

  const once = async (): Promise<void> => {
    const asked = new URL(`${url.replace(/\/$/, '')}/v1/changes`);
    if (cursor !== null) {
      asked.searchParams.set('cursor', cursor);
      asked.searchParams.set('wait', String(wait));
    }
    const signal = AbortSignal.any([
      stop.signal,
      AbortSignal.timeout(Math.ceil(wait * 1000) + SLACK_MS),
    ]);
    const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
    const reply = await fetch(asked, { headers, signal });
    if (reply.status !== 200 || reply.body === null) {
      await reply.body?.cancel();
      throw new FeedUnreadable(`the source answers ${reply.status}`);
    }
    cursor = await take(reply.body as ReadableStream, into, clock);
    first();
  };

  const run = async (): Promise<void> => {
    let delay = retryMs;
    while (!stop.signal.aborted) {
      try {
        await once();
        delay = retryMs;
      } catch (error) {
        if (stop.signal.aborted) return;
        failed(error instanceof Error ? error.message : String(error));
        await pause(delay, undefined, { signal: stop.signal }).catch(() => undefined);
        delay = Math.min(2 * delay, LONGEST_RETRY_MS);
      }
    }
  };
  const running = run();
  return {
    heard,
    cursor: () => cursor,
    close: async () => {
      stop.abort();
      await running;
    },
  };
};

/** Applies one part once it is whole; a part that broke off changes nothing. */
const take = async (body: ReadableStream, into: Followed, clock: () => number): Promise<string> => {
  const lines = createInterface({
    input: Readable.fromWeb(body),
    crlfDelay: Number.POSITIVE_INFINITY,
  });
  let head: ReturnType<typeof parseHead> | undefined;
  let whole = false;
  const changes: GateChange[] = [];
  for await (const line of lines) {
    if (whole) throw new FeedUnreadable('the part goes on after its end');
    if (head === undefined) head = parseHead(line);
    else {
      const read = parseLine(line);
      if (typeof read !== 'number') changes.push(read);
      else if (read === changes.length) whole = true;
      else throw new FeedUnreadable('the part does not hold what its end says');
    }
  }
  if (head === undefined || !whole) throw new FeedUnreadable('the part broke off');
  if (head.kind === 'snapshot') into.replace(changes, clock());
  else into.apply(changes, clock());
  return `${head.epoch}:${head.cursor}`;
};

/** One decision on each line. A file is knowledge of its own, which does not grow old by itself. */
export const readDecisions = async (file: string): Promise<readonly GateChange[]> => {
  const unreadable = (why: string): StillwatchError =>
    new StillwatchError(
      'GATE_DECISIONS_UNREADABLE',
      `${file}: ${why}`,
      'Write one decision on each line, as docs/reference/gate-api.md shows.',
    );
  const changes: GateChange[] = [];
  let at = 0;
  try {
    for await (const line of createInterface({ input: createReadStream(file) })) {
      at += 1;
      if (line.trim() === '') continue;
      const parsed = parseJsonText(line, { maxBytes: 256 << 10, maxDepth: 8 });
      const faults = noFaults();
      const decision: Decision | typeof REFUSED =
        parsed.fault === undefined ? decisionParser(parsed.value, '', faults) : REFUSED;
      if (decision === REFUSED)
        throw unreadable(
          `line ${at}: ${parsed.fault?.message ?? faults.list.slice(0, 3).join('; ')}`,
        );
      changes.push({ cursor: at, change: 'put', decision });
    }
  } catch (error) {
    throw error instanceof StillwatchError ? error : unreadable((error as Error).message);
  }
  return changes;
};
