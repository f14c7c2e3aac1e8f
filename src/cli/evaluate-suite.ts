/** `stillwatch evaluate --suite NAME`: worlds are made, scanned and measured. */
import { forJson, forTerminal } from '../base/safe-text.ts';
import { readBaseline } from '../detect/scan/baseline.ts';
import { loadIntentModel } from '../detect/verdict/intent-model.ts';
import { parseSeeds } from '../prove/evaluate/kit/parse-options.ts';
import { renderEvaluation } from '../prove/evaluate/kit/render-report.ts';
import { runSuites } from '../prove/evaluate/kit/run-suites.ts';
import type { EvaluationReport } from '../prove/evaluate/kit/section.ts';
import { suitesNamed } from '../prove/evaluate/kit/suites.ts';
import type { Job } from '../prove/evaluate/kit/work/job.ts';
import type { Calibration } from '../prove/evaluate/kit/work/lab.ts';
import { readSources } from '../prove/evaluate/kit/work/sources.ts';
import { evaluationPage } from './show/html/evaluation-page.ts';
import { writeOutput } from './write-output.ts';

export interface SuiteOptions {
  readonly suite: string;
  readonly data?: string;
  readonly seeds: string;
  readonly accounts: number;
  readonly level: number;
  readonly baseline?: string;
  readonly model?: string;
  readonly out?: string;
  readonly resume?: boolean;
  readonly worlds?: number;
  readonly json?: boolean;
  readonly report?: string;
}

const calibrationOf = ({ baseline, model }: SuiteOptions): Calibration => {
  const loaded = loadIntentModel(model);
  return {
    ...(model === undefined ? {} : { model: loaded }),
    ...(baseline === undefined ? {} : { baseline: readBaseline(baseline, loaded) }),
  };
};

/** Runs the suites of a name and writes the page where one is asked for. */
export const evaluateSuite = async (
  options: SuiteOptions,
  say: (line: string) => void,
): Promise<EvaluationReport> => {
  const sources = readSources(options.data);
  const plan = {
    seeds: parseSeeds(options.seeds),
    ordinary: options.accounts,
    level: options.level,
    sources,
    calibration: calibrationOf(options),
  };
  const report = await runSuites(suitesNamed(options.suite), plan, {
    out: options.out,
    resume: options.resume ?? false,
    atMost: options.worlds,
    onJob: ({ kind, seed }: Job, i, of) => say(`${i} of ${of}: ${kind}, seed ${seed}`),
    onForeign: (count) =>
      say(`${count} results of other code, corpora, level or calibration are left out`),
  });
  if (options.report !== undefined) writeOutput(options.report, evaluationPage(report));
  return report;
};

/** What to do next, when there is something. */
const next = (report: EvaluationReport, options: SuiteOptions): string => {
  const open = report.sections.some((section) => section.done < section.planned);
  if (open && options.out !== undefined)
    return '\nnext: run the same command with --resume to continue';
  return options.report === undefined
    ? '\nnext: add --report page.html for the charts'
    : `\nnext: open ${forTerminal(options.report, 200)}`;
};

export const suiteText = (report: EvaluationReport, options: SuiteOptions): string =>
  options.json === true
    ? forJson(report, 2)
    : `${renderEvaluation(report)}\n${next(report, options)}`;
