/**
 * Every endpoint of the hub, as groups that each part declares beside its code. The dispatcher and the
 * OpenAPI description are both made from this list.
 */
import type { Route } from './http/route.ts';
import type { Hub } from './hub.ts';
import { operationsRoutes } from './operations/routes.ts';
import { taxiiRoutes } from './taxii/routes.ts';

export type RouteGroup = (hub: Hub) => readonly Route[];

export const ROUTE_GROUPS: readonly RouteGroup[] = [taxiiRoutes];

export const routesOf = (hub: Hub): readonly Route[] => {
  const routes = ROUTE_GROUPS.flatMap((group) => group(hub));
  return [...routes, ...operationsRoutes(hub, routes)];
};
