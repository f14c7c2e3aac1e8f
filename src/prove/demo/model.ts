/** A model that answers nothing of use, in the form and at the length of a real one. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SIMULATED, type Simulated } from './wire.ts';

export interface RunningModel {
  readonly url: URL;
  readonly close: () => Promise<void>;
}

export const closing = (server: Server): Promise<void> =>
  new Promise((done) => {
    server.close(() => done());
    server.closeAllConnections();
  });

/** Longer than any pause of the demo: a connection must not close while a request is on its way. */
const KEPT_MS = 600_000;

export const listening = async (server: Server, port = 0): Promise<URL> => {
  server.keepAliveTimeout = KEPT_MS;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
};

export const startModel = async (): Promise<RunningModel> => {
  const server = createServer((request, response) => {
    request.resume();
    request.on('end', () => {
      const header = request.headers[SIMULATED];
      const told = (typeof header === 'string' ? JSON.parse(header) : {}) as Partial<Simulated>;
      const status = told.status ?? 200;
      const body = JSON.stringify(
        status === 200
          ? {
              object: 'chat.completion',
              choices: [
                {
                  index: 0,
                  message: { role: 'assistant', content: 'A simulated answer.' },
                  finish_reason: told.finish_reason ?? 'stop',
                },
              ],
              usage: { completion_tokens: told.response_tokens ?? 0 },
            }
          : { error: { message: 'The simulated model is busy.', type: 'server_error' } },
      );
      response.writeHead(status, {
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(body),
      });
      response.end(body);
    });
  });
  const url = await listening(server);
  return { url: new URL('/v1/chat/completions', url), close: () => closing(server) };
};
