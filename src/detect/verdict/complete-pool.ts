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

/** Values at the middles of `count` equal shares of ascending scores: as few as that, and alike as a whole. */
const thinned = (ascending: readonly number[], count: number): number[] =>
  Array.from(
    { length: count },
    (_, i) => ascending[Math.floor(((i + 0.5) / count) * ascending.length)]!,
  );

/**
 * No more groups of elsewhere than are missing: the more there are of here, the less the others say.
 *
 * @param own benign scores of here, of the size and segment in question
 * @param every benign scores of here, of every size and segment; they hold `own`
 * @param elsewhere the groups that complete them, such as those that a model was fitted on
 * @param enough how many there are to be
 * @returns ascending
 */
export const completePool = (
  own: ArrayLike<number>,
  every: ArrayLike<number>,
  elsewhere: readonly number[],
  enough: number,
): Float64Array => {
  const raise = levelDifference(own.length >= ENOUGH_FOR_LEVEL ? own : every, elsewhere);
  const missing = elsewhere.length === 0 ? 0 : Math.max(0, enough - own.length);
  const others = thinned(
    elsewhere.toSorted((a, b) => a - b),
    missing,
  );
  return Float64Array.from([...Array.from(own), ...others.map((score) => score + raise)]).sort();
};
