import {
  MAD_TO_SIGMA,
  median,
  medianAbsoluteDeviation,
  quantileSorted,
} from '../../base/statistics.ts';
import type { Clumps } from '../campaign/clumps.ts';
import { clumpsLogP, type NetworkEvidence } from '../campaign/network-evidence.ts';
import { AXES, type EvidenceItem, type SignalBaseline } from '../report/report.ts';
import { contributionOf, type IntentModel } from './intent-model.ts';
import type { Reference } from './reference.ts';
import { KIND_SIGNALS, SIGNALS } from './signals.ts';

/** What a kind of identifier adds: minus the logarithm of its own p-value. */
const networkContribution = (network: NetworkEvidence, signal: string): number => {
  const clump = network.clumps.find((c: Clumps) => KIND_SIGNALS[c.kind] === signal);
  return clump === undefined ? 0 : Math.max(0, -clumpsLogP(clump));
};

/** How far a value stands from the ordinary groups, in their own robust deviations. */
const standing = (reference: Reference, name: string, value: number): number => {
  const values = reference.values[name] ?? [];
  if (values.length < 2 || !Number.isFinite(value)) return 0;
  const spread = MAD_TO_SIGMA * medianAbsoluteDeviation(values);
  return (value - median(values)) / Math.max(spread, 0.02);
};

/** Percentiles of ascending values; zeros of 0 groups where nothing was measured. */
const baselineOf = (ordinary: readonly number[]): SignalBaseline => {
  const at = (share: number): number => (ordinary.length > 0 ? quantileSorted(ordinary, share) : 0);
  return { p1: at(0.01), p50: at(0.5), p99: at(0.99), groups: ordinary.length };
};

/** A signal outside the model is worth showing when it stands this far out. */
const REMARKABLE = 2.5;

/** The signals that speak for or against, strongest first within each axis. */
export const explainEvidence = (
  values: Readonly<Record<string, number>>,
  reference: Reference,
  model: IntentModel,
  network: NetworkEvidence,
): EvidenceItem[] => {
  const items: EvidenceItem[] = [];
  for (const signal of SIGNALS) {
    const value = values[signal.name]!;
    if (!Number.isFinite(value)) continue;
    const ordinary = reference.values[signal.name] ?? [];
    const feature = model.features.find((f) => f.signal === signal.name);
    const contribution =
      signal.axis === 'network'
        ? networkContribution(network, signal.name)
        : feature === undefined
          ? 0
          : contributionOf(feature, signal.direction, value);
    const remarkable = signal.direction * standing(reference, signal.name, value) > REMARKABLE;
    if (Math.abs(contribution) < 0.05 && !remarkable) continue;
    items.push({
      signal: signal.name,
      axis: signal.axis,
      value,
      baseline: baselineOf(ordinary),
      speaks: signal.direction > 0 ? 'above' : 'below',
      contribution,
      says: signal.says(value),
    });
  }
  return items.sort(
    (a, b) =>
      AXES.indexOf(a.axis) - AXES.indexOf(b.axis) ||
      Math.abs(b.contribution) - Math.abs(a.contribution),
  );
};
