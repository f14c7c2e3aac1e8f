import type { Mean, Proportion } from './measures.ts';

/** 0.123 → '12.3 %'. Rounds towards the middle: only a certainty prints as 0 or 100. */
export const percent = (share: number): string => {
  const value = share * 100;
  const text = value.toFixed(1);
  if (text === '100.0' && value < 100) return '99.9 %';
  if (text === '0.0' && value > 0) return '< 0.1 %';
  return `${text.replace('.0', '')} %`;
};

const interval = ({ low, high }: Proportion | Mean): string =>
  low === null || high === null ? '' : ` [${percent(low)} – ${percent(high)}]`;

/** '3 of 4 = 75 % [19.4 % – 99.4 %]'; 'nothing to count' when there was nothing. */
export const showProportion = (p: Proportion): string =>
  p.value === null
    ? 'nothing to count'
    : `${p.numerator} of ${p.denominator} = ${percent(p.value)}${interval(p)}`;

/** '97.2 % (n 12) [95 % – 99 %]'; without an interval below two values. */
export const showMean = (m: Mean): string =>
  m.value === null ? 'nothing to count' : `${percent(m.value)} (n ${m.n})${interval(m)}`;
