/** Small things every suite says its numbers with. */
import { percent, showProportion } from '../format.ts';
import { type Proportion, proportion } from '../measures.ts';
import type { BoundedMean } from './bounded-mean.ts';
import type { Point } from './section.ts';
import type { ScanResult } from './work/scan-job.ts';

export const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

/** Campaigns found in `distillation` findings, over worlds. */
export const recallOf = (worlds: readonly ScanResult[]): Proportion => {
  const campaigns = worlds.flatMap((world) => world.tally.campaigns);
  return proportion(campaigns.filter((c) => c.seen_as === 'distillation').length, campaigns.length);
};

/** Campaigns of which half of the accounts are in one finding of any verdict. */
export const suspectedOf = (worlds: readonly ScanResult[]): Proportion => {
  const campaigns = worlds.flatMap((world) => world.tally.campaigns);
  return proportion(campaigns.filter((c) => c.seen_as !== null).length, campaigns.length);
};

/** Benign accounts in `distillation` findings. */
export const benignHitOf = (worlds: readonly ScanResult[]): Proportion => {
  const groups = worlds.flatMap((w) => w.tally.groups.filter((g) => g.label === 'benign'));
  return proportion(
    sum(groups.map((g) => g.verdicts.distillation)),
    sum(groups.map((g) => g.accounts)),
  );
};

/** Worlds with a benign account in a `distillation` finding: worlds are independent, accounts not. */
export const worldsWithBenign = (worlds: readonly ScanResult[]): Proportion =>
  proportion(
    worlds.filter((w) =>
      w.tally.groups.some((g) => g.label === 'benign' && g.verdicts.distillation > 0),
    ).length,
    worlds.length,
  );

/** Mean share of a found campaign's accounts that its finding holds; null when none was found. */
export const heldOf = (worlds: readonly ScanResult[]): number | null => {
  const found = worlds.flatMap((w) =>
    w.tally.campaigns.filter((c) => c.seen_as === 'distillation'),
  );
  return found.length === 0 ? null : sum(found.map((c) => c.held / c.accounts)) / found.length;
};

export const pointOf = (
  x: number | string,
  series: string,
  p: Pick<Proportion | BoundedMean, 'value' | 'low' | 'high'>,
): Point => ({ x, series, value: p.value, low: p.low, high: p.high });

export const shareText = (value: number | null): string => (value === null ? '–' : percent(value));

export const meanText = ({ n, value, low, high }: BoundedMean): string =>
  value === null
    ? 'nothing to count'
    : `${percent(value)} [${percent(low!)} – ${percent(high!)}] (n ${n})`;

export const countText = showProportion;

/** A short form for wide tables: '3/4 [19.4 % – 99.4 %]'. */
export const briefly = (p: Proportion): string =>
  p.value === null
    ? '–'
    : `${p.numerator}/${p.denominator} [${percent(p.low!)} – ${percent(p.high!)}]`;

export const number = (value: number, digits = 0): string =>
  value.toLocaleString('en', { maximumFractionDigits: digits });

/** 0.5 → '50 %'. */
export const share = (value: number): string => `${Number((100 * value).toFixed(2))} %`;

/** Where prompts had to be asked twice because a file was too small for its campaign. */
export const repeatedIn = (worlds: readonly ScanResult[]): number =>
  sum(worlds.flatMap((w) => w.harvested.map((h) => Math.max(0, h.asked - h.prompts))));
