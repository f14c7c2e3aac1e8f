/** `stillwatch lab indicators`: what others say, and what it hits on this lab's own traffic. */
import type { Command } from 'commander';
import { forJson, forTerminal } from '../../base/safe-text.ts';
import type { IncomingView } from '../../serve/lab/sharing/views.ts';
import { addClientOptions, askLab, type ClientFlags } from './client.ts';

type Output = Pick<NodeJS.WritableStream, 'write'>;

const verdict = ({ confirmed_here, verification }: IncomingView): string =>
  confirmed_here ? 'confirmed here' : `not confirmed here (${verification ?? 'not tested'})`;

const line = (view: IncomingView): string =>
  [
    forTerminal(String(view.object.id), 80),
    forTerminal(String(view.object.name ?? ''), 60),
    view.standing,
    `permits ${view.permitted_action}`,
    `${view.hits} accounts hit, ${view.known_good_hits} known good`,
    verdict(view),
  ].join('  ');

const EXIT =
  'Exit status: 0 done, 2 usage, 4 the lab does not answer, or knows nothing of that id.';

export const addLabIndicatorsCommand = (lab: Command, output: Output): void => {
  const indicators = lab
    .command('indicators')
    .description('indicators of others at a running lab')
    .addHelpText('after', '\nExample:\n  stillwatch lab indicators list --data ./lab');
  addClientOptions(
    indicators.command('list').description('standing, hits here, confirmed here or not'),
  )
    .addHelpText('after', `\nExample:\n  stillwatch lab indicators list --data ./lab\n\n${EXIT}`)
    .action(async (flags: ClientFlags) => {
      const answer = (await askLab(flags, 'GET', '/sharing/indicators')) as {
        readonly indicators: readonly IncomingView[];
      };
      output.write(
        `${flags.json ? forJson(answer, 2) : answer.indicators.map(line).join('\n') || 'none yet'}\n`,
      );
    });
  addClientOptions(
    indicators
      .command('show')
      .argument('<id>', 'of `lab indicators list`')
      .description('one of them, with the accounts that it hits here'),
  )
    .addHelpText(
      'after',
      `\nExample:\n  stillwatch lab indicators show indicator--… --data ./lab\n\n${EXIT}`,
    )
    .action(async (id: string, flags: ClientFlags) => {
      const path = `/sharing/indicators/${encodeURIComponent(id)}`;
      const view = (await askLab(flags, 'GET', path)) as IncomingView;
      const text = [
        line(view),
        `arrived    ${view.arrived}, valid until ${forTerminal(String(view.object.valid_until), 40)}`,
        `campaigns  ${view.campaigns.map((one) => forTerminal(one, 80)).join(', ')}`,
        `pattern    ${forTerminal(String(view.object.pattern), 500)}`,
        ...view.accounts.map((account) => `hits       ${forTerminal(account, 100)}`),
      ];
      output.write(`${flags.json ? forJson(view, 2) : text.join('\n')}\n`);
    });
};
