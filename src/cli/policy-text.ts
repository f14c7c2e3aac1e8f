/** What the `policy` commands print for a person. */
import Table from 'cli-table3';
import type { Outcome, Proposal } from '../act/response/decide.ts';
import type { Decision } from '../act/response/decision.ts';
import type {
  BlastRadius,
  HonestEstimate,
  RuleRadius,
} from '../act/response/policy/blast-radius.ts';
import type { Policy, Rule } from '../act/response/policy/policy.ts';
import type { PolicyFault } from '../act/response/policy/read-policy.ts';
import { forTerminal } from '../base/safe-text.ts';
import { formatCount, formatShare, plural } from './show/format.ts';

export const faultsText = (path: string, faults: readonly PolicyFault[]): string =>
  [
    ...faults.map(
      ({ code, line, column, path: at, message, remedy }) =>
        `${path}:${line}:${column}: ${code}: ${forTerminal(`${at} ${message}`.trim(), 300)}\n  ${remedy}`,
    ),
    plural(faults.length, 'fault'),
  ].join('\n');

const modeOf = ({ mode }: Rule): string =>
  typeof mode === 'string' ? mode : `rollout ${mode.rollout}%`;

export const soundText = (path: string, policy: Policy): string =>
  [
    `${path} is sound: policy ${policy.version}`,
    ...policy.rules.map((rule) => `  ${rule.name}: ${rule.action}, ${modeOf(rule)}`),
    `\nNext: stillwatch policy simulate ${path} --against LOG`,
  ].join('\n');

/** Expected at most (and those about whom nothing is known), at most with 95 % chance, chance that any finding is wrong. */
const honestCells = (one: HonestEstimate): string[] => [
  one.expected.toFixed(1) +
    (one.without_finding > 0 ? ` + ${formatCount(one.without_finding, ',')}?` : ''),
  formatCount(one.high, ','),
  formatShare(one.chance_of_any),
];

const parts = (counts: Readonly<Record<string, number>>): string =>
  Object.entries(counts)
    .map(([name, count]) => `${forTerminal(name, 40)} ${formatCount(count, ',')}`)
    .join(', ');

const ruleLines = (one: RuleRadius): string[] => {
  const lines: string[] = [];
  if (one.live + one.shadow > 0) {
    lines.push(`  ${one.rule} by segment: ${parts(one.by_segment)}`);
    lines.push(`  ${one.rule} by tier: ${parts(one.by_tier)}`);
  }
  if (one.honest.without_finding > 0)
    lines.push(
      `  ${one.rule} acts on ${plural(one.honest.without_finding, 'account', 'accounts', ',')} without a finding: nothing bounds how many are honest`,
    );
  if (one.proposed > 0) lines.push(`  ${one.rule} waits for a person: ${parts(one.held)}`);
  if (one.failed > 0)
    lines.push(
      `  ${one.rule} could not be evaluated for ${plural(one.failed, 'account', 'accounts', ',')}: guard unknown facts with has()`,
    );
  return lines;
};

export const radiusText = (radius: BlastRadius, limits: readonly string[]): string => {
  const table = new Table({
    head: ['rule', 'action', 'mode', 'live', 'shadow', 'proposed', 'honest ≤', '95 % ≤', 'any'],
    colAligns: ['left', 'left', 'left', 'right', 'right', 'right', 'right', 'right', 'right'],
    style: { head: [], border: [] },
  });
  const n = (count: number): string => formatCount(count, ',');
  for (const one of radius.rules)
    table.push([
      one.rule,
      one.action,
      one.mode,
      n(one.live),
      n(one.shadow),
      n(one.proposed),
      ...honestCells(one.honest),
    ]);
  table.push([
    'any rule',
    '',
    '',
    n(radius.live),
    n(radius.shadow),
    n(radius.proposed),
    ...honestCells(radius.honest),
  ]);
  return [
    `policy ${radius.policy} on ${plural(radius.accounts, 'account', 'accounts', ',')}, ${n(radius.allow_listed)} allow-listed`,
    table.toString(),
    ...radius.rules.flatMap(ruleLines),
    'honest: accounts that are expected to be at most, are at most with 95 % chance, and the chance that any is.',
    'A finding counts as right or wrong as a whole: an honest account drawn into a real campaign is not counted.',
    `Live rules act on ${plural(radius.live, 'account', 'accounts', ',')}; if every rule were live: ${n(radius.if_all_live)}.`,
    ...limits.map((limit) => `Note: ${limit}`),
  ].join('\n');
};

const decisionLine = (one: Decision | Proposal): string => {
  const held = 'held_for' in one ? `proposal to a person (${one.held_for.join(', ')})` : 'decision';
  const grounds = one.rests_on.map((id) => forTerminal(id, 80)).join(', ');
  return `  ${one.rule}: ${one.action}, ${one.mode}, ${held}, rests on ${grounds === '' ? 'nothing' : grounds}`;
};

export const outcomeText = (account: string, policy: Policy, outcome: Outcome): string => {
  const { decisions, shadow, proposals, shadow_proposals, failures, allowed } = outcome;
  const fired = [...decisions, ...proposals, ...shadow, ...shadow_proposals];
  const names = new Set([...fired.map(({ rule }) => rule), ...failures.map(({ rule }) => rule)]);
  const silent = policy.rules.filter(({ name }) => !names.has(name));
  return [
    `${forTerminal(account, 80)} under policy ${policy.version}`,
    ...(allowed === null ? [] : [`  allow-listed: ${forTerminal(allowed.reason, 200)}`]),
    ...fired.map(decisionLine),
    ...failures.map(({ rule, code, why }) => `  ${rule}: ${code}: ${forTerminal(why, 200)}`),
    ...silent.map(({ name, when }) => `  ${name}: does not hold: ${forTerminal(when.text, 200)}`),
  ].join('\n');
};
