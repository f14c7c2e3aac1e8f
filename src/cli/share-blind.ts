/** `stillwatch share blind`: tokens of one's own accounts, for `indicators derive` and `indicators match`. */
import type { Command } from 'commander';
import { StillwatchError } from '../base/errors.ts';
import { parseJsonText } from '../base/json-text.ts';
import { forJson, forTerminal } from '../base/safe-text.ts';
import type { IdentifierKind } from '../share/sharing/blinding/kind.ts';

interface BlindFlags {
  readonly hub: string;
  readonly tokenFile: string;
  readonly out: string;
  readonly plainHttp?: boolean;
  readonly json?: boolean;
}

/** The property of a line that holds an identifier of each kind; the accounts file has the first. */
const PROPERTIES: readonly (readonly [IdentifierKind, string])[] = [
  ['payment', 'payment_fingerprint'],
  ['email', 'email'],
  ['phone', 'phone'],
  ['organization', 'organization'],
];
const MOST_LINE_BYTES = 65_536;

interface Read {
  /** Accounts by identifier, by kind. */
  readonly wanted: ReadonlyMap<IdentifierKind, ReadonlyMap<string, readonly string[]>>;
  /** Identifiers that cannot be blinded, by code. */
  readonly leftOut: ReadonlyMap<string, number>;
}

const unreadable = (where: string, why: string): StillwatchError =>
  new StillwatchError(
    'INPUT_UNREADABLE',
    `${where} ${why}`,
    'Give JSON lines with account_id and payment_fingerprint, email, phone or organization.',
  );

const readIdentifiers = async (path: string): Promise<Read> => {
  const { readFileSync } = await import('node:fs');
  const { identifierInput } = await import('../share/sharing/blinding/normalize.ts');
  const called = forTerminal(path, 200);
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    throw unreadable(called, `cannot be read (${(cause as NodeJS.ErrnoException).code})`);
  }
  const wanted = new Map<IdentifierKind, Map<string, string[]>>();
  const leftOut = new Map<string, number>();
  const take = (kind: IdentifierKind, identifier: string, account: string): void => {
    try {
      identifierInput(kind, identifier);
    } catch (error) {
      const { code } = error as StillwatchError;
      leftOut.set(code, (leftOut.get(code) ?? 0) + 1);
      return;
    }
    const byIdentifier = wanted.get(kind) ?? new Map<string, string[]>();
    wanted.set(kind, byIdentifier);
    byIdentifier.set(identifier, [...(byIdentifier.get(identifier) ?? []), account]);
  };
  for (const [i, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    const { value } = parseJsonText(line, { maxBytes: MOST_LINE_BYTES, maxDepth: 8 });
    const row = (value ?? {}) as Readonly<Record<string, unknown>>;
    if (typeof row.account_id !== 'string')
      throw unreadable(`${called}, line ${i + 1}:`, 'no JSON object with account_id');
    for (const [kind, property] of PROPERTIES) {
      const identifier = row[property];
      if (typeof identifier === 'string' && identifier !== '')
        take(kind, identifier, row.account_id);
    }
  }
  return { wanted, leftOut };
};

const blind = async (path: string, flags: BlindFlags, output: NodeJS.WritableStream) => {
  const { readTokenFile } = await import('./share-files.ts');
  const { writeOutput } = await import('./write-output.ts');
  const { taxiiClient } = await import('../share/taxii/client.ts');
  const { blindThrough } = await import('../share/taxii/blinding.ts');
  const { wanted, leftOut } = await readIdentifiers(path);
  const { session } = taxiiClient({
    url: flags.hub,
    credential: { kind: 'bearer', token: readTokenFile(flags.tokenFile) },
    plainHttp: flags.plainHttp ?? false,
  });
  const lines: string[] = [];
  let identifiers = 0;
  try {
    for (const [kind, byIdentifier] of wanted)
      await blindThrough(session, kind, [...byIdentifier.keys()], (tokens) => {
        identifiers += tokens.size;
        for (const [identifier, token] of tokens)
          for (const account_id of byIdentifier.get(identifier)!)
            lines.push(`${JSON.stringify({ account_id, token })}\n`);
      });
  } finally {
    // What the budget has paid for is kept, also when the rest could not be had.
    if (lines.length > 0) writeOutput(flags.out, lines.join(''));
  }
  const left = Object.fromEntries(leftOut);
  output.write(
    flags.json
      ? `${forJson({ identifiers, tokens: lines.length, left_out: left, file: flags.out })}\n`
      : [
          `${identifiers} identifiers blinded, ${lines.length} tokens of accounts in ${forTerminal(flags.out, 200)}.`,
          ...Object.entries(left).map(([code, count]) => `  left out: ${count} (${code})`),
          '',
          `next: stillwatch indicators derive REPORT.json --tokens ${forTerminal(flags.out, 200)} --out indicators.json`,
          '',
        ].join('\n'),
  );
};

export const addBlindCommand = (
  share: Command,
  output: NodeJS.WritableStream,
  checkHub: (url: string) => string,
): void => {
  share
    .command('blind')
    .description('have identifiers of your accounts blinded by the hub, which learns none of them')
    .argument(
      '<accounts>',
      'JSON lines: account_id, payment_fingerprint, email, phone, organization',
    )
    .requiredOption('--hub <url>', 'the hub, as https://hub.example', checkHub)
    .requiredOption('--token-file <file>', 'holds your token of the hub, of scope write')
    .requiredOption('--out <file>', 'write the tokens, for `indicators derive` and `match`')
    .option('--plain-http', 'send the token over http to another machine')
    .option('--json', 'print the counts as JSON')
    .addHelpText(
      'after',
      `
Example:
  stillwatch share blind accounts.jsonl --hub https://hub.example --token-file token.txt --out tokens.jsonl

Tokens hold for a quarter: nothing is to be blinded twice in it.

Exit status: 0 done, 1 the hub did not prove its answer, 2 usage, 4 unreadable input, or the hub does not answer.`,
    )
    .action((path: string, flags: BlindFlags) => blind(path, flags, output));
};
