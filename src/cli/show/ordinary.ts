/** What ordinary groups show beside a signal, in words: the same in the terminal and on the page. */
import type { EvidenceItem } from '../../detect/report/report.ts';
import { formatValue } from './format.ts';

type Standing = Pick<EvidenceItem, 'baseline' | 'speaks'>;

/** Where ordinary ends on the side that speaks for the axis: beyond it lies 1 % of the ordinary groups. */
export const farEnd = ({ baseline, speaks }: Standing): number =>
  speaks === 'below' ? (baseline.p1 ?? baseline.p50) : baseline.p99;

/** False where no ordinary group was there to be measured. */
export const isCompared = ({ baseline }: Standing): boolean => baseline.groups !== 0;

/** 'half of the ordinary groups at or below 0.3, 99 % at or below 0.7'; above where little speaks for the axis. */
export const ordinaryWords = (item: Standing): string => {
  if (!isCompared(item)) return 'no ordinary group to compare with';
  const side = `at or ${item.speaks === 'below' ? 'above' : 'below'}`;
  const half = `half of the ordinary groups ${side} ${formatValue(item.baseline.p50)}`;
  if (item.speaks === 'below' && item.baseline.p1 === null) return half;
  return `${half}, 99 % ${side} ${formatValue(farEnd(item))}`;
};
