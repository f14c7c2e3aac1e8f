/**
 * Every endpoint of the hub, as groups that each part declares beside its code. The dispatcher and the
 * OpenAPI description are both made from this list.
 */
import { guardRoutes } from './guard/routes.ts';
import type { Route } from './http/route.ts';
import type { Hub } from './hub.ts';
import { ledgerRoutes } from './ledger/routes.ts';
import { blindingRoutes } from './blinding/routes.ts';
import { memberRoutes } from './members/routes.ts';
import { operationsRoutes } from './operations/routes.ts';
import { standingRoutes, withReceipts } from './standing/routes.ts';
import { streamRoutes } from './stream/routes.ts';
import { taxiiRoutes } from './taxii/routes.ts';

export type RouteGroup = (hub: Hub) => readonly Route[];

export const ROUTE_GROUPS: readonly RouteGroup[] = [
  taxiiRoutes,
  guardRoutes,
  streamRoutes,
  ledgerRoutes,
  memberRoutes,
  blindingRoutes,
  standingRoutes,
];

export const routesOf = (hub: Hub): readonly Route[] => {
  const routes = withReceipts(
    hub,
    ROUTE_GROUPS.flatMap((group) => group(hub)),
  );
  return [...routes, ...operationsRoutes(hub, routes)];
};
