import type { Job, Kind, Kinds } from './job.ts';
import type { Lab } from './lab.ts';
import { runLeak } from './leak-job.ts';
import { runLevels } from './levels-job.ts';
import { runReplay } from './replay-job.ts';
import { runScan } from './scan-job.ts';
import { runWindows } from './windows-job.ts';

type Runners = {
  readonly [K in Kind]: (
    spec: Kinds[K]['spec'],
    seed: number,
    lab: Lab,
  ) => Promise<Kinds[K]['result']>;
};

const RUNNERS: Runners = {
  scan: runScan,
  levels: runLevels,
  replay: runReplay,
  windows: runWindows,
  leak: runLeak,
};

/** Does one unit of work. A failure is thrown: a table with a silent gap would be read as a success. */
export const runJob = <K extends Kind>(job: Job<K>, lab: Lab): Promise<Kinds[K]['result']> =>
  RUNNERS[job.kind](job.spec, job.seed, lab);
