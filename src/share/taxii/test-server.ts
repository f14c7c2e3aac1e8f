/** A real HTTP server for tests, whose answers the test writes. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';
import { TAXII_TYPE } from './media-type.ts';

export interface Seen {
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

export type Handler = (seen: Seen, response: ServerResponse, count: number) => void;

export const answer = (
  response: ServerResponse,
  status: number,
  value?: unknown,
  headers: Readonly<Record<string, string>> = {},
): void => {
  response.writeHead(status, { 'Content-Type': TAXII_TYPE, ...headers });
  response.end(value === undefined ? '' : JSON.stringify(value));
};

/** @param handler `count` is the number of requests before this one. */
export const startServer = async (
  t: TestContext,
  handler: Handler,
): Promise<{ readonly url: string; readonly seen: readonly Seen[] }> => {
  const seen: Seen[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const one: Seen = {
      method: request.method ?? '',
      url: new URL(request.url ?? '/', 'http://test'),
      headers: request.headers,
      body: Buffer.concat(chunks).toString(),
    };
    seen.push(one);
    handler(one, response, seen.length - 1);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, seen };
};
