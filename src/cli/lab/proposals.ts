/** `stillwatch lab proposals`: what rules asked for and a person decides. */
import type { Command } from 'commander';
import type { Case } from '../../act/casework/case.ts';
import type { Proposal } from '../../act/response/decide.ts';
import { addClientOptions, askLab, type ClientFlags } from './client.ts';
import { example, type Output, shower, subjectText } from './decisions.ts';

const proposalText = ({ id, action, subject, reason, rule, held_for }: Proposal): string =>
  `${id}  ${action}  ${subjectText(subject)}  ${reason}  ${rule}  held for ${held_for.join(', ')}`;

export const addProposalsCommand = (lab: Command, output: Output): void => {
  const show = shower(output);
  const proposals = lab.command('proposals').description('what waits for a person');
  addClientOptions(proposals.command('list').description('proposals that wait'))
    .addHelpText('after', example('stillwatch lab proposals list --data ./lab'))
    .action(async (flags: ClientFlags) => {
      const answer = (await askLab(flags, 'GET', '/proposals')) as {
        readonly proposals: readonly Proposal[];
      };
      show(answer, flags, () =>
        answer.proposals.length === 0
          ? 'nothing waits'
          : `${answer.proposals.map(proposalText).join('\n')}\nnext: stillwatch lab proposals approve ID --reason TEXT`,
      );
    });
  for (const [verb, outcome, says] of [
    ['approve', 'approved', 'let it hold, under your name'],
    ['dismiss', 'dismissed', 'let it go; it is not proposed again for 30 days'],
  ] as const)
    addClientOptions(
      proposals.command(verb).argument('<id>', 'id of the proposal').description(says),
    )
      .requiredOption('--reason <text>', 'why')
      .option('--by <name>', 'who decides; the label of the token otherwise')
      .addHelpText(
        'after',
        example(`stillwatch lab proposals ${verb} "$ID" --reason "looked at it" --data ./lab`),
      )
      .action(async (id: string, flags: ClientFlags & { reason: string; by?: string }) => {
        const body = { outcome, reason: flags.reason, by: flags.by ?? null };
        const path = `/proposals/${encodeURIComponent(id)}`;
        const one = (await askLab(flags, 'POST', path, body)) as Case;
        show(
          one,
          flags,
          () => `${outcome}: ${id}\nnext: stillwatch lab decisions list --mode live`,
        );
      });
};
