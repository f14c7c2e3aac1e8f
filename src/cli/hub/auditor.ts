/** `stillwatch hub auditor`: the key to which origins are sealed, and whose a published object is. */
import { randomBytes } from 'node:crypto';
import type { Command } from 'commander';
import { StillwatchError } from '../../base/errors.ts';
import { fromBase64Url } from '../../share/sharing/signing/base64.ts';
import { DATA_HELP, type DataOptions, type Output, tell, withOffice } from './office.ts';

const KEY_TYPE = 'stillwatch-auditor-key';
const KEY_BYTES = 32;

interface OriginFlags {
  readonly url: string;
  readonly tokenFile: string;
  readonly key?: string;
  readonly plainHttp?: boolean;
  readonly json?: boolean;
}

const newKey = async (flags: { readonly out: string; readonly json?: boolean }, output: Output) => {
  const { publicSealingKey, sealingKeyOf } = await import('../../serve/hub/guard/sealed-box.ts');
  const { writeSeed } = await import('../share-files.ts');
  const seed = randomBytes(KEY_BYTES);
  const publicKey = publicSealingKey(sealingKeyOf(seed));
  writeSeed(flags.out, KEY_TYPE, seed);
  tell(output, flags.json, {
    json: { publicKey, file: flags.out },
    lines: [
      `The private key is in ${flags.out}, for the auditor alone. Its public key: ${publicKey}`,
    ],
    next: `stillwatch hub auditor use ${publicKey} --data DIR   (by the operator)`,
  });
};

const useKey = async (publicKey: string, { data, json }: DataOptions, output: Output) => {
  if (fromBase64Url(publicKey)?.length !== KEY_BYTES)
    throw new StillwatchError(
      'MEMBER_KEY_UNUSABLE',
      'This is no public key of an auditor',
      'Give the 43 characters that `stillwatch hub auditor key` printed.',
    );
  const { AUDITOR_KEY } = await import('../../serve/hub/guard/origin.ts');
  await withOffice(data, ({ store }) =>
    store.write(({ records }) => records.put('setting', AUDITOR_KEY, publicKey)),
  );
  tell(output, json, {
    json: { auditor: publicKey },
    lines: ['From now on origins are sealed to this key; those sealed before open as before.'],
    next: 'stillwatch hub auditor origin OBJECT --url URL --token-file FILE --key FILE',
  });
};

const origin = async (object: string, flags: OriginFlags, output: Output) => {
  const { taxiiClient } = await import('../../share/taxii/client.ts');
  const { ask } = await import('../share-submit.ts');
  const { openedBy } = await import('../../serve/hub/guard/auditing.ts');
  const { readSeed, readTokenFile } = await import('../share-files.ts');
  const token = readTokenFile(flags.tokenFile);
  const { session } = taxiiClient({
    url: flags.url,
    credential: { kind: 'bearer', token },
    plainHttp: flags.plainHttp ?? false,
  });
  const answer = await ask(session, `/api/origin/${encodeURIComponent(object)}`);
  if (answer === undefined)
    throw new StillwatchError(
      'SUBJECT_UNKNOWN',
      'The hub has published no such object for a member',
      'Give the id under which the hub published it.',
    );
  const seed = flags.key === undefined ? undefined : readSeed(flags.key, KEY_TYPE);
  const versions = openedBy(answer, seed);
  tell(output, flags.json, {
    json: { object, versions },
    lines: versions.map(({ version, origin: whose }) =>
      whose === undefined
        ? `${version}  sealed to another key: give --key`
        : `${version}  ${whose.member}  as ${whose.object}, signed by ${whose.key}`,
    ),
  });
};

export const addHubAuditorCommand = (hub: Command, output: Output): void => {
  const auditor = hub
    .command('auditor')
    .description('seal origins to an auditor, and ask whose an object is')
    .addHelpText('after', '\nExample:\n  stillwatch hub auditor key --out auditor.key');
  auditor
    .command('key')
    .description('make the key of an auditor outside the hub')
    .requiredOption('--out <file>', 'a new file, readable by its owner alone')
    .option('--json', 'print the public key as JSON')
    .addHelpText(
      'after',
      '\nExample:\n  stillwatch hub auditor key --out auditor.key\n\nExit status: 0 done, 2 usage, 4 the file cannot be written.',
    )
    .action((flags: { readonly out: string; readonly json?: boolean }) => newKey(flags, output));
  auditor
    .command('use <public-key>')
    .description('seal all origins to this key from now on, so that the hub cannot open them')
    .requiredOption('--data <where>', DATA_HELP)
    .option('--json', 'print the outcome as JSON')
    .addHelpText(
      'after',
      '\nExample:\n  stillwatch hub auditor use PUBLIC-KEY --data ./hub\n\nExit status: 0 done, 2 usage, 4 the key or the data cannot be used.',
    )
    .action((publicKey: string, options: DataOptions) => useKey(publicKey, options, output));
  auditor
    .command('origin <object>')
    .description('whose a published object is, with its signed contributions; for auditors alone')
    .requiredOption('--url <url>', 'the hub, as https://hub.example')
    .requiredOption('--token-file <file>', 'holds the token of an auditor')
    .option('--key <file>', 'the key of the auditor, when origins are sealed to it')
    .option('--plain-http', 'send the token over http to another machine')
    .option('--json', 'print origins and signed contributions as JSON')
    .addHelpText(
      'after',
      `
Example:
  stillwatch hub auditor origin indicator--… --url https://hub.example --token-file token.txt

The hub keeps each of these questions.

Exit status: 0 done, 2 usage or no such object, 4 the hub, a token or a key cannot be used.`,
    )
    .action((object: string, flags: OriginFlags) => origin(object, flags, output));
};
