import type { Sources } from './sources.ts';

/** Where the work is done, and with what. */
export interface Lab {
  readonly sources: Sources;
  /** A folder whose content may be replaced at any time. */
  readonly scratch: string;
  /** False discovery rate of the scans. */
  readonly level: number;
}
