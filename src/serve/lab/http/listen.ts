/** Where a server listens, from its words to its address, and how it ends. */
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { StillwatchError } from '../../../base/errors.ts';

export interface Address {
  readonly host: string;
  readonly port: number;
}

/** Until connections that are still open are cut. */
const PATIENCE_MS = 5_000;

/** @param listen `HOST:PORT` @throws StillwatchError USAGE */
export const parseListen = (listen: string): Address => {
  const match = /^(?:\[([0-9a-fA-F:]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(listen);
  const port = Number(match?.[3]);
  if (match === null || port > 65_535)
    throw new StillwatchError('USAGE', `${listen} is no HOST:PORT`, 'Such as 127.0.0.1:7460.');
  return { host: (match[1] ?? match[2])!, port };
};

const urlHost = (host: string): string => (host.includes(':') ? `[${host}]` : host);

/** @throws StillwatchError LAB_LISTEN_FAILED */
export const listenAt = async (
  server: Server,
  { host, port }: Address,
): Promise<{ readonly url: string; readonly port: number }> => {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) =>
      reject(
        new StillwatchError(
          'LAB_LISTEN_FAILED',
          `${urlHost(host)}:${port}: ${cause.message}`,
          'Choose a free port and an address of this machine.',
          { cause },
        ),
      ),
    );
    server.listen(port, host, resolve);
  });
  const bound = (server.address() as AddressInfo).port;
  return { url: `http://${urlHost(host)}:${bound}`, port: bound };
};

export const endServer = (server: Server): Promise<void> =>
  new Promise<void>((done) => {
    server.close(() => done());
    server.closeIdleConnections();
    setTimeout(() => server.closeAllConnections(), PATIENCE_MS).unref();
  });
