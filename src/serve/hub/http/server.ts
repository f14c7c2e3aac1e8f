/** The HTTP server of the hub: strict, bounded, and patient with nobody. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { StillwatchError } from '../../../base/errors.ts';
import type { Authenticate } from '../access/authenticate.ts';
import { dispatcher } from './dispatch.ts';
import type { Log } from './log.ts';
import { acceptsTaxii } from './media-type.ts';
import { notFound, Refusal, storeRefusal, unauthorized } from './refusal.ts';
import type { Call, Reply, Route } from './route.ts';
import { replyOf, send } from './send.ts';

export interface Observed {
  readonly method: string;
  /** Name of the route; `none` where there is none. */
  readonly route: string;
  readonly status: number;
  readonly seconds: number;
  readonly member: string | undefined;
}

/** PEM texts. */
export interface TlsFiles {
  readonly cert: string;
  readonly key: string;
  /** Authorities whose client certificates are believed; members are named by their fingerprints. */
  readonly clientCa?: string | undefined;
}

export interface ServerParts {
  readonly routes: readonly Route[];
  readonly authenticate: Authenticate;
  readonly tls?: TlsFiles | undefined;
  readonly log: Log;
  readonly observe: (observed: Observed) => void;
  readonly clock: () => number;
}

const LIMITS = {
  maxHeaderSize: 16 << 10,
  // A client that dribbles its headers or its body is cut off (slow-loris).
  headersTimeout: 10_000,
  requestTimeout: 60_000,
  connectionsCheckingInterval: 1000,
  keepAliveTimeout: 65_000,
  keepAlive: true,
  noDelay: true,
  requireHostHeader: true,
  insecureHTTPParser: false,
} as const;
const MOST_CONNECTIONS = 10_000;
const MOST_HEADERS = 100;
/** Without a byte in either direction; a stream has heartbeats more often. */
const IDLE_MS = 120_000;

/** What the parser refused (RFC 9112): said in the words of the API, and the connection is over. */
const refuseUnparsed = (error: NodeJS.ErrnoException, socket: Socket): void => {
  if (!socket.writable || error.code === 'ECONNRESET') return void socket.destroy();
  const [status, phrase] =
    error.code === 'HPE_HEADER_OVERFLOW'
      ? [431, 'Request Header Fields Too Large']
      : error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
        ? [408, 'Request Timeout']
        : [400, 'Bad Request'];
  const { status: code, body = '' } = replyOf(new Refusal(Number(status), String(phrase)));
  socket.end(
    `HTTP/1.1 ${code} ${phrase}\r\nContent-Type: application/taxii+json;version=2.1\r\nContent-Length: ${Buffer.byteLength(String(body))}\r\nConnection: close\r\n\r\n${String(body)}`,
    () => socket.destroy(),
  );
};

/** The fingerprint of the client's certificate, when an authority that is believed has signed it. */
export const certificateOf = ({ socket }: IncomingMessage): string | undefined =>
  socket instanceof TLSSocket && socket.authorized
    ? socket.getPeerCertificate().fingerprint256
    : undefined;

/** Connections that have not sent a request yet, by the client's end of them: Node calls them busy. */
const silent = new WeakMap<Server, Map<string, Socket>>();
const endOf = ({ remoteAddress, remotePort }: Socket): string => `${remoteAddress} ${remotePort}`;

const watchSilent = (server: Server): void => {
  const sockets = new Map<string, Socket>();
  silent.set(server, sockets);
  const note = (socket: Socket): void => {
    const end = endOf(socket);
    // Of TLS there are two sockets for one end: first the plain one, then the one that is used.
    sockets.set(end, socket);
    socket.once('close', () => {
      if (sockets.get(end) === socket) sockets.delete(end);
    });
  };
  server.on('connection', note);
  server.on('secureConnection', note);
  server.prependListener('request', ({ socket }) => sockets.delete(endOf(socket)));
};

export const hubServer = (parts: ServerParts): Server => {
  const { routes, authenticate, log, observe, clock, tls } = parts;
  const find = dispatcher(routes);

  const answer = async (
    request: IncomingMessage,
    told: { route: string; member: string | undefined },
  ): Promise<Reply> => {
    // The path as it was sent: a URL parser would make another one of it.
    const [path = '', search = ''] = splitOnce(request.url ?? '', '?');
    const method = request.method ?? '';
    const match = find(method, path);
    if (match === undefined) throw notFound();
    if ('allow' in match) {
      const headers = { Allow: match.allow.join(', ') };
      if (method === 'OPTIONS') return { status: 204, headers };
      throw new Refusal(405, 'The method is not allowed here', { headers });
    }
    const { route, params } = match;
    told.route = route.name;
    const now = clock();
    const viewer = await authenticate(request.headers.authorization, now, certificateOf(request));
    told.member = viewer?.member.id;
    if (route.access === 'member' && viewer === undefined) throw unauthorized();
    if (route.taxii && !acceptsTaxii(request.headers.accept))
      throw new Refusal(406, 'No acceptable media type', {
        description: 'The answer is application/taxii+json;version=2.1.',
      });
    const call: Call = { request, params, query: new URLSearchParams(search), now, viewer };
    return route.handle(call);
  };

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const start = performance.now();
    const told = { route: 'none', member: undefined as string | undefined };
    let reply: Reply;
    try {
      reply = await answer(request, told);
    } catch (error) {
      if (!(error instanceof Refusal))
        log.write('fault', { route: told.route, error: String((error as Error).stack ?? error) });
      // What went wrong inside is for the log, not for the client.
      reply = replyOf(
        error instanceof Refusal
          ? error
          : (storeRefusal(error) ?? new Refusal(500, 'Internal fault')),
      );
    }
    send(request, response, reply);
    observe({
      method: request.method ?? '',
      status: reply.status,
      seconds: (performance.now() - start) / 1000,
      ...told,
    });
  };

  const listener = (request: IncomingMessage, response: ServerResponse): void => {
    response.on('error', () => undefined);
    serve(request, response).catch((error: unknown) => {
      log.write('fault', { error: String((error as Error).stack ?? error) });
      response.destroy();
    });
  };
  const server = tls === undefined ? createServer(LIMITS, listener) : tlsServer(tls, listener);
  server.maxConnections = MOST_CONNECTIONS;
  server.maxHeadersCount = MOST_HEADERS;
  server.timeout = IDLE_MS;
  server.on('clientError', refuseUnparsed);
  watchSilent(server);
  return server;
};

/** @throws StillwatchError `INPUT_UNREADABLE` */
const tlsServer = (
  tls: TlsFiles,
  listener: (request: IncomingMessage, response: ServerResponse) => void,
): Server => {
  try {
    return createTlsServer({ ...LIMITS, ...tlsOptions(tls) }, listener);
  } catch (cause) {
    throw new StillwatchError(
      'INPUT_UNREADABLE',
      `The certificate, its key or the authorities cannot be used: ${(cause as { reason?: string }).reason ?? 'no PEM'}`,
      'Give PEM files: the chain of the certificate, and the key that belongs to it, without a passphrase.',
      { cause },
    );
  }
};

/** A client without a certificate may still have a token, so none is turned away in the handshake. */
const tlsOptions = ({ cert, key, clientCa }: TlsFiles) => ({
  cert,
  key,
  // TAXII 2.1, section 8.5.2: TLS 1.2 or later.
  minVersion: 'TLSv1.2' as const,
  ...(clientCa === undefined ? {} : { ca: clientCa, requestCert: true, rejectUnauthorized: false }),
});

const splitOnce = (text: string, at: string): readonly [string, string] => {
  const i = text.indexOf(at);
  return i < 0 ? [text, ''] : [text.slice(0, i), text.slice(i + 1)];
};

/** No new connections; requests under way are finished, up to a bound; then all is closed. */
export const stopServer = async (server: Server, graceMs: number): Promise<void> => {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  const timer = setTimeout(() => server.closeAllConnections(), graceMs);
  // A connection that becomes idle now would be kept alive for its next request.
  const sweep = setInterval(() => {
    server.closeIdleConnections();
    for (const socket of silent.get(server)?.values() ?? []) socket.destroy();
  }, 50);
  await closed;
  clearTimeout(timer);
  clearInterval(sweep);
};
