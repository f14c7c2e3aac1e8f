/** `stillwatch share key rotate`: a member's new key in the place of its old one, vouched for by both. */
import type { Command } from 'commander';
import { forJson, forTerminal } from '../base/safe-text.ts';

interface RotateFlags {
  readonly hub: string;
  readonly tokenFile: string;
  readonly key: string;
  readonly new: string;
  readonly out?: string;
  readonly plainHttp?: boolean;
  readonly json?: boolean;
}

/** Tells the hub; or with --out writes the statement, for the operator to enter. */
const rotate = async (flags: RotateFlags, output: NodeJS.WritableStream): Promise<void> => {
  const { readSigningKey, readTokenFile } = await import('./share-files.ts');
  const { exchangeOf, putKey } = await import('../share/taxii/submit.ts');
  const { taxiiClient } = await import('../share/taxii/client.ts');
  const { signRotation } = await import('../share/sharing/signing/key-rotation.ts');
  const [from, to] = [readSigningKey(flags.key), readSigningKey(flags.new)];
  const { session } = taxiiClient({
    url: flags.hub,
    credential: { kind: 'bearer', token: readTokenFile(flags.tokenFile) },
    plainHttp: flags.plainHttp ?? false,
  });
  const { hub, member } = await exchangeOf(session);
  const signed = signRotation({ hub, member, created: Date.now() }, from, to);
  if (flags.out === undefined) await putKey(session, signed);
  else {
    const { writeOutput } = await import('./write-output.ts');
    writeOutput(flags.out, `${JSON.stringify(signed)}\n`);
  }
  const told =
    flags.out === undefined
      ? [
          'The hub has the new key; the old one ends in a day.',
          '',
          `next: stillwatch share submit BUNDLE --hub ${forTerminal(flags.hub, 200)} --token-file FILE --key ${forTerminal(flags.new, 200)}`,
        ]
      : [
          `The statement is in ${forTerminal(flags.out, 200)}. The hub takes it for ten minutes.`,
          '',
          `next: the operator enters it: stillwatch hub member key rotate ${member} ${forTerminal(flags.out, 200)} --data DIR`,
        ];
  output.write(flags.json ? `${forJson(signed)}\n` : `${told.join('\n')}\n`);
};

export const addRotateCommand = (
  key: Command,
  output: NodeJS.WritableStream,
  checkHub: (url: string) => string,
): void => {
  key
    .command('rotate')
    .description('replace your signing key at a hub; both keys hold for a day')
    .requiredOption('--hub <url>', 'the hub, as https://hub.example', checkHub)
    .requiredOption('--token-file <file>', 'holds your token of the hub, of scope write')
    .requiredOption('--key <file>', 'the key that the hub has')
    .requiredOption('--new <file>', 'the key that follows it, see `share key new`')
    .option('--out <file>', 'write the signed statement for the operator, and send nothing')
    .option('--plain-http', 'send the token over http to another machine')
    .option('--json', 'print the signed statement as JSON')
    .addHelpText(
      'after',
      `
Examples:
  stillwatch share key rotate --key lab.key --new lab-2.key --hub https://hub.example --token-file token.txt
  stillwatch share key rotate --key lab.key --new lab-2.key --hub https://hub.example --token-file token.txt --out rotation.json

Exit status: 0 done, 2 usage, 4 a file cannot be used, or the hub does not take it.`,
    )
    .action((flags: RotateFlags) => rotate(flags, output));
};
