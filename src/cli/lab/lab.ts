/** `stillwatch lab`: the service at a provider, and questions to it. */
import type { Command } from 'commander';
import { forJson, forTerminal } from '../../base/safe-text.ts';
import type { LabFinding } from '../../serve/lab/findings.ts';
import type { ForgottenIn, ForgottenReply } from '../../serve/lab/forget.ts';
import type { LabStatus } from '../../serve/lab/status.ts';
import { addAllowancesCommand } from './allowances.ts';
import { addAppealCommand } from './appeal.ts';
import { addClientOptions, askLab, type ClientFlags } from './client.ts';
import { addConnectCommands, hubLines } from './connect.ts';
import { addDecisionsCommand } from './decisions.ts';
import { addLabIndicatorsCommand } from './indicators.ts';
import { addLabPolicyCommand } from './policy.ts';
import { addProposalsCommand } from './proposals.ts';
import { addServeCommand } from './serve.ts';
import { addLabShareCommand } from './share.ts';
import { addTokenCommand, addTokensCommand } from './token.ts';

type Output = Pick<NodeJS.WritableStream, 'write'>;

const decidingLines = (d: LabStatus['deciding']): readonly string[] => {
  if (d === null) return [];
  const cases = Object.entries(d.cases).map(([kind, n]) => `${n} ${kind}`);
  return [
    `policy      ${forTerminal(d.policy)}${d.policy_fault === null ? '' : `; THE FILE HOLDS A FAULT: ${forTerminal(d.policy_fault, 300)}`}`,
    ...(d.failing_rules.length === 0
      ? []
      : [
          `            not evaluated for some accounts: ${d.failing_rules.map((name) => forTerminal(name, 60)).join(', ')}`,
        ]),
    `decisions   ${d.live} live, ${d.shadow} in shadow`,
    `cases       ${cases.length === 0 ? 'none wait' : `${cases.join(', ')} wait`}${d.overdue === 0 ? '' : `, ${d.overdue} OVERDUE`}${d.effects_waiting === 0 ? '' : `, effects of ${d.effects_waiting} wait`}`,
  ];
};

const statusText = (s: LabStatus): string =>
  [
    `exchanges   ${s.exchanges} counted, ${s.duplicates} repeated, ${s.rejected} rejected`,
    `accounts    ${s.accounts} profiles, ${s.accounts_in_memory} in memory, ${s.known_accounts} records`,
    `looks       ${s.looks}${s.last_look === null ? '' : `, the last at ${s.last_look.at} took ${s.last_look.ms} ms`}`,
    ...(s.last_look_error === null
      ? []
      : [`            failed: ${forTerminal(s.last_look_error)}`]),
    `findings    ${s.findings}`,
    `journal     ${s.journal.healthy ? 'healthy' : 'STALLED: free space on the disk'}, ${s.journal.bytes} bytes`,
    ...(s.held + s.unjoined + s.halves === 0
      ? []
      : [`halves      ${s.held} waiting, ${s.unjoined} never joined, ${s.halves} without network`]),
    ...s.following.map(
      (f) =>
        `following   ${forTerminal(f.path)} to byte ${f.offset}${f.error === null ? '' : `: ${forTerminal(f.error)}`}`,
    ),
    ...decidingLines(s.deciding),
    ...hubLines(s.hub),
  ].join('\n');

const findingText = ({ id, campaign, first, last, seen }: LabFinding): string =>
  `${id}  ${campaign.verdict}  ${campaign.accounts.length} accounts  ${campaign.exchanges} exchanges  since ${first}${seen ? '' : `, not seen after ${last}`}`;

const forgottenText = ({ account, known, still_in, ...counts }: ForgottenReply): string => {
  const { in_policy = 0, ...named } = counts as ForgottenIn;
  const places = Object.entries(named).filter(([, n]) => n > 0);
  const left = [...still_in, ...(in_policy > 0 ? ['allow-list of the policy'] : [])];
  return [
    known ? `forgotten: ${forTerminal(account)}` : `${forTerminal(account)} was not known`,
    ...(places.length === 0
      ? []
      : [`taken out of ${places.map(([name, n]) => `${n} ${name}`).join(', ')}`]),
    ...(left.length === 0 ? [] : [`STILL NAMED in files of yours: ${left.join(', ')}`]),
    ...(known ? ['next: stillwatch lab status'] : []),
  ].join('\n');
};

export const addLabCommand = (program: Command, output: Output = process.stdout): void => {
  const lab = program.command('lab').description('the service at a provider: live detection');
  addServeCommand(lab);
  addTokenCommand(lab, output);
  addTokensCommand(lab, output);
  addConnectCommands(lab, output);
  addLabShareCommand(lab, output);
  addLabIndicatorsCommand(lab, output);
  const show = (value: unknown, flags: ClientFlags, text: () => string): void => {
    output.write(`${flags.json ? forJson(value, 2) : text()}\n`);
  };
  addClientOptions(lab.command('status').description('counts, looks, journal of a running lab'))
    .addHelpText(
      'after',
      '\nExample:\n  stillwatch lab status --data ./lab --json\n\nExit status: 0 done, 2 usage, 4 the lab does not answer or refuses.',
    )
    .action(async (flags: ClientFlags) => {
      const status = (await askLab(flags, 'GET', '/status')) as LabStatus;
      show(status, flags, () => statusText(status));
    });
  addClientOptions(lab.command('findings').description('findings of a running lab'))
    .option('--seen', 'only those of the last look')
    .addHelpText(
      'after',
      '\nExample:\n  stillwatch lab findings --data ./lab --seen\n\nExit status: 0 done, 2 usage, 4 the lab does not answer or refuses.',
    )
    .action(async (flags: ClientFlags & { readonly seen?: boolean }) => {
      const answer = (await askLab(flags, 'GET', `/findings${flags.seen ? '?seen=true' : ''}`)) as {
        readonly findings: readonly LabFinding[];
      };
      show(answer, flags, () => answer.findings.map(findingText).join('\n') || 'no findings');
    });
  addClientOptions(lab.command('look').description('make a running lab look now'))
    .addHelpText(
      'after',
      '\nExample:\n  stillwatch lab look --data ./lab\n\nExit status: 0 done, 2 usage, 4 the lab does not answer or refuses.',
    )
    .action(async (flags: ClientFlags) => {
      const status = (await askLab(flags, 'POST', '/look')) as LabStatus;
      show(status, flags, () => `${statusText(status)}\nnext: stillwatch lab findings`);
    });
  addClientOptions(
    lab
      .command('forget')
      .argument('<account>', 'id of the account')
      .description('delete what a running lab keeps of an account'),
  )
    .addHelpText(
      'after',
      '\nExample:\n  stillwatch lab forget acct_123 --data ./lab\n\nExit status: 0 done, 2 usage, 4 the lab does not answer or refuses.',
    )
    .action(async (account: string, flags: ClientFlags) => {
      const path = `/accounts/${encodeURIComponent(account)}`;
      const answer = (await askLab(flags, 'DELETE', path)) as ForgottenReply;
      show(answer, flags, () => forgottenText(answer));
    });
  addDecisionsCommand(lab, output);
  addProposalsCommand(lab, output);
  addAppealCommand(lab, output);
  addAllowancesCommand(lab, output);
  addLabPolicyCommand(lab, output);
};
