import { scan } from '../../../../detect/scan/scan.ts';
import { type BaselineResult, compareBaselines } from '../../naive/compare.ts';
import { traceLogs } from '../../naive/trace-logs.ts';
import { type Tally, tally } from '../../tally.ts';
import { type ComposedWorld, compose, type Sent } from './compose.ts';
import type { Lab } from './lab.ts';
import type { WorldSpec } from './world-spec.ts';

export interface ScanSpec {
  readonly world: WorldSpec;
  /** Also run the naive detectors. */
  readonly baselines?: boolean;
}

/** What campaigns harvested in this world: corpus, its size, prompts asked (retries not counted). */
export interface Harvested {
  readonly corpus: string;
  readonly prompts: number;
  readonly asked: number;
}

export interface ScanResult {
  readonly exchanges: number;
  readonly accounts: number;
  readonly days: number;
  readonly tally: Tally;
  readonly sent: Sent;
  readonly harvested: readonly Harvested[];
  readonly baselines: readonly BaselineResult[];
}

export const harvestedIn = ({ summary }: ComposedWorld): Harvested[] =>
  summary.campaigns.map(({ corpus, prompts, asked }) => ({
    corpus: String(corpus),
    prompts: Number(prompts),
    asked: Number(asked),
  }));

/** One world, one scan. */
export const runScan = async (
  { world: spec, baselines }: ScanSpec,
  seed: number,
  lab: Lab,
): Promise<ScanResult> => {
  const world = await compose(spec, seed, lab);
  const { report } = await scan([world.traffic], {
    ...lab.calibration,
    accounts: world.accounts,
    level: lab.level,
  });
  return {
    exchanges: report.read.exchanges,
    accounts: report.read.accounts,
    days: Number(world.summary.options.days),
    tally: tally(report, world.labels),
    sent: world.sent,
    harvested: harvestedIn(world),
    baselines: baselines ? compareBaselines(await traceLogs([world.traffic]), world.labels) : [],
  };
};
