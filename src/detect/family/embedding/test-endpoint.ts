/** A local embeddings endpoint that misbehaves as told; for tests. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { REMOTE_DEFAULTS, type RemoteOptions } from './remote.ts';

export interface Asked {
  readonly model: unknown;
  readonly input: readonly string[];
  readonly authorization: string | undefined;
}

/** Answers request number `n` (from 0); may leave it open. */
export type Behaviour = (asked: Asked, response: ServerResponse, n: number) => void;

export interface TestEndpoint {
  readonly url: URL;
  readonly asked: Asked[];
  /** Most requests that were open at one time. */
  readonly widest: () => number;
  readonly close: () => Promise<void>;
}

const bodyOf = async (request: IncomingMessage): Promise<string> => {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text;
};

export const startEndpoint = async (behave: Behaviour): Promise<TestEndpoint> => {
  const asked: Asked[] = [];
  let open = 0;
  let widest = 0;
  const server = createServer(async (request, response) => {
    open++;
    widest = Math.max(widest, open);
    response.on('close', () => open--);
    const { model, input } = JSON.parse(await bodyOf(request)) as {
      model: string;
      input: string[];
    };
    const one = { model, input, authorization: request.headers.authorization };
    asked.push(one);
    behave(one, response, asked.length - 1);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: new URL(`http://127.0.0.1:${port}/v1/embeddings`),
    asked,
    widest: () => widest,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};

/** A vector that tells its text: counts of letters a to h, and 1. */
export const letters = (text: string, dimensions = 8): number[] =>
  Array.from(
    { length: dimensions },
    (_, d) => 0.1 + [...text].filter((c) => c.charCodeAt(0) === 97 + d).length,
  );

export const answer = (
  response: ServerResponse,
  vectors: readonly (readonly number[])[],
  order: 'same' | 'reversed' = 'same',
): void => {
  const data = vectors.map((embedding, index) => ({ object: 'embedding', index, embedding }));
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify({ object: 'list', data: order === 'same' ? data : data.reverse() }));
};

export const honest: Behaviour = ({ input }, response) =>
  answer(
    response,
    input.map((text) => letters(text)),
  );

/** Options with short patience; `waits` hears how long each wait would have been. */
export const impatient = (
  url: URL,
  waits: number[] = [],
  more: Partial<RemoteOptions> = {},
): RemoteOptions => ({
  ...REMOTE_DEFAULTS,
  url,
  timeoutMs: 2_000,
  attempts: 4,
  wait: async (ms) => {
    waits.push(ms);
  },
  now: () => Date.UTC(2026, 0, 1),
  jitter: () => 0.5,
  ...more,
});
