/** The HTTP server of the gate: the question of one gateway goes straight to its answer. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type FastAnswer, openFastLane } from './fast-lane.ts';
import { type Call, problem, type Route } from './http.ts';
import type { Tokens } from './tokens.ts';

const LIMITS = {
  maxHeaderSize: 16 << 10,
  // A client that dribbles its headers or its body is cut off.
  headersTimeout: 10_000,
  requestTimeout: 60_000,
  connectionsCheckingInterval: 1000,
  keepAliveTimeout: 65_000,
  noDelay: true,
} as const;
const MOST_CONNECTIONS = 10_000;
const CHALLENGE = [['WWW-Authenticate', 'Bearer']] as const;

export interface ServerParts {
  /** Answered before everything else, without the cost of looking for a route. */
  readonly hot: (request: IncomingMessage, response: ServerResponse) => void;
  readonly hotPath: string;
  /** Answered from their bytes as long as their requests are plain. */
  readonly fast: ReadonlyMap<string, FastAnswer>;
  readonly routes: readonly Route[];
  readonly tokens: Tokens;
  readonly clock: () => number;
  readonly fault: (error: unknown) => void;
}

const splitOnce = (text: string): readonly [string, string] => {
  const i = text.indexOf('?');
  return i < 0 ? [text, ''] : [text.slice(0, i), text.slice(i + 1)];
};

/** Closes the connections that Node's server has never seen. */
const lanes = new WeakMap<Server, () => void>();

export const gateServer = ({
  hot,
  hotPath,
  fast,
  routes,
  tokens,
  clock,
  fault,
}: ServerParts): Server => {
  const exact = new Map(
    routes.filter(({ prefix }) => prefix !== true).map((r) => [`${r.method} ${r.path}`, r]),
  );
  const prefixes = routes.filter(({ prefix }) => prefix === true);

  const find = (method: string, path: string): Route | undefined =>
    exact.get(`${method} ${path}`) ??
    (method === 'HEAD' ? exact.get(`GET ${path}`) : undefined) ??
    prefixes.find(
      (route) =>
        (route.method === '*' || route.method === method) &&
        path.startsWith(route.path) &&
        // Not a longer word that begins alike.
        (path.length === route.path.length || path[route.path.length] === '/'),
    );

  const holderOf = (request: IncomingMessage, route: Route): string | undefined => {
    if (route.access === 'open') return '';
    const key = request.headers['x-api-key'];
    const byKey = typeof key === 'string' ? key : undefined;
    if (route.access === 'key') return tokens.holder(byKey);
    if (route.access === 'either' && byKey !== undefined) return tokens.holder(byKey);
    return tokens.bearer(request.headers.authorization);
  };

  const dispatch = (request: IncomingMessage, response: ServerResponse): void => {
    const [path, search] = splitOnce(request.url ?? '');
    const method = request.method ?? '';
    const route = find(method, path);
    if (route === undefined) {
      const other = routes.some((one) => one.path === path);
      problem(response, other ? 405 : 404, other ? 'Method not allowed' : 'Not found');
      return;
    }
    const gateway = holderOf(request, route);
    if (gateway === undefined) {
      // CrowdSec's API answers 403 to a wrong key, and its bouncers know that.
      if (route.access === 'key') problem(response, 403, 'access forbidden');
      else problem(response, 401, 'A token is needed', CHALLENGE);
      return;
    }
    const query = new URLSearchParams(search);
    const call: Call = { request, response, path, query, gateway, now: clock() };
    const done = route.handle(call);
    if (done instanceof Promise) done.catch((error: unknown) => failed(response, error));
  };

  const failed = (response: ServerResponse, error: unknown): void => {
    fault(error);
    if (response.headersSent) response.destroy();
    else problem(response, 500, 'Internal fault');
  };

  const server = createServer(LIMITS, (request, response) => {
    response.on('error', () => undefined);
    request.on('error', () => undefined);
    try {
      if (request.url === hotPath && request.method === 'POST') {
        if (tokens.bearer(request.headers.authorization) === undefined)
          problem(response, 401, 'A token is needed', CHALLENGE);
        else hot(request, response);
      } else dispatch(request, response);
    } catch (error) {
      failed(response, error);
    }
  });
  server.maxConnections = MOST_CONNECTIONS;
  server.maxHeadersCount = 100;
  const lane = openFastLane(server, fast);
  lanes.set(server, lane.close);
  return server;
};

/** No new connections; idle ones at once, the others when they are done or after a bound. */
export const stopServer = async (server: Server, graceMs = 2000): Promise<void> => {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  lanes.get(server)?.();
  server.closeIdleConnections();
  const timer = setTimeout(() => server.closeAllConnections(), graceMs);
  const sweep = setInterval(() => server.closeIdleConnections(), 50);
  await closed;
  clearTimeout(timer);
  clearInterval(sweep);
};
