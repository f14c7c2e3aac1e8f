import { StillwatchError } from '../../../base/errors.ts';

const MOST_SEEDS = 10_000;

/** '3' or '1-20' to a list of seeds. @throws USAGE. */
export const parseSeeds = (text: string): number[] => {
  const match = /^(\d{1,9})(?:-(\d{1,9}))?$/.exec(text);
  const low = Number(match?.[1]);
  const high = Number(match?.[2] ?? match?.[1]);
  if (match === null || high < low || high - low >= MOST_SEEDS)
    throw new StillwatchError(
      'USAGE',
      `--seeds is "${text.slice(0, 40)}"`,
      'Give one seed or a range such as 1-20.',
    );
  return Array.from({ length: high - low + 1 }, (_, i) => low + i);
};
