import type { Population } from '../campaign/population.ts';
import type { TimelineReport } from '../report/report.ts';

const MAX_ROWS = 400;
const MAX_COLUMNS = 96;
const HOUR = 3_600_000;

/** Exchanges of each account per time step, over the time in which the set was active. */
export const timelineOf = (population: Population, accounts: readonly number[]): TimelineReport => {
  let first = Number.POSITIVE_INFINITY;
  let last = Number.NEGATIVE_INFINITY;
  for (const a of accounts) {
    first = Math.min(first, population.profiles[a]!.firstSeen);
    last = Math.max(last, population.profiles[a]!.lastSeen);
  }
  let step = HOUR;
  while ((last - first) / step >= MAX_COLUMNS) step *= 2;
  const start = Math.floor(first / step) * step;
  const columns = Math.floor((last - start) / step) + 1;
  const shown = accounts.slice(0, MAX_ROWS);
  const counts = shown.map((a) => {
    const row = new Array<number>(columns).fill(0);
    const { width, bins } = population.profiles[a]!.activity;
    bins.keys.forEach((bin, i) => {
      const column = Math.floor((bin * width - start) / step);
      row[Math.max(0, Math.min(columns - 1, column))]! += bins.counts[i]!;
    });
    return row;
  });
  return {
    start: new Date(start).toISOString(),
    step_ms: step,
    accounts: shown.map((a) => population.ids[a]!),
    counts,
  };
};
