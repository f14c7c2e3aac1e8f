/** `stillwatch share`: look at what would leave, sign it, send it. */
import type { Command } from 'commander';
import { StillwatchError } from '../base/errors.ts';
import { forJson, forTerminal } from '../base/safe-text.ts';
import { addBlindCommand } from './share-blind.ts';
import { addRotateCommand } from './share-rotate.ts';

type Output = NodeJS.WritableStream;

/** Exit status when something is refused. */
export const REFUSED_EXIT = 3;

interface PreviewFlags {
  readonly warninglist?: readonly string[];
  readonly dropTemplates?: boolean;
  readonly json?: boolean;
  readonly out?: string;
}

interface SubmitFlags extends PreviewFlags {
  readonly hub: string;
  readonly tokenFile: string;
  readonly key: string;
  readonly collection: string;
  readonly partial?: boolean;
  readonly plainHttp?: boolean;
}

const looked = async (path: string, { warninglist = [], dropTemplates }: PreviewFlags) => {
  const { readObjects, readWarninglists } = await import('./share-files.ts');
  const { previewOf } = await import('../share/sharing/firewall/preview.ts');
  const { withoutUnfitTemplate } = await import('../share/sharing/firewall/drop-templates.ts');
  const lists = readWarninglists(warninglist);
  const given = readObjects(path);
  const objects = dropTemplates ? given.map(withoutUnfitTemplate) : given;
  const preview = previewOf(objects, lists);
  return { preview, leaving: objects.filter((_, i) => preview.objects[i]!.allowed) };
};

const write = (output: Output, text: string): void => {
  output.write(`${text}\n`);
};

const preview = async (path: string, flags: PreviewFlags, output: Output): Promise<void> => {
  const { preview: seen, leaving } = await looked(path, flags);
  if (flags.out !== undefined) {
    const { envelopeText } = await import('./share-submit.ts');
    const { writeOutput } = await import('./write-output.ts');
    writeOutput(flags.out, envelopeText(leaving));
  }
  if (flags.json) write(output, forJson(seen, 2));
  else {
    const { previewLines } = await import('./share-show.ts');
    // What --out wrote holds nothing that is refused.
    const all = flags.out !== undefined || seen.refused === 0;
    const next = `${forTerminal(flags.out ?? path, 200)}${all ? '' : ' --partial'}`;
    write(
      output,
      [
        ...previewLines(seen),
        ...(leaving.length === 0
          ? []
          : ['', `next: stillwatch share submit ${next} --hub URL --token-file FILE --key FILE`]),
      ].join('\n'),
    );
  }
  if (seen.refused > 0) process.exitCode = REFUSED_EXIT;
};

const submit = async (path: string, flags: SubmitFlags, output: Output): Promise<void> => {
  const { readSigningKey, readTokenFile } = await import('./share-files.ts');
  const key = readSigningKey(flags.key);
  const token = readTokenFile(flags.tokenFile);
  const { preview: seen, leaving } = await looked(path, flags);
  const { previewLines } = await import('./share-show.ts');
  if (seen.refused > 0) process.exitCode = REFUSED_EXIT;
  if (leaving.length === 0 || (seen.refused > 0 && !flags.partial)) {
    const why =
      leaving.length === 0
        ? 'Nothing was sent: nothing of it may leave.'
        : 'Nothing was sent; --partial sends what may leave.';
    const lines = [...previewLines(seen), why];
    write(output, flags.json ? forJson({ preview: seen, sent: null }, 2) : lines.join('\n'));
    return;
  }
  const { submit: send } = await import('./share-submit.ts');
  // The firewall lets plain objects pass only.
  const sent = await send(leaving as readonly Readonly<Record<string, unknown>>[], {
    ...flags,
    token,
    key,
  });
  if (sent.failures.length > 0) process.exitCode = REFUSED_EXIT;
  if (flags.json) return write(output, forJson({ preview: seen, sent }, 2));
  write(
    output,
    [
      `${sent.success} of ${sent.total} accepted by ${forTerminal(flags.hub, 200)}.`,
      ...sent.published.map(
        ({ id, published }) => `  ${forTerminal(id)} is published as ${forTerminal(published)}`,
      ),
      ...sent.failures.map(
        ({ id, message }) => `  refused ${forTerminal(id, 80)}: ${forTerminal(message ?? '', 300)}`,
      ),
      ...(sent.success === 0
        ? []
        : [
            '',
            'next: take something back by sending it again with "revoked": true and a later "modified".',
          ]),
    ].join('\n'),
  );
};

const newKey = async (
  { out, json }: { readonly out: string; readonly json?: boolean },
  output: Output,
): Promise<void> => {
  const { randomBytes } = await import('node:crypto');
  const { SIGNING_KEY, writeSeed } = await import('./share-files.ts');
  const { privateKeyOf, rawPublicKey } = await import('../share/sharing/signing/ed25519.ts');
  const { memberKeyId } = await import('../share/sharing/signing/member-key.ts');
  const { toBase64Url } = await import('../share/sharing/signing/base64.ts');
  const seed = randomBytes(32);
  const raw = rawPublicKey(privateKeyOf(seed));
  writeSeed(out, SIGNING_KEY, seed);
  const made = { key: memberKeyId(raw), publicKey: toBase64Url(raw), file: out };
  write(
    output,
    json
      ? forJson(made)
      : [
          `The private key is in ${forTerminal(out, 200)}: keep it; the hub never asks for it.`,
          `Its id is ${made.key}, its public key ${made.publicKey}.`,
          '',
          `next: the operator registers it: stillwatch hub member key add MEMBER ${made.publicKey} --data DIR`,
        ].join('\n'),
  );
};

const WARNINGLIST = 'MISP warninglists: what no indicator may name';
const DROP = 'leave templates away that hold words outside the published vocabulary';

const checkHub = (text: string): string => {
  if (!URL.canParse(text))
    throw new StillwatchError('USAGE', '--hub is no URL', 'Give it as https://hub.example.');
  return text;
};

export const addShareCommand = (program: Command, output: Output = process.stdout): void => {
  const share = program
    .command('share')
    .description('look at what would leave, sign it, send it to a hub')
    .addHelpText('after', '\nExample:\n  stillwatch share preview bundle.json');
  share
    .command('preview')
    .description('show the exact bytes that would leave, and what would be refused and why')
    .argument('<bundle>', 'a STIX bundle, a TAXII envelope, a list or one object, as JSON')
    .option('--warninglist <file...>', WARNINGLIST)
    .option('--drop-templates', DROP)
    .option('--out <file>', 'write what may leave, as the canonical JSON that would be sent')
    .option('--json', 'print the preview as JSON')
    .addHelpText(
      'after',
      `
Examples:
  stillwatch share preview bundle.json
  stillwatch share preview bundle.json --warninglist campus.json resellers.json --out leaves.json

Exit status: 0 all of it would leave, 2 usage, 3 something is refused, 4 unreadable input.`,
    )
    .action((path: string, flags: PreviewFlags) => preview(path, flags, output));
  share
    .command('submit')
    .description('sign what may leave and send it to a guarded collection of a hub')
    .argument('<bundle>', 'as for `share preview`')
    .requiredOption('--hub <url>', 'the hub, as https://hub.example', checkHub)
    .requiredOption('--token-file <file>', 'holds your token of the hub')
    .requiredOption('--key <file>', 'your signing key, see `share key new`')
    .option('--collection <id>', 'id or alias of the collection', 'exchange')
    .option('--partial', 'send what may leave, although something is refused')
    .option('--warninglist <file...>', WARNINGLIST)
    .option('--drop-templates', DROP)
    .option('--plain-http', 'send the token over http to another machine')
    .option('--json', 'print preview and outcome as JSON')
    .addHelpText(
      'after',
      `
Example:
  stillwatch share submit bundle.json --hub https://hub.example --token-file token.txt --key lab.key

Exit status: 0 all was accepted, 2 usage, 3 something is refused here or by the hub, 4 unreadable
input, or the hub cannot be reached.`,
    )
    .action((path: string, flags: SubmitFlags) => submit(path, flags, output));
  addBlindCommand(share, output, checkHub);
  const signingKey = share
    .command('key')
    .description('make and replace signing keys')
    .addHelpText('after', '\nExample:\n  stillwatch share key new --out lab.key');
  signingKey
    .command('new')
    .description('make an Ed25519 signing key')
    .requiredOption('--out <file>', 'a new file, readable by you alone')
    .option('--json', 'print the public key as JSON')
    .addHelpText(
      'after',
      '\nExample:\n  stillwatch share key new --out lab.key\n\nExit status: 0 done, 2 usage, 4 the file cannot be written.',
    )
    .action((flags: { readonly out: string; readonly json?: boolean }) => newKey(flags, output));
  addRotateCommand(signingKey, output, checkHub);
};
