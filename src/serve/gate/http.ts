/** The few things that every route of the gate does: take a bounded body, give a short answer. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Headers } from '../../act/gateway/verdict.ts';

export interface Call {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Path without query, as it was sent. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Name of the gateway that asks. */
  readonly gateway: string;
  readonly now: number;
}

export type Handler = (call: Call) => void | Promise<void>;

export interface Route {
  readonly method: string;
  readonly path: string;
  /** All paths below it, too. */
  readonly prefix?: boolean;
  /** `open`: health and metrics; `key`: X-Api-Key, as CrowdSec's bouncers send it; `either`: LiteLLM. */
  readonly access?: 'open' | 'key' | 'either';
  readonly handle: Handler;
}

const JSON_TYPE = 'application/json';

export const reply = (
  response: ServerResponse,
  status: number,
  body: string,
  headers: Headers = [],
  type = JSON_TYPE,
): void => {
  const raw = ['Content-Type', type, 'Content-Length', String(Buffer.byteLength(body))];
  for (const [name, value] of headers) raw.push(name, value);
  response.writeHead(status, raw);
  response.end(response.req.method === 'HEAD' ? undefined : body);
};

export const replyJson = (response: ServerResponse, status: number, value: unknown): void =>
  reply(response, status, JSON.stringify(value));

/** Problem details (RFC 9457) for what a gateway did wrong. */
export const problem = (
  response: ServerResponse,
  status: number,
  title: string,
  headers: Headers = [],
): void =>
  reply(
    response,
    status,
    JSON.stringify({ type: 'about:blank', title, status }),
    headers,
    'application/problem+json',
  );

/**
 * Collects a body up to a bound and hands it on; what is longer is answered with 413 and never held.
 * By callback: on the hot path a promise for each request is felt.
 */
export const withBody = (
  request: IncomingMessage,
  response: ServerResponse,
  limit: number,
  then: (body: string) => void,
): void => {
  let size = 0;
  let first: Buffer | undefined;
  let rest: Buffer[] | undefined;
  let over = false;
  request.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (over) return;
    if (size > limit) {
      over = true;
      first = undefined;
      rest = undefined;
      problem(response, 413, `The body is longer than ${limit} bytes`, [['Connection', 'close']]);
    } else if (first === undefined) first = chunk;
    else if (rest === undefined) rest = [first, chunk];
    else rest.push(chunk);
  });
  request.on('end', () => {
    if (over) return;
    const body =
      rest === undefined ? (first?.toString('utf8') ?? '') : Buffer.concat(rest).toString('utf8');
    then(body);
  });
};

/** One value of a header; of several the first. */
export const headerOf =
  (request: IncomingMessage) =>
  (name: string): string | undefined => {
    const value = request.headers[name];
    return typeof value === 'string' ? value : value?.[0];
  };
