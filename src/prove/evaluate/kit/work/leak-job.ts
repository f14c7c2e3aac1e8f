import { createRandom, normal, uniform } from '../../../../base/random.ts';
import type { FieldScore } from '../../../simulate/single-field.ts';
import { scoreFeature } from '../../../simulate/single-field.ts';
import { measureFields } from '../../../simulate/world-fields.ts';
import type { Lab } from './lab.ts';
import { requestOf, type WorldSpec } from './world-spec.ts';

export interface LeakSpec {
  readonly world: WorldSpec;
}

export interface LeakResult {
  /** The most telling fields. */
  readonly fields: readonly FieldScore[];
  readonly measured: number;
  readonly positives: number;
  /** A planted field that leans by 0.8 deviations (positive control), and pure noise. */
  readonly planted: number;
  readonly noise: number;
}

const SHOWN = 8;

/** Whether a single metadata field of a world gives the label away. */
export const runLeak = async ({ world }: LeakSpec, seed: number, lab: Lab): Promise<LeakResult> => {
  const { features, positive, scores } = measureFields(requestOf(world, lab.sources, seed));
  const accounts = [...features.get('accounts tier: usual value')!.keys()];
  const random = createRandom(seed, 'planted');
  const plant = (value: (account: string) => number): number =>
    scoreFeature(new Map(accounts.map((account) => [account, value(account)])), positive);
  return {
    fields: scores.slice(0, SHOWN),
    measured: scores.length,
    positives: positive.size,
    planted: plant((account) => normal(random, positive.has(account) ? 0.8 : 0, 1)),
    noise: plant(() => uniform(random)),
  };
};
