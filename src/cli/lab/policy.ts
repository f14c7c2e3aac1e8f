/** `stillwatch lab policy`: what a running lab goes by, and what shadow would do beside live. */
import type { Command } from 'commander';
import { forTerminal } from '../../base/safe-text.ts';
import type { PolicyDiff, Side } from '../../serve/lab/deciding/diff.ts';
import type { PolicyStatus } from '../../serve/lab/deciding/policy-file.ts';
import { addClientOptions, askLab, type ClientFlags } from './client.ts';
import { example, type Output, shower } from './decisions.ts';

interface ShownPolicy extends PolicyStatus {
  readonly rules: readonly {
    readonly name: string;
    readonly action: string;
    readonly mode: string | { readonly rollout: number };
  }[];
}

const modeText = (mode: ShownPolicy['rules'][number]['mode']): string =>
  typeof mode === 'string' ? mode : `rollout ${mode.rollout}%`;

const policyText = ({ version, file, since, fault, rules }: ShownPolicy): string =>
  [
    `${version}  since ${new Date(since).toISOString()}  ${forTerminal(file)}`,
    ...(fault === null
      ? []
      : [`NOT IN FORCE, the file as it is now: ${fault.code}: ${forTerminal(fault.message)}`]),
    ...rules.map(({ name, action, mode }) => `  ${name}  ${action}  ${modeText(mode)}`),
  ].join('\n');

const sidesText = (sides: PolicyDiff['rules'][number]['by_tier']): string =>
  Object.entries(sides)
    .map(([name, { live, shadow }]) => `${forTerminal(name, 40)} ${live}/${shadow}`)
    .join(', ');

const askedText = ({ live, shadow }: Side): readonly string[] =>
  live + shadow === 0
    ? []
    : [`    asks a person about ${live} accounts; would about ${shadow} more if it were live`];

const diffText = ({ policy, live, shadow, only_shadow, rules }: PolicyDiff): string =>
  [
    `${policy}: live on ${live} accounts, in shadow on ${shadow}; ${only_shadow} only in shadow`,
    ...rules.flatMap((one) => [
      `  ${one.rule}  ${one.action}  ${one.mode ?? 'not in the policy any more'}  live ${one.live}, shadow ${one.shadow}`,
      ...(one.live + one.shadow === 0
        ? []
        : [
            `    by segment, live/shadow: ${sidesText(one.by_segment)}`,
            `    by tier, live/shadow: ${sidesText(one.by_tier)}`,
          ]),
      ...askedText(one.proposed),
    ]),
  ].join('\n');

export const addLabPolicyCommand = (lab: Command, output: Output): void => {
  const show = shower(output);
  const policy = lab.command('policy').description('the policy of a running lab');
  addClientOptions(policy.command('show').description('what is in force'))
    .addHelpText('after', example('stillwatch lab policy show --data ./lab'))
    .action(async (flags: ClientFlags) => {
      const shown = (await askLab(flags, 'GET', '/policy')) as ShownPolicy;
      show(shown, flags, () => policyText(shown));
    });
  addClientOptions(policy.command('reload').description('read the file again now'))
    .addHelpText('after', example('stillwatch lab policy reload --data ./lab'))
    .action(async (flags: ClientFlags) => {
      const answer = (await askLab(flags, 'POST', '/policy/reload')) as PolicyStatus & {
        readonly changed: boolean;
      };
      show(
        answer,
        flags,
        () =>
          `${answer.changed ? 'in force' : 'unchanged'}: ${answer.version}\nnext: stillwatch lab policy diff`,
      );
    });
  addClientOptions(
    policy.command('diff').description('shadow beside live, by rule, segment and tier'),
  )
    .addHelpText('after', example('stillwatch lab policy diff --data ./lab --json'))
    .action(async (flags: ClientFlags) => {
      const diff = (await askLab(flags, 'GET', '/policy/diff')) as PolicyDiff;
      show(diff, flags, () => diffText(diff));
    });
};
