/**
 * What gateways really did with decisions. A decision is not a remediation: it may have been refused to
 * nobody, or not enforced at all. Counted by labels that are bounded, and once for each batch.
 */
import { list, number, object, oneOf, orElse, type Parser, text } from '../../base/parse.ts';
import { ACTIONS, type Action, REASON_CODES, type ReasonCode } from '../response/decision.ts';

export const OUTCOMES = ['processed', 'refused', 'not-enforced'] as const;
export type Outcome = (typeof OUTCOMES)[number];

export interface Remediation {
  readonly decision_id: string;
  readonly outcome: Outcome;
  readonly action: Action;
  readonly reason: ReasonCode;
  /** Requests; of a firewall packets. */
  readonly count: number;
}

export interface RemediationBatch {
  /** Chosen by the gateway; the same batch sent again is counted once. */
  readonly batch_id: string;
  readonly remediations: readonly Remediation[];
}

export const MOST_REMEDIATIONS = 1000;

export const remediationBatch: Parser<RemediationBatch> = object<RemediationBatch>({
  batch_id: text(128),
  remediations: list(
    object<Remediation>({
      decision_id: text(128),
      outcome: oneOf(OUTCOMES),
      action: oneOf(ACTIONS),
      reason: orElse(oneOf(REASON_CODES), 'NONE'),
      count: orElse(number(1, 1e12), 1),
    }),
    MOST_REMEDIATIONS,
  ),
});

export interface RemediationCount {
  readonly gateway: string;
  readonly outcome: Outcome;
  readonly action: Action;
  readonly reason: ReasonCode;
  readonly count: number;
}

export interface Remediations {
  /** False when this batch was counted before. */
  readonly add: (gateway: string, batch: RemediationBatch) => boolean;
  readonly summary: () => readonly RemediationCount[];
  /** Of one decision, as far as it is remembered. */
  readonly of: (decisionId: string) => Readonly<Record<Outcome, number>> | undefined;
}

export interface RemediationBounds {
  /** Batches that are recognised when they come again. */
  readonly batches: number;
  readonly decisions: number;
  /** Names of gateways; the rest is counted as `other`. */
  readonly gateways: number;
}

const BOUNDS: RemediationBounds = { batches: 100_000, decisions: 100_000, gateways: 64 };

const dropOldest = (map: Map<string, unknown> | Set<string>, most: number): void => {
  if (map.size <= most) return;
  const oldest = map.keys().next();
  if (oldest.done !== true) map.delete(oldest.value);
};

export const createRemediations = (bounds: RemediationBounds = BOUNDS): Remediations => {
  const seen = new Set<string>();
  const gateways = new Set<string>();
  const counts = new Map<
    string,
    { -readonly [K in keyof RemediationCount]: RemediationCount[K] }
  >();
  const byDecision = new Map<string, Record<Outcome, number>>();

  const labelOf = (gateway: string): string => {
    if (gateways.has(gateway)) return gateway;
    if (gateways.size >= bounds.gateways) return 'other';
    gateways.add(gateway);
    return gateway;
  };

  const addOne = (gateway: string, remediation: Remediation): void => {
    const { outcome, action, reason, decision_id } = remediation;
    const key = `${gateway} ${outcome} ${action} ${reason}`;
    const known = counts.get(key);
    if (known === undefined)
      counts.set(key, { gateway, outcome, action, reason, count: remediation.count });
    else known.count += remediation.count;
    const decision = byDecision.get(decision_id) ?? { processed: 0, refused: 0, 'not-enforced': 0 };
    decision[outcome] += remediation.count;
    byDecision.delete(decision_id);
    byDecision.set(decision_id, decision);
    dropOldest(byDecision, bounds.decisions);
  };

  return {
    add: (gateway, { batch_id, remediations }) => {
      const key = `${gateway} ${batch_id}`;
      if (seen.has(key)) return false;
      seen.add(key);
      dropOldest(seen, bounds.batches);
      const label = labelOf(gateway);
      for (const remediation of remediations) addOne(label, remediation);
      return true;
    },
    summary: () => [...counts.values()].map((each) => ({ ...each })),
    of: (decisionId) => byDecision.get(decisionId),
  };
};
