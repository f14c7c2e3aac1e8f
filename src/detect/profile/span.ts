import { addNew, type BottomK, countKnown, thresholdOf } from './bottom-k.ts';

/** A span (profile.ts) while it is observed. */
export interface MutableSpan {
  first: number;
  last: number;
  turns: number;
}

export const extendSpan = (span: MutableSpan, first: number, last: number, turns: number): void => {
  if (first < span.first) span.first = first;
  if (last > span.last) span.last = last;
  if (turns < span.turns) span.turns = turns;
};

/** Counts `count` exchanges of one conversation between `first` and `last`. */
export const addSpan = (
  into: BottomK<MutableSpan>,
  key: number,
  first: number,
  last: number,
  turns: number,
  count: number,
): void => {
  const known = countKnown(into, key, count);
  if (known >= 0) extendSpan(into.values[known]!, first, last, turns);
  else if (key <= thresholdOf(into)) addNew(into, key, { first, last, turns }, count);
};
