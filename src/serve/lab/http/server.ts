/** Requests to routes: a table as data, scopes checked before a byte of the body is taken. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { StillwatchError } from '../../../base/errors.ts';
import { forJson } from '../../../base/safe-text.ts';
import { HttpRefusal } from './refusal.ts';
import type { LabScope, Tokens } from './tokens.ts';

export interface LabCall {
  readonly request: IncomingMessage;
  /** The part of the path that the route names with `:`, decoded. */
  readonly param: string;
  readonly query: URLSearchParams;
}

export interface LabReply {
  readonly status: number;
  readonly body: string | Uint8Array;
  /** `application/json` unless said otherwise. */
  readonly type?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface LabRoute {
  readonly method: 'GET' | 'POST' | 'DELETE' | 'PUT';
  /** Such as `/findings/:id` or `/cases/:id/note`; at most one part is named. */
  readonly path: string;
  readonly scope: LabScope | 'anyone';
  readonly summary: string;
  readonly handle: (call: LabCall) => Promise<LabReply>;
  /** How refusals are written, where a protocol has its own form. */
  readonly refuse?: (call: LabCall, refusal: HttpRefusal) => LabReply;
}

export const json = (value: unknown, status = 200): LabReply => ({
  status,
  body: `${forJson(value)}\n`,
});

const refusalReply = ({ status, code, message, headers }: HttpRefusal): LabReply => ({
  ...json({ error: { code, message } }, status),
  headers,
});

const paramOf = (route: string, path: string): string | undefined => {
  if (!route.includes('/:')) return route === path ? '' : undefined;
  const names = route.split('/');
  const given = path.split('/');
  if (names.length !== given.length) return undefined;
  let param: string | undefined;
  for (const [i, name] of names.entries())
    if (name.startsWith(':')) param = given[i];
    else if (name !== given[i]) return undefined;
  if (param === undefined || param === '') return undefined;
  try {
    return decodeURIComponent(param);
  } catch {
    return undefined;
  }
};

const toRefusal = (error: unknown, onError: (error: unknown) => void): HttpRefusal => {
  if (error instanceof HttpRefusal) return error;
  if (error instanceof StillwatchError)
    return new HttpRefusal(503, error.code, `${error.message}. ${error.remedy}`, {
      'Retry-After': '1',
    });
  onError(error);
  return new HttpRefusal(500, 'INTERNAL', 'The lab failed; its log says why.');
};

const send = (response: ServerResponse, request: IncomingMessage, reply: LabReply): void => {
  const body = typeof reply.body === 'string' ? Buffer.from(reply.body) : reply.body;
  // What was not read stays on the wire: the connection cannot be used for another request.
  const unread = !request.complete && reply.status >= 400;
  response.writeHead(reply.status, {
    'Content-Type': reply.type ?? 'application/json',
    'Content-Length': body.length,
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
    ...(unread ? { Connection: 'close' } : {}),
    ...reply.headers,
  });
  response.end(body);
};

export const createLabServer = (
  routes: readonly LabRoute[],
  tokens: Tokens,
  onError: (error: unknown) => void,
): Server => {
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(request.url ?? '/', 'http://lab');
    const found = routes.flatMap((route) => {
      const param = paramOf(route.path, url.pathname);
      return param === undefined ? [] : [{ route, param }];
    });
    const match = found.find(({ route }) => route.method === request.method);
    const call: LabCall = { request, param: match?.param ?? '', query: url.searchParams };
    try {
      if (found.length === 0) throw new HttpRefusal(404, 'NOT_FOUND', 'There is no such resource.');
      if (match === undefined)
        throw new HttpRefusal(405, 'METHOD_NOT_ALLOWED', 'Use another method.', {
          Allow: found.map(({ route }) => route.method).join(', '),
        });
      const { scope } = match.route;
      if (scope !== 'anyone' && !(await tokens.allows(request.headers.authorization, scope)))
        throw new HttpRefusal(
          401,
          'TOKEN_REFUSED',
          `Send a bearer token with the scope ${scope}; see stillwatch lab token.`,
          { 'WWW-Authenticate': 'Bearer realm="stillwatch lab"' },
        );
      send(response, request, await match.route.handle(call));
    } catch (error) {
      if (response.headersSent || response.destroyed) return;
      const refusal = toRefusal(error, onError);
      send(response, request, match?.route.refuse?.(call, refusal) ?? refusalReply(refusal));
    }
  };
  const server = createServer({ keepAliveTimeout: 30_000, requestTimeout: 300_000 }, (q, s) => {
    q.on('error', () => undefined); // a client that goes away is no fault of ours
    void handle(q, s);
  });
  return server;
};
