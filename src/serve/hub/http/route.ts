/** Routes as data: the table from which requests are dispatched and the OpenAPI description is made. */
import type { IncomingMessage } from 'node:http';
import type { Viewer } from '../access/authenticate.ts';
import type { Writable } from 'node:stream';

export interface Call {
  readonly request: IncomingMessage;
  /** Parts of the path that the route names with `:`. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  /** Milliseconds since 1970, once for the whole request. */
  readonly now: number;
  /** Who asks; the dispatcher has made sure of one where the route asks for it. */
  readonly viewer: Viewer | undefined;
}

export interface Reply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** `application/taxii+json;version=2.1` unless said otherwise. */
  readonly type?: string;
  /** A text or bytes; or a function that writes and ends an open answer, such as a stream of events. */
  readonly body?: string | Uint8Array | ((out: Writable) => void);
}

export interface Route {
  readonly method: 'GET' | 'POST' | 'DELETE' | 'PUT';
  /**
   * Such as `/:root/collections/:collection/`, or `/files/*path` for all below. A trailing slash of the
   * request makes no difference.
   */
  readonly path: string;
  /** Names the operation in the OpenAPI description, in logs and in metrics. */
  readonly name: string;
  readonly summary: string;
  /** Section of TAXII 2.1, for those that it defines. */
  readonly section?: string;
  readonly access: 'anyone' | 'member';
  /** Whether the answer is TAXII, and so the Accept header has to allow it. */
  readonly taxii: boolean;
  readonly query?: readonly string[];
  readonly statuses: readonly number[];
  readonly handle: (call: Call) => Promise<Reply>;
}

export interface Match {
  readonly route: Route;
  readonly params: Readonly<Record<string, string>>;
}

const SEGMENT = /^[A-Za-z0-9._~-]{1,300}$/;

/** The segments of a path, or undefined when one has characters that no route has. */
export const segmentsOf = (path: string): readonly string[] | undefined => {
  const segments = path.replace(/^\//, '').replace(/\/$/, '').split('/');
  return segments.every((segment) => SEGMENT.test(segment)) ? segments : undefined;
};

const isNamed = (part: string): boolean => part.startsWith(':') || part.startsWith('*');

/** The named parts of a path, or undefined when it is not of this route. */
const paramsOf = (
  parts: readonly string[],
  segments: readonly string[],
): Readonly<Record<string, string>> | undefined => {
  const rest = parts.at(-1)!.startsWith('*');
  if (rest ? segments.length < parts.length : segments.length !== parts.length) return undefined;
  const params: Record<string, string> = {};
  for (const [i, part] of parts.entries()) {
    if (part.startsWith('*')) params[part.slice(1)] = segments.slice(i).join('/');
    else if (part.startsWith(':')) params[part.slice(1)] = segments[i]!;
    else if (part !== segments[i]) return undefined;
  }
  return params;
};

/** Makes the function that finds a route; what is fixed goes before what is named. */
export const router = (
  routes: readonly Route[],
): ((
  method: string,
  path: string,
) => Match | { readonly allow: readonly string[] } | undefined) => {
  const table = routes
    .map((route) => ({ route, parts: route.path.split('/').filter((part) => part !== '') }))
    .sort((a, b) => Number(isNamed(a.parts[0]!)) - Number(isNamed(b.parts[0]!)));
  return (method, path) => {
    const segments = segmentsOf(path);
    if (segments === undefined) return undefined;
    const allow: string[] = [];
    for (const { route, parts } of table) {
      const params = paramsOf(parts, segments);
      if (params === undefined) continue;
      if (route.method === method || (route.method === 'GET' && method === 'HEAD'))
        return { route, params };
      allow.push(route.method);
    }
    return allow.length > 0 ? { allow } : undefined;
  };
};
