import { setTimeout } from 'node:timers/promises';
import { StillwatchError } from '../../../base/errors.ts';
import type { Embedder, Embedding } from './embedding.ts';
import { type Endpoint, embedderError, requestEmbeddings } from './endpoint.ts';
import { centreRows, keptDimensions, projectVector } from './project.ts';
import { NO_CACHE, openVectorCache, type VectorCache } from './vector-cache.ts';

export interface RemoteOptions {
  readonly url: URL;
  readonly model: string;
  readonly key: string | null;
  /** Folder in which vectors are kept; null keeps none. */
  readonly cache: string | null;
  readonly batch: number;
  /** Requests on their way at one time, at most. */
  readonly concurrency: number;
  readonly timeoutMs: number;
  readonly attempts: number;
  readonly wait: Endpoint['wait'];
  readonly now: Endpoint['now'];
  readonly jitter: Endpoint['jitter'];
}

export const REMOTE_DEFAULTS: Omit<RemoteOptions, 'url'> = {
  model: 'default',
  key: null,
  cache: null,
  batch: 64,
  concurrency: 4,
  timeoutMs: 60_000,
  attempts: 6,
  wait: (ms, signal) => setTimeout(ms, undefined, { signal }),
  now: Date.now,
  jitter: Math.random,
};

/**
 * Where to POST: the URL itself when it ends in `/embeddings`, otherwise `embeddings` below it, or
 * `v1/embeddings` below a bare host.
 * @throws StillwatchError USAGE
 */
export const endpointUrl = (text: string): URL => {
  const usage = (why: string): StillwatchError =>
    new StillwatchError(
      'USAGE',
      `--embedder ${why}`,
      'Give a URL such as http://localhost:8080/v1.',
    );
  if (!URL.canParse(text)) throw usage('is no URL');
  const url = new URL(text);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') throw usage('is no http URL');
  // A URL is shown and logged; a password in it would be too.
  if (url.username !== '' || url.password !== '') throw usage('holds credentials');
  const path = url.pathname.replace(/\/+$/, '');
  if (path.endsWith('/embeddings')) url.pathname = path;
  else url.pathname = path === '' ? '/v1/embeddings' : `${path}/embeddings`;
  url.hash = '';
  return url;
};

/** Runs jobs, a few at a time; the first failure stops the others. */
const inParallel = async (
  jobs: readonly ((signal: AbortSignal) => Promise<void>)[],
  width: number,
): Promise<void> => {
  const stop = new AbortController();
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < jobs.length && !stop.signal.aborted) await jobs[next++]!(stop.signal);
  };
  const workers = Array.from({ length: Math.min(width, jobs.length) }, () =>
    worker().catch((error: unknown) => {
      stop.abort(error);
    }),
  );
  await Promise.all(workers);
  stop.signal.throwIfAborted();
};

/** Vectors of all distinct texts that say something, projected. */
const collect = async (
  options: RemoteOptions,
  cache: VectorCache,
  texts: readonly string[],
): Promise<Map<string, Float32Array>> => {
  const found = new Map<string, Float32Array>();
  const missing: string[] = [];
  for (const text of new Set(texts)) {
    if (text.trim() === '') continue;
    const known = cache.get(text);
    if (known === undefined) missing.push(text);
    else found.set(text, known);
  }
  let width = 0;
  const batches = Array.from({ length: Math.ceil(missing.length / options.batch) }, (_, b) =>
    missing.slice(b * options.batch, (b + 1) * options.batch),
  );
  const jobs = batches.map((batch) => async (signal: AbortSignal): Promise<void> => {
    const vectors = await requestEmbeddings(options, batch, signal);
    for (const vector of vectors) {
      width ||= vector.length;
      if (vector.length !== width) throw wrongWidth(vector.length, width);
    }
    const rows = batch.map((text, i) => [text, projectVector(vectors[i]!)] as const);
    cache.add(rows);
    for (const [text, vector] of rows) found.set(text, vector);
  });
  await inParallel(jobs, options.concurrency);
  const kept = new Set([...found.values()].map((vector) => vector.length));
  if (kept.size > 1)
    throw wrongWidth(keptDimensions(width), [...kept].find((k) => k !== keptDimensions(width))!);
  return found;
};

const wrongWidth = (found: number, expected: number): StillwatchError =>
  embedderError(
    `the endpoint answered with vectors of ${found} numbers where others have ${expected}`,
    'Name one model with --embedder-model; after a change of model use another --embedder-cache.',
  );

/** Asks an endpoint for the vectors of texts. The texts go to `options.url` and nowhere else. */
export const remoteEmbedder = (options: RemoteOptions): Embedder => {
  const { url, model, cache: folder } = options;
  return async (texts): Promise<Embedding> => {
    const cache = folder === null ? NO_CACHE : openVectorCache(folder, url.href, model);
    const found = await collect(options, cache, texts);
    const dimensions = found.values().next().value?.length ?? 4;
    return {
      id: `endpoint:${url.host}/${model}`,
      embed: (asked) => {
        const rows = new Float32Array(asked.length * dimensions);
        asked.forEach((text, i) => {
          const vector = found.get(text);
          if (vector !== undefined) rows.set(vector, i * dimensions);
        });
        centreRows(rows, dimensions);
        return { dimensions, rows };
      },
    };
  };
};
