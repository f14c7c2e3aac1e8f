/** `stillwatch lab share`: what a running lab would publish, and a person's word on it. */
import type { Command } from 'commander';
import { forJson, forTerminal } from '../../base/safe-text.ts';
import type { OutboxView } from '../../serve/lab/sharing/routes.ts';
import type { Preview } from '../../share/sharing/firewall/preview.ts';
import { addClientOptions, askLab, type ClientFlags } from './client.ts';

type Output = Pick<NodeJS.WritableStream, 'write'>;

const line = (item: OutboxView): string =>
  [
    forTerminal(item.id, 80),
    item.state,
    `version ${item.version}`,
    `${item.objects} objects`,
    item.at,
    ...(item.failures.length > 0 ? [`${item.failures.length} refused by the hub`] : []),
    ...(item.error === null ? [] : [forTerminal(item.error, 120)]),
  ].join('  ');

const previewLines = ({ objects, allowed, refused }: Preview): string[] => [
  ...objects.flatMap((one) =>
    one.allowed
      ? [`${one.bytes} bytes  sha256 ${one.sha256}`, forTerminal(one.canonical!), '']
      : [
          `REFUSED ${forTerminal(one.id, 80)}: ${one.faults.map(({ code }) => code).join(', ')}`,
          '',
        ],
  ),
  `${allowed} objects would leave, ${refused} would not.`,
];

const EXIT =
  'Exit status: 0 done, 2 usage, 4 the lab does not answer, or knows nothing of that id.';

export const addLabShareCommand = (lab: Command, output: Output): void => {
  const share = lab
    .command('share')
    .description('what a running lab publishes at its hub')
    .addHelpText('after', '\nExample:\n  stillwatch lab share list --data ./lab');
  const print = (flags: ClientFlags, value: unknown, lines: readonly string[]): void => {
    output.write(`${flags.json ? forJson(value, 2) : lines.join('\n')}\n`);
  };
  addClientOptions(share.command('list').description('drafts, what waits, what was sent'))
    .addHelpText('after', `\nExample:\n  stillwatch lab share list --data ./lab\n\n${EXIT}`)
    .action(async (flags: ClientFlags) => {
      const answer = (await askLab(flags, 'GET', '/sharing/outbox')) as {
        readonly items: readonly OutboxView[];
      };
      const draft = answer.items.find(({ state }) => state === 'drafted');
      print(flags, answer, [
        ...(answer.items.length === 0 ? ['nothing yet'] : answer.items.map(line)),
        ...(draft === undefined ? [] : [`next: stillwatch lab share show ${draft.id}`]),
      ]);
    });
  addClientOptions(
    share
      .command('show')
      .argument('<id>', 'of `lab share list`')
      .description('the exact bytes that would be sent now'),
  )
    .addHelpText(
      'after',
      `\nExample:\n  stillwatch lab share show finding--… --data ./lab\n\n${EXIT}`,
    )
    .action(async (id: string, flags: ClientFlags) => {
      const path = `/sharing/outbox/${encodeURIComponent(id)}`;
      const answer = (await askLab(flags, 'GET', path)) as OutboxView & {
        readonly preview: Preview;
      };
      print(flags, answer, [
        line(answer),
        '',
        ...previewLines(answer.preview),
        ...(answer.state === 'drafted' ? [`next: stillwatch lab share release ${id}`] : []),
      ]);
    });
  for (const [name, about, done] of [
    ['release', 'send a draft to the hub', 'released'],
    ['discard', 'drop a draft; the finding is not drafted again', 'discarded'],
  ] as const)
    addClientOptions(
      share.command(name).argument('<id>', 'of `lab share list`, or all').description(about),
    )
      .addHelpText(
        'after',
        `\nExample:\n  stillwatch lab share ${name} all --data ./lab\n\n${EXIT}`,
      )
      .action(async (id: string, flags: ClientFlags) => {
        const path = `/sharing/${name}/${encodeURIComponent(id)}`;
        const answer = (await askLab(flags, 'POST', path)) as Readonly<
          Record<string, readonly string[]>
        >;
        print(flags, answer, [
          `${done}: ${answer[done]?.map((one) => forTerminal(one, 80)).join(', ') || 'nothing'}`,
          'next: stillwatch lab status',
        ]);
      });
  addClientOptions(
    share
      .command('retract')
      .argument('<id>', 'of a finding, or of one object of it')
      .description('take back what was published'),
  )
    .addHelpText(
      'after',
      `\nExample:\n  stillwatch lab share retract finding--… --data ./lab\n\n${EXIT}`,
    )
    .action(async (id: string, flags: ClientFlags) => {
      const path = `/sharing/retract/${encodeURIComponent(id)}`;
      const answer = (await askLab(flags, 'POST', path)) as {
        readonly retracted: readonly string[];
      };
      print(flags, answer, [
        `taken back: ${answer.retracted.map((one) => forTerminal(one, 80)).join(', ')}`,
        'next: stillwatch lab share list',
      ]);
    });
};
