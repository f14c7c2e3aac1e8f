/** Adding objects (TAXII 2.1, section 5.5) in requests that the server takes, followed to their end (4.3). */
import { refused } from './fault.ts';
import { type Json, parseStatus, type Status, type StatusDetail } from './resources.ts';
import type { Session } from './session.ts';

/** The request for some objects: an envelope, and what is signed over it. */
export interface Prepared {
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface AddOptions {
  /** `max_content_length` of the API root: no request is longer. */
  readonly maxContentLength: number;
  /** Objects in one request at most. */
  readonly maxObjects?: number;
  /** Makes the request; by default the plain envelope of section 3.7. */
  readonly prepare?: (objects: readonly Json[]) => Prepared;
  /**
   * Whether a request may be sent again when its answer was lost. Plain objects may: the same version twice is
   * once (3.3). A signed contribution may not: it would be refused as a replay.
   */
  readonly repeatable?: boolean;
  /** How long to follow a status that stays pending. */
  readonly pollMs?: number;
}

export interface AddReport {
  readonly total: number;
  readonly success: number;
  /** What the server refused, and what was too large to be sent. */
  readonly failures: readonly StatusDetail[];
  /** Not decided when we stopped asking; see `statuses`. */
  readonly pending: number;
  readonly statuses: readonly string[];
}

const plain = (objects: readonly Json[]): Prepared => ({ body: JSON.stringify({ objects }) });
const ENVELOPE_BYTES = '{"objects":[]}'.length;

/** Runs of objects whose plain envelope stays within the bound; one object alone may be over it. */
export const batchesOf = (
  objects: readonly Json[],
  maxBytes: number,
  maxObjects: number,
): readonly (readonly Json[])[] => {
  const batches: Json[][] = [];
  let size = Number.POSITIVE_INFINITY;
  for (const object of objects) {
    const bytes = Buffer.byteLength(JSON.stringify(object)) + 1;
    const current = batches.at(-1);
    if (current === undefined || current.length >= maxObjects || size + bytes > maxBytes) {
      batches.push([object]);
      size = ENVELOPE_BYTES + bytes;
    } else {
      current.push(object);
      size += bytes;
    }
  }
  return batches;
};

const nameOf = ({ id, modified, created }: Json, message: string): StatusDetail => ({
  id: typeof id === 'string' ? id : '',
  version: typeof modified === 'string' ? modified : typeof created === 'string' ? created : '',
  message,
});

const settled = async (
  session: Session,
  root: URL,
  first: Status,
  pollMs: number,
): Promise<Status> => {
  const until = session.now() + pollMs;
  let status = first;
  for (let delay = 200; status.status === 'pending' && session.now() < until; delay *= 2) {
    await session.sleep(Math.min(delay, 5000));
    const url = session.resolve(`status/${encodeURIComponent(status.id)}/`, root);
    status = parseStatus((await session.get(url)).value);
  }
  return status;
};

/** @throws StillwatchError `TAXII_REFUSED`, `TAXII_ANSWER_INVALID`, `TAXII_UNREACHABLE`. */
export const addObjects = async (
  session: Session,
  root: URL,
  url: URL,
  objects: readonly Json[],
  options: AddOptions,
): Promise<AddReport> => {
  const {
    maxContentLength,
    maxObjects = 1000,
    prepare = plain,
    repeatable = true,
    pollMs = 60_000,
  } = options;
  const failures: StatusDetail[] = [];
  const statuses: string[] = [];
  let success = 0;
  let pending = 0;
  // A stack, so that halves of what was too large come next and in their order.
  const waiting = [...batchesOf(objects, maxContentLength, maxObjects)].reverse();
  for (let batch = waiting.pop(); batch !== undefined; batch = waiting.pop()) {
    const request = prepare(batch);
    const tooLong = Buffer.byteLength(request.body) > maxContentLength;
    const answer = tooLong
      ? undefined
      : await session.ask({ method: 'POST', url, repeatable, ...request });
    // 3.6: 413, also by a proxy whose bound is lower than the one that the API root tells.
    if (answer === undefined || answer.status === 413) {
      const half = Math.ceil(batch.length / 2);
      if (batch.length > 1) waiting.push(batch.slice(half), batch.slice(0, half));
      else failures.push(nameOf(batch[0]!, 'The object is larger than the server takes.'));
      continue;
    }
    if (answer.status !== 202 && answer.status !== 200)
      throw refused('POST', answer.status, answer.value);
    const status = await settled(session, root, parseStatus(answer.value), pollMs);
    statuses.push(status.id);
    success += status.success_count;
    pending += status.pending_count;
    failures.push(...status.failures);
    // 4.3.1: the list of failures is optional, their number is not.
    for (let i = status.failures.length; i < status.failure_count; i += 1)
      failures.push({ id: '', version: '', message: 'The server gives no reason.' });
  }
  return { total: objects.length, success, failures, pending, statuses };
};
