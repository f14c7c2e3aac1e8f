/** `stillwatch ledger verify`: whether a hub's ledger holds what it claims, offline and without its help. */
import { readFileSync, statSync } from 'node:fs';
import type { Command } from 'commander';
import { StillwatchError } from '../base/errors.ts';
import { forTerminal } from '../base/safe-text.ts';
import { decodeBundleFile, MAX_BUNDLE_BYTES } from '../share/ledger/bundle-file.ts';
import { folderStorage } from '../share/ledger/folder-storage.ts';
import { trustPolicy } from '../share/ledger/trust.ts';
import { LOG_KEY, parseVerifierKey, WITNESS_KEY } from '../share/ledger/verifier-key.ts';
import { type BundleTrust, verifyBundle } from '../share/ledger/verify.ts';
import { verifyFiles } from '../share/ledger/verify-files.ts';

type Output = NodeJS.WritableStream;

interface Options {
  readonly key?: readonly string[];
  readonly witness?: readonly string[];
  readonly quorum?: string;
  readonly since?: string;
  readonly json?: boolean;
}

const unreadable = (path: string, why: string): StillwatchError =>
  new StillwatchError(
    'INPUT_UNREADABLE',
    `${path}: ${why}`,
    'Give a bundle, or a folder that holds `checkpoint` and `tile/`.',
  );

const readText = (path: string): string => {
  let bytes: Uint8Array;
  try {
    if (statSync(path).size > MAX_BUNDLE_BYTES) throw new Error('is too large');
    bytes = readFileSync(path);
  } catch (cause) {
    throw unreadable(path, (cause as Error).message);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw unreadable(path, 'is not UTF-8');
  }
};

const isFolder = (path: string): boolean => {
  try {
    return statSync(path).isDirectory();
  } catch (cause) {
    throw unreadable(path, (cause as Error).message);
  }
};

const trustOf = ({ key = [], witness = [], quorum, since }: Options): BundleTrust => {
  if (quorum !== undefined && !/^\d{1,3}$/.test(quorum))
    throw new StillwatchError(
      'USAGE',
      `--quorum ${forTerminal(quorum)} is no number of witnesses`,
      'Give a whole number, at most that of the witnesses.',
    );
  const policy = trustPolicy({
    log: key.map((text) => parseVerifierKey(text, LOG_KEY)),
    witnesses: witness.map((text) => parseVerifierKey(text, WITNESS_KEY)),
    quorum: quorum === undefined ? witness.length : Number(quorum),
  });
  return { ...policy, kept: since === undefined ? undefined : readText(since) };
};

/** What is printed, and as JSON: the same for a bundle and for files. */
interface Outcome {
  readonly origin: string;
  readonly size: number;
  readonly root: string;
  readonly keys: 'given' | 'of the bundle';
  readonly witnesses: readonly { readonly name: string; readonly seconds: number }[];
  readonly since: number | null;
  /** Of a bundle: the entries that it proves. */
  readonly entries?: readonly {
    readonly index: number;
    readonly kind: string;
    readonly opened: readonly string[];
  }[];
  /** Of files: how many entries there are of each kind. */
  readonly events?: Readonly<Record<string, number>>;
}

const verifyPath = async (path: string, options: Options): Promise<Outcome> => {
  const trust = trustOf(options);
  const common = (checkpoint: ReturnType<typeof verifyBundle>['checkpoint']) => ({
    origin: checkpoint.origin,
    size: checkpoint.size,
    root: Buffer.from(checkpoint.root).toString('base64'),
    witnesses: checkpoint.witnessed,
  });
  if (!isFolder(path)) {
    const { checkpoint, entries, since } = verifyBundle(decodeBundleFile(readText(path)), trust);
    return {
      ...common(checkpoint),
      keys: trust.log.length > 0 ? 'given' : 'of the bundle',
      since: since ?? null,
      entries: entries.map(({ index, event, opened }) => ({ index, kind: event.kind, opened })),
    };
  }
  if (trust.log.length === 0)
    throw new StillwatchError(
      'USAGE',
      'The files of a ledger do not name its key',
      'Give the key that the ledger published: --key NAME+KEYID+BASE64.',
    );
  const { checkpoint, kinds, since } = await verifyFiles(folderStorage(path).read, trust);
  return { ...common(checkpoint), keys: 'given', since: since ?? null, events: kinds };
};

const shown = ({ entries, events }: Outcome): string => {
  if (events !== undefined) {
    const counts = Object.entries(events).map(([kind, count]) => `${count} ${kind}`);
    return `  events: ${counts.join(', ') || 'none'}`;
  }
  const listed = (entries ?? []).map(
    ({ index, kind, opened }) =>
      `${index} ${kind}${opened.length > 0 ? ` (shows its ${opened.join(', ')})` : ''}`,
  );
  return `  included: ${listed.join('; ') || 'no entries asked for'}`;
};

const lines = (outcome: Outcome): readonly string[] => {
  const { origin, size, root, keys, witnesses, since } = outcome;
  return [
    `${forTerminal(origin)}: ${size} entries, root ${root}: all of it holds.`,
    shown(outcome),
    since === null
      ? '  Keep the checkpoint: with --since you will know that history stays as it is.'
      : `  nothing before entry ${since} has changed since the older checkpoint`,
    ...witnesses.map(
      ({ name, seconds }) =>
        `  seen by ${forTerminal(name)} at ${new Date(seconds * 1000).toISOString()}`,
    ),
    ...(keys === 'given'
      ? []
      : [
          '  The key is the one in the bundle: compare it with one that you got by another way (--key).',
        ]),
  ];
};

const collect = (value: string, before: readonly string[] = []): readonly string[] => [
  ...before,
  value,
];

export const addLedgerCommand = (program: Command, output: Output = process.stdout): void => {
  const ledger = program
    .command('ledger')
    .description('check the transparency log of a hub')
    .addHelpText('after', '\nExample:\n  stillwatch ledger verify bundle.json');
  ledger
    .command('verify')
    .description(
      'check a bundle or a copy of the files of a ledger, offline, and fail when anything differs',
    )
    .argument('<path>', 'a bundle, or a folder with `checkpoint` and `tile/`')
    .option('--key <vkey>', 'verifier key of the ledger; repeat it while keys change', collect)
    .option('--witness <vkey>', 'verifier key of a witness; repeat it for several', collect)
    .option('--quorum <n>', 'how many of the witnesses must have cosigned; all by default')
    .option('--since <file>', 'a checkpoint you kept: nothing before it may have changed')
    .option('--json', 'print the result as JSON')
    .addHelpText(
      'after',
      `
Examples:
  stillwatch ledger verify bundle.json --key "$LEDGER_KEY" --since checkpoint.txt
  stillwatch ledger verify mirror/ --key "$LEDGER_KEY" --witness "$WITNESS_A" --witness "$WITNESS_B" --quorum 1

Exit status: 0 all of it holds, 1 something does not, 2 usage or an unusable key, 4 unreadable.`,
    )
    .action(async (path: string, options: Options) => {
      const outcome = await verifyPath(path, options);
      const text = options.json ? JSON.stringify(outcome) : lines(outcome).join('\n');
      output.write(`${text}\n`);
    });
};
