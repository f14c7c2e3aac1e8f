/** What it came to: exchanges lost and people harmed, with sharing and without. */
import Table from 'cli-table3';
import { LAB_NAMES } from '../../prove/demo/lab-name.ts';
import type { Apart } from './apart.ts';
import type { Story } from './story-types.ts';

export interface Outcome {
  /** Milliseconds from A's finding to the first decision at each lab that acted. */
  readonly finding_to_decision_ms: Readonly<Record<string, number>>;
  /** Exchanges of the operator that were answered at B and C. */
  readonly lost_with_sharing: number;
  readonly lost_without_sharing: number | null;
  /** 1: nothing was lost with sharing. */
  readonly cut: number | null;
  readonly honest_harmed: number;
  readonly honest_suspended: number;
  /** Whether the story came out as it is told. */
  readonly complete: boolean;
}

export const outcomeOf = (story: Story, apart: Apart | null): Outcome => {
  const { labs, acted, put_right, flagged } = story;
  const shared = labs.B.lost + labs.C.lost;
  const alone = apart === null ? null : apart.labs.B.lost + apart.labs.C.lost;
  const sum = (pick: 'harmed' | 'suspended'): number =>
    LAB_NAMES.reduce((total, name) => total + labs[name][pick], 0);
  return {
    finding_to_decision_ms: Object.fromEntries(acted.map(({ lab, ms }) => [lab, ms])),
    lost_with_sharing: shared,
    lost_without_sharing: alone,
    cut: alone === null || alone === 0 ? null : 1 - shared / alone,
    honest_harmed: sum('harmed'),
    honest_suspended: sum('suspended'),
    complete:
      story.detected !== null &&
      acted.length === 2 &&
      flagged.length === LAB_NAMES.length &&
      put_right !== null &&
      LAB_NAMES.every((name) => put_right.ms[name] !== null) &&
      story.ledger !== null &&
      sum('suspended') === 0,
  };
};

const count = (n: number | undefined): string => (n === undefined ? '' : n.toLocaleString('en'));

export const tableOf = (story: Story, apart: Apart | null): string => {
  const table = new Table({
    head: ['', 'lab A', 'lab B', 'lab C'],
    colAligns: ['left', 'right', 'right', 'right'],
    style: { head: [], border: [] },
  });
  const { labs } = story;
  const row = (name: string, pick: (lab: 'A' | 'B' | 'C') => string): void => {
    table.push([name, ...LAB_NAMES.map(pick)]);
  };
  const acted = new Map(story.acted.map(({ lab, ms }) => [lab, ms]));
  row('exchanges the operator planned', (name) => count(labs[name].planned));
  row('answered, with sharing', (name) => count(labs[name].lost));
  row('answered, without sharing', (name) =>
    name === 'A' ? count(labs.A.lost) : count(apart?.labs[name].lost),
  );
  row("A's finding to first decision, ms", (name) => count(acted.get(name)));
  row('honest accounts', (name) => count(labs[name].honest_accounts));
  row('  of them ever asked to verify', (name) => count(labs[name].harmed));
  row('  of them suspended', (name) => count(labs[name].suspended));
  const { cut } = outcomeOf(story, apart);
  return `${table.toString()}\n${
    cut === null ? '' : `Sharing cut what was lost at B and C by ${(100 * cut).toFixed(1)} %.\n`
  }`;
};
