/** `stillwatch lab connect|disconnect`: a running lab and a hub. */
import { resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { type Command, Option } from 'commander';
import { forJson, forTerminal } from '../../base/safe-text.ts';
import type { SharingStatus } from '../../serve/lab/sharing/status.ts';
import { addClientOptions, askLab, type ClientFlags } from './client.ts';

type Output = Pick<NodeJS.WritableStream, 'write'>;

interface ConnectFlags extends ClientFlags {
  readonly tokenFile: string;
  readonly keyFile: string;
  readonly collection: string;
  readonly release: 'person' | 'automatic';
  readonly plainHttp?: boolean;
}

const ago = ({ connected, heard_seconds }: SharingStatus): string => {
  const heard = heard_seconds === null ? 'not heard yet' : `heard ${heard_seconds} s ago`;
  return `${connected ? 'connected' : 'NOT CONNECTED'}, ${heard}`;
};

/** Lines of `lab status` about the hub. */
export const hubLines = (status: SharingStatus | null): readonly string[] =>
  status === null
    ? []
    : [
        `hub         ${forTerminal(status.hub, 200)}: ${ago(status)}${status.error === null ? '' : `; ${forTerminal(status.error, 200)}`}`,
        `out         ${status.drafts} drafts wait for a person, ${status.queue} wait for the hub, ${status.sent} sent, ${status.refused} refused`,
        `in          ${status.indicators} indicators, ${status.hitting} hit accounts here, ${status.confirmed} confirmed here, ${status.retractions} taken back`,
      ];

const PATIENCE_MS = 5000;
const PAUSE_MS = 200;

/** The first answer comes before the hub was heard: what it says of the connection is worth a moment. */
const settled = async (flags: ClientFlags, first: SharingStatus): Promise<SharingStatus> => {
  let status = first;
  const end = Date.now() + PATIENCE_MS;
  while (!status.connected && status.error === null && Date.now() < end) {
    await setTimeout(PAUSE_MS);
    const answer = (await askLab(flags, 'GET', '/sharing/connection')) as {
      readonly status: SharingStatus | null;
    };
    status = answer.status ?? status;
  }
  return status;
};

export const addConnectCommands = (lab: Command, output: Output): void => {
  addClientOptions(
    lab
      .command('connect')
      .argument('<url>', 'the hub, as https://hub.example')
      .description('connect a running lab with a hub; it stays connected over restarts'),
  )
    .requiredOption('--token-file <file>', 'holds the token of the hub; mode 0600')
    .requiredOption('--key-file <file>', 'your signing key, see `share key new`; mode 0600')
    .option('--collection <id>', 'id or alias of the collection', 'exchange')
    .addOption(
      new Option('--release <how>', 'who releases what is to be published')
        .choices(['person', 'automatic'])
        .default('person'),
    )
    .option('--plain-http', 'send the token over http to another machine')
    .addHelpText(
      'after',
      `
Example:
  stillwatch lab connect https://hub.example --token-file hub.token --key-file lab.key --data ./lab

The lab reads both files at its every start: they stay where they are, on the machine of the lab.
Exit status: 0 connected, 2 usage, 4 the lab does not answer, or cannot use the files.`,
    )
    .action(async (url: string, flags: ConnectFlags) => {
      const query = new URLSearchParams({
        hub: url,
        token_file: resolve(flags.tokenFile),
        key_file: resolve(flags.keyFile),
        collection: flags.collection,
        release: flags.release,
        plain_http: String(flags.plainHttp ?? false),
      });
      const answer = (await askLab(flags, 'PUT', `/sharing/connection?${query}`)) as {
        readonly status: SharingStatus;
      };
      const status = await settled(flags, answer.status);
      const next =
        flags.release === 'person' ? 'stillwatch lab share list' : 'stillwatch lab indicators list';
      output.write(
        `${flags.json ? forJson({ ...answer, status }, 2) : [...hubLines(status), `next: ${next}`].join('\n')}\n`,
      );
    });
  addClientOptions(
    lab.command('disconnect').description('end the connection of a running lab with its hub'),
  )
    .addHelpText(
      'after',
      '\nExample:\n  stillwatch lab disconnect --data ./lab\n\nNothing rests on indicators of the hub any more. Exit status: 0 done, 2 usage, 4 the lab does not answer.',
    )
    .action(async (flags: ClientFlags) => {
      const answer = (await askLab(flags, 'DELETE', '/sharing/connection')) as {
        readonly disconnected: boolean;
      };
      const text = answer.disconnected ? 'disconnected' : 'there was no connection';
      output.write(
        `${flags.json ? forJson(answer, 2) : `${text}\nnext: stillwatch lab connect URL --token-file FILE --key-file FILE`}\n`,
      );
    });
};
