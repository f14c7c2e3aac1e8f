import type { Profile } from '../profile/profile.ts';
import type { SparseCounts } from '../profile/sparse-counts.ts';
import {
  continuedShare,
  responseUniformity,
  templateConcentration,
  temporalRegularity,
} from './profile-signals.ts';

/** A number of one account that is watched for drift; NaN where it cannot be measured. */
export interface AccountSignal {
  readonly name: string;
  readonly measure: (profile: Profile) => number;
}

/** Mean of the keys of a histogram, in its own steps. */
const meanKey = ({ keys, counts }: SparseCounts): number => {
  let sum = 0;
  let total = 0;
  for (let i = 0; i < keys.length; i++) {
    sum += keys[i]! * counts[i]!;
    total += counts[i]!;
  }
  return total > 0 ? sum / total : Number.NaN;
};

const share =
  (part: (profile: Profile) => number) =>
  (profile: Profile): number =>
    part(profile) / profile.exchanges;

/**
 * What is watched for drift: numbers that most accounts have and that the axes rest on. A change of
 * client, of product or of season shows here before it shows in false findings.
 */
export const ACCOUNT_SIGNALS: readonly AccountSignal[] = [
  { name: 'volume', measure: (p) => Math.log(p.exchanges) },
  { name: 'prompt-length', measure: (p) => meanKey(p.promptLengths) },
  { name: 'response-length', measure: (p) => meanKey(p.responseLengths) },
  { name: 'response-uniformity', measure: responseUniformity },
  { name: 'template-concentration', measure: templateConcentration },
  { name: 'temporal-regularity', measure: temporalRegularity },
  { name: 'continued', measure: continuedShare },
  { name: 'tools', measure: share((p) => p.withTools) },
  { name: 'failed', measure: share((p) => p.failed) },
];
