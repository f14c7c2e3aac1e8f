import { StillwatchError } from '../../../base/errors.ts';

/**
 * One batch of texts to an OpenAI-compatible embeddings endpoint (POST, `model` and `input`; answer
 * `data[].index` and `data[].embedding`). What comes back is parsed, never cast, and never quoted in
 * an error: an endpoint may echo the prompts it was sent.
 */
export interface Endpoint {
  readonly url: URL;
  readonly model: string;
  /** Sent as a bearer token; null for none. */
  readonly key: string | null;
  readonly timeoutMs: number;
  /** Requests made for one batch, at most. */
  readonly attempts: number;
  readonly wait: (ms: number, signal: AbortSignal) => Promise<void>;
  readonly now: () => number;
  /** Spreads retries of several clients; uniform on [0, 1). */
  readonly jitter: () => number;
}

const MAX_DIMENSIONS = 16_384;
/** An answer larger than this is no answer. */
const MAX_ANSWER_BYTES = 128 * 1024 * 1024;
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 30_000;
/** A server that asks for more patience than this has refused. */
export const LONGEST_RETRY_AFTER_MS = 120_000;

/** Worth asking again: too early, too many, or the server's own trouble (RFC 9110 §15.6, RFC 6585 §4). */
const isPassing = (status: number): boolean =>
  status === 408 || status === 425 || status === 429 || status >= 500;

export const embedderError = (why: string, remedy: string, cause?: unknown): StillwatchError =>
  new StillwatchError('EMBEDDER_FAILED', why, remedy, { cause });

/** An answer that may be better next time. */
interface Passing {
  readonly passing: string;
  readonly afterMs: number | null;
}

/** `Retry-After` in seconds or as a date (RFC 9110 §10.2.3), in ms from now; null when there is none. */
export const retryAfterMs = (header: string | null, now: number): number | null => {
  if (header === null) return null;
  if (/^\d{1,9}$/.test(header.trim())) return Number(header.trim()) * 1_000;
  const at = Date.parse(header);
  return Number.isNaN(at) ? null : Math.max(0, at - now);
};

const remedyOf = (status: number): string => {
  if (status === 401 || status === 403)
    return 'Name the variable that holds the key with --embedder-key-env.';
  if (status === 404) return 'Check the URL of --embedder and the name of --embedder-model.';
  return 'Check --embedder and --embedder-model against the documentation of the endpoint.';
};

const readBounded = async (response: Response): Promise<string> => {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > MAX_ANSWER_BYTES)
      throw embedderError(
        `the endpoint answered with more than ${MAX_ANSWER_BYTES} bytes`,
        'Check that --embedder names an embeddings endpoint.',
      );
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
};

const WRONG_SHAPE = 'Check that --embedder names an OpenAI-compatible embeddings endpoint.';

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

const vectorOf = (value: unknown): Float32Array => {
  if (!Array.isArray(value) || value.length === 0 || value.length > MAX_DIMENSIONS)
    throw embedderError('the endpoint answered with something that is no vector', WRONG_SHAPE);
  const vector = new Float32Array(value.length);
  for (const [i, x] of value.entries()) {
    if (typeof x !== 'number' || !Number.isFinite(x))
      throw embedderError('the endpoint answered with a vector of no numbers', WRONG_SHAPE);
    vector[i] = x;
  }
  return vector;
};

/** The vectors of an answer in the order of the texts. */
const vectorsOf = (answer: unknown, count: number): Float32Array[] => {
  const data = isRecord(answer) ? answer.data : undefined;
  if (!Array.isArray(data) || data.length !== count)
    throw embedderError(`the endpoint did not answer with ${count} vectors`, WRONG_SHAPE);
  const out = new Array<Float32Array | undefined>(count);
  for (const [at, row] of data.entries()) {
    if (!isRecord(row)) throw embedderError('the endpoint answered without vectors', WRONG_SHAPE);
    const index = typeof row.index === 'number' ? row.index : at;
    if (!(index in data) || out[index] !== undefined)
      throw embedderError('the endpoint answered with vectors of other texts', WRONG_SHAPE);
    out[index] = vectorOf(row.embedding);
  }
  return out.map((vector) => vector!);
};

const ask = async (
  endpoint: Endpoint,
  texts: readonly string[],
  signal: AbortSignal,
): Promise<Float32Array[] | Passing> => {
  let response: Response;
  let body: string;
  try {
    response = await fetch(endpoint.url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json',
        ...(endpoint.key === null ? {} : { authorization: `Bearer ${endpoint.key}` }),
      },
      body: JSON.stringify({ model: endpoint.model, input: texts, encoding_format: 'float' }),
      // Prompts go to the URL that was named, and nowhere it may point to.
      redirect: 'error',
      signal: AbortSignal.any([signal, AbortSignal.timeout(endpoint.timeoutMs)]),
    });
    if (!response.ok) {
      await response.body?.cancel();
      if (!isPassing(response.status))
        throw embedderError(
          `the endpoint answered with status ${response.status}`,
          remedyOf(response.status),
        );
      const afterMs = retryAfterMs(response.headers.get('retry-after'), endpoint.now());
      return { passing: `status ${response.status}`, afterMs };
    }
    body = await readBounded(response);
  } catch (error) {
    if (error instanceof StillwatchError) throw error;
    signal.throwIfAborted();
    const name = (error as Error).name;
    return {
      passing: name === 'TimeoutError' ? 'no answer in time' : 'no connection',
      afterMs: null,
    };
  }
  try {
    return vectorsOf(JSON.parse(body), texts.length);
  } catch (error) {
    if (error instanceof StillwatchError) throw error;
    return { passing: 'an answer that was cut off', afterMs: null };
  }
};

/**
 * Vectors of one batch, asked for again while the trouble may pass: exponential backoff with jitter,
 * or as long as the server says.
 * @throws StillwatchError EMBEDDER_FAILED; the abort reason when `signal` fires
 */
export const requestEmbeddings = async (
  endpoint: Endpoint,
  texts: readonly string[],
  signal: AbortSignal,
): Promise<Float32Array[]> => {
  for (let attempt = 1; ; attempt++) {
    const answer = await ask(endpoint, texts, signal);
    if (Array.isArray(answer)) return answer;
    const { passing, afterMs } = answer;
    if (attempt >= endpoint.attempts)
      throw embedderError(
        `the endpoint gave ${passing} after ${attempt} attempts`,
        'Try again later; with --embedder-cache what was answered already is not asked again.',
      );
    if (afterMs !== null && afterMs > LONGEST_RETRY_AFTER_MS)
      throw embedderError(
        `the endpoint asks to wait ${Math.ceil(afterMs / 1_000)} seconds`,
        'Try again later; with --embedder-cache what was answered already is not asked again.',
      );
    const backoff = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (attempt - 1));
    await endpoint.wait(afterMs ?? backoff * (0.5 + endpoint.jitter()), signal);
  }
};
