/** Worlds that are judged at many levels: shared by the two suites that ask about levels. */
import type { Plan } from './suite.ts';
import { type Job, job } from './work/job.ts';
import { nullSpec, specOf } from './work/world-spec.ts';

export const LEVELS = [0.001, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5] as const;

/** A world like those a provider sees: three campaigns at most, one of each three shares in turn. */
const SHARES = [0.5, 0.75, 0.9] as const;

export const mixedJobs = ({ seeds, ordinary }: Plan): Job<'levels'>[] =>
  seeds.map((seed) =>
    job(
      'levels',
      { world: specOf(ordinary, { unrelated: SHARES[seed % 3]! }), levels: LEVELS },
      seed,
    ),
  );

export const nullJobs = ({ seeds, ordinary }: Plan): Job<'levels'>[] =>
  seeds.map((seed) => job('levels', { world: nullSpec(ordinary), levels: LEVELS }, seed));
