/**
 * The control of a calibration: p-values of hypotheses that are known to be null. The suite tests each
 * sample for uniformity.
 */
import { halfOf } from '../../../../detect/scan/resample.ts';
import type { Scan } from '../../../../detect/scan/scan.ts';
import { searchPopulation } from '../../../../detect/scan/search-population.ts';
import { intentAxis, networkAxis } from '../../../../detect/verdict/axes.ts';
import { findReleases } from '../../../../detect/verdict/profile-signals.ts';
import { cleanGroups, referenceFrom } from '../../../../detect/verdict/reference.ts';
import type { PValueSample } from '../uniformity.ts';

/** Chooses the half that calibrates. */
const SPLIT = 1;

/**
 * The pipeline runs on one random half of the accounts and calibrates; it runs on the other half, and
 * every group found there gets its p-values from a calibration that has not seen its accounts.
 */
const heldOut = async ({ search, model }: Scan): Promise<PValueSample[]> => {
  const measured = (['kept', 'left'] as const).map(async (half) => {
    const again = await searchPopulation(halfOf(search.population, SPLIT, half), { seed: SPLIT });
    const { profiles, firstSeen } = again.population;
    return { search: again, groups: cleanGroups(again, findReleases(profiles, firstSeen), model) };
  });
  const [calibration, held] = await Promise.all(measured);
  const reference = referenceFrom(calibration!.groups, 0, true);
  const kinds = held!.groups.map(({ members, segment }) => ({ members, segment }));
  return [
    {
      name: 'intent axis: groups of the half that was held out',
      values: held!.groups.map((g, i) =>
        Math.exp(intentAxis(g.intent, kinds[i]!, reference, model).logP),
      ),
    },
    {
      name: 'network axis: groups of the half that was held out',
      values: held!.groups.map((g, i) =>
        Math.exp(networkAxis(-g.network, kinds[i]!, reference).logP),
      ),
    },
  ];
};

/** Samples of a scan of a world in which nobody harvests and nobody resells. */
export const nullPValues = async (scan: Scan): Promise<PValueSample[]> => [
  {
    name: 'network axis: every set that content chose in a null world',
    values: scan.judgement.hypotheses.map((logP) => Math.exp(logP)),
  },
  ...(await heldOut(scan)),
];
