/** Runs the jobs of some suites, each once, and makes the report from whatever is finished. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { codeDigest, settingDigest } from './fingerprint.ts';
import type { EvaluationReport } from './section.ts';
import { openStore } from './store.ts';
import { type Plan, type Results, type Suite, sectionOf } from './suite.ts';
import { type Job, nameOf } from './work/job.ts';
import type { Lab } from './work/lab.ts';
import { runJob } from './work/run-job.ts';

export interface RunOptions {
  /** Folder that keeps results; without one they are lost with the process. */
  readonly out?: string | undefined;
  readonly resume?: boolean;
  /** At most so many new jobs; the report says what is missing. */
  readonly atMost?: number | undefined;
  /** Hears of each job before it starts. */
  readonly onJob?: (job: Job, number: number, of: number) => void;
  /** Results in the folder that belong to other code or corpora. */
  readonly onForeign?: (count: number) => void;
  /** Milliseconds; only the seconds noted beside a result depend on it. */
  readonly now?: () => number;
}

const LIMITS: readonly string[] = [
  'Every world is a simulation, or a composition of real prompts with simulated accounts, identifiers and times. No public log carries accounts, times, prompts and a label together, so nothing here was measured on a provider’s traffic.',
  'The simulator and the detector come from one project. What the simulator does not imagine, nobody was tested on.',
  'Where thresholds or models were chosen on the same corpora, other seeds do not make them unseen: quality on other corpora can be lower.',
  'Intervals are at 95 % and none is adjusted for the number of cells looked at.',
];

const reportOf = (
  suites: readonly Suite[],
  store: Results,
  plan: Plan,
  code: string,
): EvaluationReport => {
  const { sources } = plan;
  return {
    version: 1,
    kind: 'stillwatch-evaluation',
    code,
    corpora: [...sources.harvest, ...sources.everyday, ...sources.evaluation].map(
      ({ name, sha256 }) => ({ name, sha256 }),
    ),
    prompts: sources.kind,
    level: plan.level,
    baseline: plan.calibration?.baseline?.id ?? null,
    model: plan.calibration?.model?.id ?? null,
    seeds: plan.seeds,
    ordinary: plan.ordinary,
    sections: suites.map((suite) => sectionOf(suite, store, plan)),
    limits: LIMITS,
  };
};

/** @throws what `openStore` and the jobs throw; finished jobs stay in the folder. */
export const runSuites = async (
  suites: readonly Suite[],
  plan: Plan,
  options: RunOptions = {},
): Promise<EvaluationReport> => {
  const code = codeDigest();
  const setting = settingDigest(plan.sources, plan.level, plan.calibration);
  const store = openStore(options.out, options.resume ?? false, code, setting);
  if (store.foreign > 0) options.onForeign?.(store.foreign);
  const jobs = new Map(suites.flatMap((suite) => suite.jobs(plan)).map((j) => [nameOf(j), j]));
  const open = [...jobs.values()].filter((job) => store.get(job) === undefined);
  const now = options.now ?? (() => performance.now());
  const scratch = mkdtempSync(join(tmpdir(), 'stillwatch-evaluate-'));
  const { sources, level, calibration = {} } = plan;
  const lab: Lab = { sources, scratch, level, calibration };
  try {
    const todo = open.slice(0, options.atMost ?? open.length);
    for (const [i, job] of todo.entries()) {
      options.onJob?.(job, i + 1, todo.length);
      const started = now();
      store.put(job, await runJob(job, lab), (now() - started) / 1000);
    }
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
  return reportOf(suites, store, plan, code);
};
