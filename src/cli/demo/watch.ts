/** Notes when things happened: the first finding at one lab, the first decision that rests on it at others. */
import type { LabName } from '../../prove/demo/lab-name.ts';
import type { FindingsChange, LabFinding } from '../../serve/lab/findings.ts';
import type { DemoLab } from './lab.ts';

export interface FirstFinding {
  readonly finding: LabFinding;
  /** Epoch milliseconds of this machine, and exchanges counted by the lab until then. */
  readonly at: number;
}

export const watchFindings = ({ lab }: DemoLab): (() => FirstFinding | null) => {
  let first: FirstFinding | null = null;
  lab.onFindings((change: FindingsChange) => {
    if (first !== null) return;
    const finding = [...change.opened, ...change.changed].find(
      ({ campaign }) => campaign.verdict === 'distillation',
    );
    if (finding !== undefined) first = { finding, at: Date.parse(change.at) };
  });
  return () => first;
};

export interface FirstDecision {
  readonly lab: LabName;
  /** Epoch milliseconds at which the gate of this lab answered with it. */
  readonly at: number;
  readonly account: string;
  readonly rests_on: readonly string[];
}

/** The first decision about one of these accounts because of what others shared, once it is in the gate. */
export const watchShared = (
  { name, service }: DemoLab,
  accounts: ReadonlySet<string>,
): (() => FirstDecision | null) => {
  const { book } = service.deciding;
  let first: FirstDecision | null = null;
  const stop = book.feed.watch(() => {
    if (first !== null) return;
    // The gate is told in the same turn, right after the feed.
    queueMicrotask(() => {
      if (first !== null) return;
      const now = Date.now();
      const decision = book
        .inForce(now)
        .find(
          ({ reason, mode, subject }) =>
            reason === 'SHARED_INTELLIGENCE' && mode === 'live' && accounts.has(subject.value),
        );
      if (decision === undefined) return;
      const account = decision.subject.value;
      if (book.gate.answer({ account }, now).action === 'allow') return;
      first = { lab: name, at: now, account, rests_on: decision.rests_on };
      stop();
    });
  });
  return () => first;
};
