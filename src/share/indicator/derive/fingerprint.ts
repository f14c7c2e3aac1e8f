/** From the evidence of a campaign to ranges of signals that other campaigns of the operator would meet. */
import type { Axis, CampaignReport, EvidenceItem } from '../../../detect/report/report.ts';
import { SIGNALS } from '../../../detect/verdict/signals.ts';
import type { FingerprintPattern, SignalRange } from '../profile/pattern.ts';

/** Ordinary groups below which the percentiles of a baseline say nothing. */
const ENOUGH_GROUPS = 10;
/** Fewest ranges on each axis that make a fingerprint. */
const LEAST_RANGES = 2;
/** Share of the ranges of an axis that must hold. */
const HOLD = 2 / 3;

/** Two significant digits, rounded away from the campaign: the exact value stays at home. */
const coarse = (value: number, direction: 1 | -1): number => {
  if (value === 0) return 0;
  const step = 10 ** (Math.floor(Math.log10(Math.abs(value))) - 1);
  // A hair, because 0.34 / 0.01 is a little less than 34.
  const steps = value / step;
  const rounded = direction > 0 ? Math.floor(steps + 1e-9) : Math.ceil(steps - 1e-9);
  return Number((rounded * step).toPrecision(2));
};

/**
 * The range of one signal: from half-way between the median of ordinary groups and the campaign, on the
 * campaign's side. Undefined where the campaign lies among the ordinary groups.
 */
const rangeOf = (item: EvidenceItem): SignalRange | undefined => {
  const signal = SIGNALS.find((s) => s.name === item.signal && s.axis === item.axis);
  const { p1, p50, p99, groups } = item.baseline;
  if (signal === undefined || (groups ?? 0) < ENOUGH_GROUPS) return undefined;
  const above = item.speaks === 'above';
  const beyond = above ? item.value > p99 : p1 !== null && item.value < p1;
  if (!beyond && !(item.contribution > 0)) return undefined;
  if (above ? item.value <= p50 : item.value >= p50) return undefined;
  const half = p50 + (item.value - p50) / 2;
  return {
    signal: signal.name,
    axis: signal.axis,
    revision: signal.revision,
    ...(above ? { min: coarse(half, 1) } : { max: coarse(half, -1) }),
  };
};

const holdOf = (ranges: readonly SignalRange[], axis: Axis): number =>
  Math.ceil(HOLD * ranges.filter((r) => r.axis === axis).length);

/** Campaigns of 20 accounts and more are described as sets of at least 10: below, signals vary more. */
const LARGE = 20;

/** The fingerprint of a campaign, or undefined where too few signals are remarkable. */
export const fingerprintOf = (
  campaign: CampaignReport,
): Omit<FingerprintPattern, 'kind'> | undefined => {
  const ranges = campaign.evidence
    .flatMap((item) => rangeOf(item) ?? [])
    .sort((a, b) => (a.signal < b.signal ? -1 : 1));
  const enough = (axis: Axis) => ranges.filter((r) => r.axis === axis).length >= LEAST_RANGES;
  if (!enough('network') || !enough('intent')) return undefined;
  return {
    min_accounts: campaign.accounts.length >= LARGE ? 10 : 5,
    min_exchanges: 100,
    hold: { network: holdOf(ranges, 'network'), intent: holdOf(ranges, 'intent') },
    ranges,
  };
};
