import { type AxisCalibration, conformalP } from './conformal.ts';
import type { IntentModel } from './intent-model.ts';
import { type Reference, sizeOf } from './reference.ts';
import type { Segment } from './segment.ts';

/** One axis of a finding. */
export interface AxisFinding {
  /** 0 … 1, monotone in the evidence. */
  readonly score: number;
  /** Natural logarithm of the p-value. */
  readonly logP: number;
  /** The benign groups it was compared with; null where the accounts outside the set were enough. */
  readonly calibration: AxisCalibration | null;
}

/** The intent axis always has benign groups to be compared with, if only those of the model. */
export interface IntentFinding extends AxisFinding {
  readonly calibration: AxisCalibration;
}

/** What decides which benign groups a set is compared with. */
export interface Kind {
  readonly members: number;
  readonly segment: Segment;
}

/** Natural log p at which the network score reaches 1 − 1/e. */
const SCORE_SCALE = 6;

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
export const networkScore = (logP: number): number => 1 - Math.exp(logP / SCORE_SCALE);

/**
 * The network axis from ln p of shared identity. That test compares the set with the accounts outside
 * it; where benign groups of known-good traffic reach smaller values than it should give, its p-value
 * is raised to their conformal one.
 */
export const networkAxis = (logP: number, kind: Kind, reference: Reference): AxisFinding => {
  if (reference.network === null) return { score: networkScore(logP), logP, calibration: null };
  const scores = reference.network[sizeOf(kind.members)];
  const conformal = conformalP(-logP, kind.segment, scores);
  const calibrated = Math.max(logP, conformal.logP);
  return {
    score: networkScore(calibrated),
    logP: calibrated,
    calibration: conformal.calibration,
  };
};

/** The intent axis from log-odds: conformal among benign groups of the same size and segment. */
export const intentAxis = (
  odds: number,
  kind: Kind,
  reference: Reference,
  model: IntentModel,
): IntentFinding => {
  const scores = reference.intent[sizeOf(kind.members)];
  const sizes = Object.values(reference.intent);
  return { score: sigmoid(odds), ...conformalP(odds, kind.segment, scores, model.ordinary, sizes) };
};
