/** From the table of routes to the route of a request. */
import findMyWay from 'find-my-way';
import type { Route } from './route.ts';

export interface Match {
  readonly route: Route;
  readonly params: Readonly<Record<string, string>>;
}

const LONGEST_PATH = 2000;
const LONGEST_PART = 300;
// Nothing the hub serves needs more. What a proxy and a server may read differently (escapes, dots that
// climb, empty parts) has no route at all.
const PATH = /^(?:\/(?!\.{1,2}(?:\/|$))[A-Za-z0-9._~-]+)*\/?$/;

/** Paths whose route is remembered: most requests are polls of a few collections. */
const MOST_REMEMBERED = 1000;

const METHODS = ['GET', 'POST', 'PUT', 'DELETE'] as const;

/** Finds the route of a method and path; or which methods the path has; or undefined. */
export const dispatcher = (
  routes: readonly Route[],
): ((
  method: string,
  path: string,
) => Match | { readonly allow: readonly string[] } | undefined) => {
  const table = findMyWay({
    ignoreTrailingSlash: true,
    caseSensitive: true,
    maxParamLength: LONGEST_PART,
  });
  for (const route of routes) {
    const path = route.path.replace(/\*\w+$/, '*');
    table.on(route.method, path, () => undefined, route);
  }
  const find = (method: (typeof METHODS)[number], path: string): Match | undefined => {
    const found = table.find(method, path);
    if (found === null) return undefined;
    const route = found.store as Route;
    const { '*': rest, ...named } = found.params as Record<string, string>;
    const name = /\*(\w+)$/.exec(route.path)?.[1];
    return { route, params: name === undefined ? named : { ...named, [name]: rest ?? '' } };
  };
  const known = new Map<string, Match>();
  return (method, path) => {
    const name = `${method} ${path}`;
    const remembered = known.get(name);
    if (remembered !== undefined) return remembered;
    if (path.length > LONGEST_PATH || !PATH.test(path)) return undefined;
    const wanted = METHODS.find((one) => one === (method === 'HEAD' ? 'GET' : method));
    const match = wanted === undefined ? undefined : find(wanted, path);
    if (match !== undefined) {
      if (known.size >= MOST_REMEMBERED) known.clear();
      known.set(name, match);
      return match;
    }
    const allow = METHODS.filter((one) => find(one, path) !== undefined);
    if (allow.length === 0) return undefined;
    return { allow: [...(allow.includes('GET') ? ['HEAD'] : []), ...allow, 'OPTIONS'] };
  };
};
