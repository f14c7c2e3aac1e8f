/**
 * Requests to one server: bounded in time and size, repeated where that is safe, and never sent to another
 * origin than the one that was named. Everything that comes back is a stranger's.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { StillwatchError } from '../../base/errors.ts';
import { parseJsonText } from '../../base/json-text.ts';
import { authorizationOf, type Credential } from './credential.ts';
import { answerInvalid, otherOrigin, refused, unreachable, urlInvalid } from './fault.ts';
import { isTaxiiAnswer, TAXII_TYPE } from './media-type.ts';
import { delayOf, isLater, RETRY_POLICY, type RetryPolicy, retryAfterOf } from './retry.ts';

export interface SessionOptions {
  /** Any URL of the server; every request goes to its origin. */
  readonly url: string;
  readonly credential?: Credential | undefined;
  readonly fetch?: typeof globalThis.fetch;
  /** Waits; replaced in tests. */
  readonly sleep?: (ms: number, signal: AbortSignal | undefined) => Promise<unknown>;
  readonly random?: () => number;
  readonly now?: () => number;
  /** Longest time for one request, its body included. */
  readonly timeoutMs?: number;
  /** Longest answer, after decompression. */
  readonly maxBytes?: number;
  readonly retry?: Partial<RetryPolicy>;
  readonly signal?: AbortSignal | undefined;
  /** Send a credential over http to another machine; TAXII 2.1 (section 8.1) wants TLS. */
  readonly plainHttp?: boolean;
}

export interface Wanted {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly url: URL;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Whether to ask again when it is not known if the request arrived. */
  readonly repeatable: boolean;
}

export interface Answer {
  readonly status: number;
  readonly header: (name: string) => string | null;
  /** Parsed JSON; undefined when there was none. */
  readonly value: unknown;
}

export interface Session {
  readonly base: URL;
  readonly now: () => number;
  readonly sleep: (ms: number) => Promise<unknown>;
  readonly random: () => number;
  readonly retry: RetryPolicy;
  readonly signal: AbortSignal | undefined;
  /** One request without a second try; for answers that do not end. */
  readonly open: (wanted: Wanted, accept: string, signal?: AbortSignal) => Promise<Response>;
  /** An answer of any status, after repeating what may be repeated. */
  readonly ask: (wanted: Wanted) => Promise<Answer>;
  /** An answer of success. @throws StillwatchError `TAXII_REFUSED`. */
  readonly get: (url: URL) => Promise<Answer>;
  /** A URL of this server from an absolute or relative one. @throws StillwatchError */
  readonly resolve: (url: string, against?: URL) => URL;
}

const MOST_REDIRECTS = 3;
const MOST_DEPTH = 100;
const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

const baseOf = ({ url, credential, plainHttp }: SessionOptions): URL => {
  let base: URL;
  try {
    base = new URL(url);
  } catch {
    throw urlInvalid('cannot be read');
  }
  if (base.protocol !== 'https:' && base.protocol !== 'http:')
    throw urlInvalid('is not http or https');
  if (base.username !== '' || base.password !== '')
    throw urlInvalid('holds a user name or password');
  if (base.hash !== '') throw urlInvalid('has a fragment');
  if (
    base.protocol === 'http:' &&
    credential !== undefined &&
    plainHttp !== true &&
    !LOOPBACK.test(base.hostname)
  )
    throw urlInvalid('is http, over which a credential would travel readable');
  return base;
};

/** The whole body, or an error as soon as it passes the bound. */
export const readBounded = async (response: Response, maxBytes: number): Promise<Uint8Array> => {
  const tooLong = (): StillwatchError => answerInvalid(`sends more than ${maxBytes} bytes`);
  const reader = response.body?.getReader();
  if (reader === undefined) return new Uint8Array();
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    if (Number(response.headers.get('content-length') ?? 0) > maxBytes) throw tooLong();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return Buffer.concat(chunks);
      size += value.length;
      if (size > maxBytes) throw tooLong();
      chunks.push(value);
    }
  } finally {
    // What is not read is not waited for.
    await reader.cancel().catch(() => undefined);
  }
};

const jsonOf = (response: Response, bytes: Uint8Array, maxBytes: number): unknown => {
  if (bytes.length === 0) return undefined;
  const taxii = isTaxiiAnswer(response.headers.get('content-type'));
  // 1.6.8: success is TAXII or it is not what was asked for; proxies answer failures with pages.
  if (!taxii && response.ok)
    throw answerInvalid('does not answer with application/taxii+json;version=2.1');
  const { value, fault } = parseJsonText(bytes, { maxBytes, maxDepth: MOST_DEPTH });
  if (fault === undefined) return value;
  if (!response.ok) return undefined;
  throw answerInvalid(`sends JSON that is not taken: ${fault.message}`);
};

/** @throws StillwatchError `TAXII_URL_INVALID`, `TAXII_CREDENTIAL_INVALID`. */
export const openSession = (options: SessionOptions): Session => {
  const base = baseOf(options);
  const authorization = options.credential && authorizationOf(options.credential);
  const request = options.fetch ?? globalThis.fetch;
  const policy = { ...RETRY_POLICY, ...options.retry };
  const { timeoutMs = 60_000, maxBytes = 64 << 20, signal } = options;
  const now = options.now ?? Date.now;
  const random = options.random ?? Math.random;
  const sleep = (ms: number): Promise<unknown> =>
    options.sleep === undefined
      ? wait(ms, undefined, signal === undefined ? {} : { signal })
      : options.sleep(ms, signal);

  const resolve = (url: string, against: URL = base): URL => {
    let resolved: URL;
    try {
      resolved = new URL(url, against);
    } catch {
      throw answerInvalid('names a URL that cannot be read');
    }
    if (resolved.origin !== base.origin) throw otherOrigin(resolved.origin);
    return resolved;
  };

  const open = async (wanted: Wanted, accept: string, until?: AbortSignal): Promise<Response> => {
    let url = resolve(wanted.url.href);
    for (let hops = 0; hops <= MOST_REDIRECTS; hops += 1) {
      const response = await request(url.href, {
        method: wanted.method,
        headers: {
          Accept: accept,
          ...(authorization === undefined ? {} : { Authorization: authorization }),
          ...(wanted.body === undefined ? {} : { 'Content-Type': TAXII_TYPE }),
          ...wanted.headers,
        },
        ...(wanted.body === undefined ? {} : { body: wanted.body }),
        ...(until === undefined ? {} : { signal: until }),
        redirect: 'manual',
      });
      const location = response.headers.get('location');
      if (response.status < 300 || response.status > 399 || location === null) return response;
      await response.body?.cancel().catch(() => undefined);
      // RFC 9110, 15.4: only 307 and 308 keep the method.
      if (wanted.method !== 'GET' && response.status !== 307 && response.status !== 308)
        throw answerInvalid(`redirects a ${wanted.method} by ${response.status}`);
      url = resolve(location, url);
    }
    throw answerInvalid(`redirects more than ${MOST_REDIRECTS} times`);
  };

  const once = async (wanted: Wanted): Promise<Answer> => {
    const timeout = AbortSignal.timeout(timeoutMs);
    const until = signal === undefined ? timeout : AbortSignal.any([signal, timeout]);
    const response = await open(wanted, TAXII_TYPE, until);
    const bytes = await readBounded(response, maxBytes);
    return {
      status: response.status,
      header: (name) => response.headers.get(name),
      value: jsonOf(response, bytes, maxBytes),
    };
  };

  const ask = async (wanted: Wanted): Promise<Answer> => {
    for (let attempt = 0; ; attempt += 1) {
      const last = attempt + 1 >= policy.attempts;
      let retryAfter: number | undefined;
      try {
        const answer = await once(wanted);
        if (last || !isLater(answer.status)) return answer;
        // Of 502 and 504 it is not known whether the request was dealt with.
        if (!wanted.repeatable && answer.status !== 429 && answer.status !== 503) return answer;
        retryAfter = retryAfterOf(answer.header('retry-after'), now());
        if (retryAfter !== undefined && retryAfter > policy.maxRetryAfterMs) return answer;
      } catch (cause) {
        if (cause instanceof StillwatchError) throw cause;
        signal?.throwIfAborted();
        const why =
          (cause as Error).name === 'TimeoutError' ? 'no answer in time' : 'no connection';
        if (last || !wanted.repeatable) throw unreachable(wanted.method, why, cause);
      }
      await sleep(delayOf(policy, attempt, retryAfter, random()));
    }
  };

  const get = async (url: URL): Promise<Answer> => {
    const answer = await ask({ method: 'GET', url, repeatable: true });
    if (answer.status === 200) return answer;
    throw refused('GET', answer.status, answer.value);
  };

  return { base, now, sleep, random, retry: policy, signal, open, ask, get, resolve };
};
