/** What runs beside the requests: each is started after the store is open and stopped before it closes. */
import type { Service } from './hub.ts';
import { standingService } from './standing/service.ts';
import { blindingService } from './blinding/service.ts';
import { pruningService } from './operations/pruning.ts';
import { streamService } from './stream/service.ts';

export const SERVICES: readonly Service[] = [
  streamService,
  standingService,
  blindingService,
  pruningService,
];
