import type { Section } from './section.ts';
import type { Store } from './store.ts';
import type { Job, Kind, Kinds } from './work/job.ts';
import type { Calibration } from './work/lab.ts';
import type { Sources } from './work/sources.ts';

/** What a run was asked for. */
export interface Plan {
  readonly seeds: readonly number[];
  /** Ordinary accounts of each world. */
  readonly ordinary: number;
  readonly level: number;
  readonly sources: Sources;
  readonly calibration?: Calibration;
}

/** Finished results, by job. */
export type Results = Pick<Store, 'get'>;

/** What a suite adds to a section; the rest follows from the suite itself. */
export type Findings = Omit<Section, 'suite' | 'title' | 'question' | 'done' | 'planned'>;

/** A question, the worlds that answer it, and the answer made from whatever of them is finished. */
export interface Suite {
  readonly name: string;
  readonly title: string;
  readonly question: string;
  readonly jobs: (plan: Plan) => readonly Job[];
  readonly report: (results: Results, plan: Plan) => Findings;
}

/** Finished results of jobs of one kind, in order; unfinished ones left out. */
export const finished = <K extends Kind>(
  results: Results,
  jobs: readonly Job<K>[],
): Kinds[K]['result'][] =>
  jobs.map((job) => results.get(job)).filter((result) => result !== undefined);

export const sectionOf = (suite: Suite, results: Results, plan: Plan): Section => {
  const jobs = suite.jobs(plan);
  const { name, title, question } = suite;
  return {
    suite: name,
    title,
    question,
    done: finished(results, jobs).length,
    planned: jobs.length,
    ...suite.report(results, plan),
  };
};
