/** What it came to: exchanges lost and people harmed, with sharing and without. */
import Table from 'cli-table3';
import { LAB_NAMES } from '../../prove/demo/lab-name.ts';
import type { Apart } from './apart.ts';
import { LIMIT_MS } from './appeal.ts';
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
  /** Whether the story came out as it is told; what did not happen. */
  readonly complete: boolean;
  readonly missing: readonly string[];
}

/** What the story tells and did not happen. */
const missingIn = (story: Story): readonly string[] => {
  const { detected, published, acted, flagged, put_right, ledger, labs } = story;
  const seconds = LIMIT_MS / 1000;
  const told: readonly (readonly [boolean, string])[] = [
    [detected !== null, 'lab A found no campaign of the operator'],
    [published !== null, 'lab A published nothing'],
    ...(['B', 'C'] as const).flatMap((lab) => {
      const one = acted.find((each) => each.lab === lab);
      return [
        [one !== undefined, `lab ${lab} decided nothing because of what A published`],
        [one?.refused_at_gateway !== false, `the gateway of lab ${lab} did not refuse`],
      ] as const;
    }),
    ...LAB_NAMES.flatMap(
      (lab) =>
        [
          [flagged.includes(lab), `the honest institute was not refused at lab ${lab}`],
          [
            put_right === null || put_right.ms[lab] !== null,
            `the honest institute was not put right at lab ${lab} within ${seconds} s`,
          ],
          [labs[lab].suspended === 0, `an honest account was suspended at lab ${lab}`],
          [labs[lab].faults === 0, `${labs[lab].faults} requests failed at lab ${lab}`],
        ] as const,
    ),
    [put_right !== null, 'there was nothing to appeal against'],
    [ledger !== null, 'no bundle of the ledger was verified'],
    [ledger === null || ledger.taken_back > 0, 'the ledger says nothing of what was taken back'],
  ];
  return told.filter(([happened]) => !happened).map(([, what]) => what);
};

export const outcomeOf = (story: Story, apart: Apart | null): Outcome => {
  const { labs, acted } = story;
  const missing = missingIn(story);
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
    complete: missing.length === 0,
    missing,
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
  row('exchanges that the operator planned', (name) => count(labs[name].planned));
  row('  lost to it, with sharing', (name) => count(labs[name].lost));
  row('  lost to it, without sharing', (name) =>
    name === 'A' ? count(labs.A.lost) : count(apart?.labs[name].lost),
  );
  row("ms from A's finding to a decision", (name) => count(acted.get(name)));
  row('honest accounts', (name) => count(labs[name].honest_accounts));
  row('  of them ever asked to verify', (name) => count(labs[name].harmed));
  row('  of them suspended', (name) => count(labs[name].suspended));
  const { cut } = outcomeOf(story, apart);
  return `${table.toString()}\n${
    cut === null ? '' : `Sharing cut what B and C lost by ${(100 * cut).toFixed(1)} %.\n`
  }`;
};
