/**
 * Windows of prompts from a mixed stream, as in arXiv 2606.05725: which share of harvest in a window
 * does a benign-calibrated two-sample test notice?
 */
import { below, createRandom, type Random, shuffle } from '../../../../base/random.ts';
import { quantile } from '../../../../base/statistics.ts';
import type { Corpus } from '../../../simulate/corpus.ts';
import { HARVEST_FAMILIES, harvestCorpus } from '../../../simulate/grammar/harvest.ts';
import { DIMENSIONS, embed } from '../../naive/lexical-embedding.ts';
import { createKernel, type Sample } from '../../naive/mmd.ts';
import type { Lab } from './lab.ts';
import type { Sources } from './sources.ts';
import { kernelMatrix, meanTowards, windowMmd } from './window-mmd.ts';

export interface WindowsSpec {
  /** Prompts per window. */
  readonly sizes: readonly number[];
  /** Shares of harvest, 0 … 1. */
  readonly shares: readonly number[];
  /** Share of benign windows that may exceed the threshold. */
  readonly falsePositives: number;
  readonly calibration: number;
  readonly perShare: number;
}

export interface WindowsResult {
  /** One everyday corpus, or `all` of them mixed. */
  readonly benign: string;
  readonly harvest: string;
  readonly sizes: readonly {
    readonly size: number;
    readonly falsePositives: number;
    readonly benignWindows: number;
    readonly shares: readonly {
      readonly share: number;
      readonly found: number;
      readonly of: number;
    }[];
  }[];
}

const REFERENCE = 500;
/** Prompts that windows are drawn from, for each prompt of the largest window. */
const POOL_PER_PROMPT = 4;
/** A narrower corpus would make every window nearly the whole of it. */
const LEAST_CORPUS = 8500;

interface Benign {
  readonly name: string;
  readonly corpora: readonly Corpus[];
}

const benignChoices = ({ everyday }: Sources): Benign[] => [
  { name: 'all', corpora: everyday },
  ...everyday
    .filter((corpus) => corpus.size >= LEAST_CORPUS)
    .map((corpus) => ({ name: corpus.name, corpora: [corpus] })),
];

const harvestChoices = ({ harvest }: Sources): readonly Corpus[] =>
  harvest.length > 0 ? harvest : HARVEST_FAMILIES.map((family) => harvestCorpus(family, 'en'));

/** `count` different prompts, or all there are, evenly from each corpus. */
const draw = (corpora: readonly Corpus[], count: number, random: Random): string[] => {
  const prompts = corpora.flatMap((corpus) => {
    const wanted = Math.min(corpus.size, Math.ceil(count / corpora.length));
    // A stride through a scattered start: neither neighbours nor repeats.
    const start = below(random, corpus.size);
    const stride = Math.floor(corpus.size / wanted);
    return Array.from(
      { length: wanted },
      (_, i) => corpus.at((start + i * stride) % corpus.size).text,
    );
  });
  return shuffle(random, prompts).slice(0, count);
};

const sampleOf = (prompts: readonly string[]): Sample => {
  const vectors = new Int8Array(prompts.length * DIMENSIONS);
  prompts.forEach((prompt, i) => {
    embed(prompt, vectors, i * DIMENSIONS);
  });
  return { vectors, count: prompts.length };
};

/** `count` different whole numbers from `from` on, `n` to choose from; all of them when count ≥ n. */
const choose = (random: Random, from: number, n: number, count: number): number[] => {
  const order = Int32Array.from({ length: n }, (_, i) => from + i);
  const end = Math.min(count, n);
  for (let i = 0; i < end; i++) {
    const j = i + below(random, n - i);
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  // Ascending, so that the matrix is read in the order of memory.
  return Array.from(order.subarray(0, end)).sort((a, b) => a - b);
};

/** One pair of benign and harvest corpora, drawn by the seed. */
export const runWindows = async (
  spec: WindowsSpec,
  seed: number,
  { sources }: Lab,
): Promise<WindowsResult> => {
  const random = createRandom(seed, 'windows');
  const [benigns, harvests] = [benignChoices(sources), harvestChoices(sources)];
  const benign = benigns[seed % benigns.length]!;
  const harvest = harvests[Math.floor(seed / benigns.length) % harvests.length]!;
  const pool = POOL_PER_PROMPT * Math.max(...spec.sizes);
  const prompts = draw(benign.corpora, REFERENCE + 2 * pool, random);
  const half = Math.floor((prompts.length - REFERENCE) / 2);
  const reference = sampleOf(prompts.slice(0, REFERENCE));
  const kernel = createKernel(reference);
  const calibration = sampleOf(prompts.slice(REFERENCE, REFERENCE + half));
  const harvested = draw([harvest], Math.max(...spec.sizes), random);
  // Benign test prompts first, harvest behind them: one matrix for every mixture.
  const tested = sampleOf([...prompts.slice(REFERENCE + half, REFERENCE + 2 * half), ...harvested]);

  const scoresIn = (sample: Sample, windows: readonly (readonly number[])[]): number[] => {
    const matrix = kernelMatrix(sample, kernel);
    const towards = meanTowards(sample, reference, kernel);
    return windows.map((window) => windowMmd(matrix, sample.count, towards, window));
  };
  const drawn = spec.sizes.map((size) => ({
    size,
    calibration: Array.from({ length: spec.calibration }, () => choose(random, 0, half, size)),
    benign: Array.from({ length: spec.calibration }, () => choose(random, 0, half, size)),
    mixed: spec.shares.map((share) =>
      Array.from({ length: spec.perShare }, () => {
        const bad = Math.min(harvested.length, Math.round(share * size));
        return [
          ...choose(random, 0, half, size - bad),
          ...choose(random, half, harvested.length, bad),
        ];
      }),
    ),
  }));
  const calibrated = scoresIn(
    calibration,
    drawn.flatMap((d) => d.calibration),
  );
  const measured = scoresIn(
    tested,
    drawn.flatMap((d) => [...d.benign, ...d.mixed.flat()]),
  );
  const next = (list: number[], count: number): number[] => list.splice(0, count);
  return {
    benign: benign.name,
    harvest: harvest.name,
    sizes: drawn.map((d) => {
      const threshold = quantile(next(calibrated, d.calibration.length), 1 - spec.falsePositives);
      const above = (scores: readonly number[]): number =>
        scores.filter((score) => score > threshold).length;
      return {
        size: d.size,
        falsePositives: above(next(measured, d.benign.length)),
        benignWindows: d.benign.length,
        shares: spec.shares.map((share, i) => ({
          share,
          found: above(next(measured, d.mixed[i]!.length)),
          of: d.mixed[i]!.length,
        })),
      };
    }),
  };
};
