/** What gateways reported, counted by decision, each batch once, also over restarts. */
import type { RemediationBatch } from '../../../act/gateway/remediation.ts';
import type { Store } from '../../store/store.ts';
import { findDecision } from '../decisions/shelf.ts';

export interface KeptRemediations {
  /** Stored with the next flush. */
  readonly told: (gateway: string, batch: RemediationBatch) => void;
  readonly flush: (now: number) => Promise<void>;
  readonly of: (decision: string) => Promise<Readonly<Record<string, number>> | null>;
}

const MOST_WAITING = 10_000;
const DAY = 86_400_000;
/** Batches are recognised when they come again within a week. */
const REMEMBERED = 7 * DAY;
const LONGEST = 128;

export const keepRemediations = (store: Store): KeptRemediations => {
  let waiting: { readonly gateway: string; readonly batch: RemediationBatch }[] = [];
  let swept = 0;

  const sweep = async (now: number): Promise<void> => {
    if (now - swept < DAY) return;
    swept = now;
    const old = (await store.records.list('remediation-batch')).filter(
      ({ value }) => value.at < now - REMEMBERED,
    );
    if (old.length > 0)
      await store.write(async ({ records }) => {
        for (const { id } of old) await records.remove('remediation-batch', id);
      });
  };
  return {
    told: (gateway, batch) => {
      // Counts, not evidence: a lab whose disk is full goes on.
      if (waiting.length < MOST_WAITING) waiting.push({ gateway, batch });
    },
    flush: async (now) => {
      const batches = waiting;
      if (batches.length > 0) {
        waiting = [];
        try {
          await store.write(async ({ records }) => {
            for (const { gateway, batch } of batches) {
              const name = `${gateway}/${batch.batch_id}`.slice(0, 2 * LONGEST);
              if (!(await records.putNew('remediation-batch', name, { at: now }))) continue;
              for (const { decision_id, outcome, count } of batch.remediations) {
                // Allowances are no decisions, and what was deleted does not come back by a late report.
                if ((await findDecision(records, decision_id)) === undefined) continue;
                const before = (await records.get('remediation', decision_id)) ?? {};
                await records.put('remediation', decision_id, {
                  ...before,
                  [outcome]: (before[outcome] ?? 0) + count,
                });
              }
            }
          });
        } catch (error) {
          waiting = [...batches, ...waiting].slice(0, MOST_WAITING);
          throw error;
        }
      }
      await sweep(now);
    },
    of: async (decision) => (await store.records.get('remediation', decision)) ?? null,
  };
};
