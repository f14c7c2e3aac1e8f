/**
 * The seam between a calibration and its control: p-values of hypotheses that are known to be null.
 * A calibration that holds benign groups out adds its own samples here; the suite tests each of them
 * for uniformity.
 */
import type { Scan } from '../../../../detect/scan/scan.ts';
import type { PValueSample } from '../uniformity.ts';

/** Samples of a scan of a world in which nobody harvests and nobody resells. */
export const nullPValues = ({ judgement }: Scan): PValueSample[] => [
  {
    name: 'network axis: every set that content chose in a null world',
    values: judgement.hypotheses.map((logP) => Math.exp(logP)),
  },
];
