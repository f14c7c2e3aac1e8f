/** `stillwatch lab allowances`: who is left alone, why, until when; and the end of it before its time. */
import { type Command, Option } from 'commander';
import { SUBJECT_KINDS } from '../../act/response/decision.ts';
import type { AllowEntry } from '../../act/response/policy/policy.ts';
import { forTerminal } from '../../base/safe-text.ts';
import type { Exclusion } from '../../serve/store/records.ts';
import { addClientOptions, askLab, type ClientFlags } from './client.ts';
import { example, type Output, shower, subjectText } from './decisions.ts';

interface Lists {
  readonly policy: readonly AllowEntry[];
  readonly appeals: readonly (AllowEntry & { readonly case: string })[];
  readonly excluded: readonly Exclusion[];
}

const untilText = (until: number): string => `until ${new Date(until).toISOString()}`;

const listsText = ({ policy, appeals, excluded }: Lists): string =>
  [
    ...policy.map(
      ({ subject, reason, until }) =>
        `policy    ${subjectText(subject)}  ${untilText(until)}  ${forTerminal(reason, 120)}`,
    ),
    ...appeals.map(
      (one) =>
        `appeal    ${subjectText(one.subject)}  ${untilText(one.until)}  ${one.case}  ${forTerminal(one.reason, 120)}`,
    ),
    ...excluded.map(
      (one) =>
        `no looks  account ${forTerminal(one.account, 60)}  ${untilText(one.until)}  ${one.case}  out of ${forTerminal(one.campaign, 80)}`,
    ),
  ].join('\n') || 'nobody is left alone';

export const addAllowancesCommand = (lab: Command, output: Output): void => {
  const show = shower(output);
  const allowances = lab.command('allowances').description('who is left alone, and until when');
  addClientOptions(
    allowances
      .command('list')
      .description('by the policy, by appeals, and who takes no part in looks'),
  )
    .addHelpText('after', example('stillwatch lab allowances list --data ./lab'))
    .action(async (flags: ClientFlags) => {
      const lists = (await askLab(flags, 'GET', '/allowances')) as Lists;
      show(lists, flags, () => listsText(lists));
    });
  addClientOptions(
    allowances
      .command('end')
      .argument('<value>', 'such as the id of the account')
      .description('end an allowance that an appeal gave; those of the policy end in its file'),
  )
    .addOption(
      new Option('--kind <name>', 'what it is about').choices(SUBJECT_KINDS).default('account'),
    )
    .addHelpText('after', example('stillwatch lab allowances end acct_123 --data ./lab'))
    .action(async (value: string, flags: ClientFlags & { kind: string }) => {
      const subject = { kind: flags.kind, value };
      const answer = await askLab(flags, 'DELETE', '/allowances', { subject });
      show(
        answer,
        flags,
        () => `ended: ${flags.kind} ${forTerminal(value)}\nnext: stillwatch lab allowances list`,
      );
    });
  addClientOptions(
    allowances
      .command('include')
      .argument('<account>', 'id of the account')
      .description('let an account take part in looks again'),
  )
    .addHelpText('after', example('stillwatch lab allowances include acct_123 --data ./lab'))
    .action(async (account: string, flags: ClientFlags) => {
      const path = `/exclusions/${encodeURIComponent(account)}`;
      const answer = await askLab(flags, 'DELETE', path);
      show(
        answer,
        flags,
        () => `included: ${forTerminal(account)}\nnext: stillwatch lab allowances list`,
      );
    });
};
