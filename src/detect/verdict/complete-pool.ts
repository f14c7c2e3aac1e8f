/** A pool of benign scores that is too small, completed by groups of elsewhere at the level of here. */
import { mean } from '../../base/statistics.ts';

/** Fewest groups of one size whose own level is taken; below, groups of every size speak of it. */
const ENOUGH_FOR_LEVEL = 10;
/** Standard errors by which a level that few groups speak of is taken to be higher than they say. */
const CAUTION = 1.5;

const deviation = (scores: ArrayLike<number>): number => {
  if (scores.length < 2) return 0;
  const centre = mean(scores);
  let sum = 0;
  for (let i = 0; i < scores.length; i++) sum += (scores[i]! - centre) ** 2;
  return Math.sqrt(sum / (scores.length - 1));
};

/**
 * How much higher ordinary groups score here than elsewhere, never less than 0: groups of elsewhere that
 * score higher than those of here only make a p-value larger.
 */
export const levelDifference = (here: ArrayLike<number>, elsewhere: ArrayLike<number>): number => {
  if (here.length === 0 || elsewhere.length === 0) return 0;
  const spread = Math.max(deviation(here), deviation(elsewhere));
  const level = mean(here) + (CAUTION * spread) / Math.sqrt(here.length);
  return Math.max(0, level - mean(elsewhere));
};

/**
 * @param own benign scores of here, of the size and segment in question
 * @param every benign scores of here, of every size and segment; they hold `own`
 * @param elsewhere the groups that complete them, such as those that a model was fitted on
 * @returns ascending
 */
export const completePool = (
  own: ArrayLike<number>,
  every: ArrayLike<number>,
  elsewhere: readonly number[],
): Float64Array => {
  const raise = levelDifference(own.length >= ENOUGH_FOR_LEVEL ? own : every, elsewhere);
  return Float64Array.from([...Array.from(own), ...elsewhere.map((score) => score + raise)]).sort();
};
