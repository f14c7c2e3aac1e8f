import { scan } from '../../../../detect/scan/scan.ts';
import { tally } from '../../tally.ts';
import type { PValueSample } from '../uniformity.ts';
import { compose } from './compose.ts';
import type { Lab } from './lab.ts';
import { nullPValues } from './null-p-values.ts';
import { evidenceOf, PERMISSIVE, rejudge } from './rejudge.ts';
import type { WorldSpec } from './world-spec.ts';

export interface LevelsSpec {
  readonly world: WorldSpec;
  readonly levels: readonly number[];
}

/** Counts at one level. */
export interface AtLevel {
  readonly level: number;
  readonly campaigns: number;
  readonly found: number;
  /** `distillation` findings, and those of them without a distillation majority. */
  readonly findings: number;
  readonly false: number;
  /** Benign accounts in `distillation` findings, by group. */
  readonly benign: Readonly<Record<string, number>>;
}

export interface LevelsResult {
  readonly levels: readonly AtLevel[];
  /** Only of worlds without operators, where every hypothesis is null. */
  readonly nullP: readonly PValueSample[];
  readonly accounts: number;
}

/** One world, one scan, judged at every level. */
export const runLevels = async (
  { world: spec, levels }: LevelsSpec,
  seed: number,
  lab: Lab,
): Promise<LevelsResult> => {
  const world = await compose(spec, seed, lab);
  const made = await scan([world.traffic], {
    ...lab.calibration,
    accounts: world.accounts,
    level: PERMISSIVE,
  });
  const evidence = evidenceOf(made);
  const counted = levels.map((level): AtLevel => {
    const counts = tally({ campaigns: rejudge(evidence, level), accounts: [] }, world.labels);
    const findings = counts.findings.filter((f) => f.verdict === 'distillation');
    const wronged = counts.groups.filter(
      (g) => g.label === 'benign' && g.verdicts.distillation > 0,
    );
    return {
      level,
      campaigns: counts.campaigns.length,
      found: counts.campaigns.filter((c) => c.seen_as === 'distillation').length,
      findings: findings.length,
      false: findings.filter((f) => f.distillation <= f.benign + f.reseller).length,
      benign: Object.fromEntries(wronged.map((g) => [g.group, g.verdicts.distillation])),
    };
  });
  return {
    levels: counted,
    nullP: spec.campaigns + spec.relays === 0 ? await nullPValues(made) : [],
    accounts: made.report.read.accounts,
  };
};
