/** `stillwatch indicators derive|match`: from findings to what may be shared, and back to one's own traffic. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { StillwatchError } from '../base/errors.ts';
import { forJson } from '../base/safe-text.ts';
import { PERMITTED_ACTIONS, type PermittedAction } from '../share/indicator/profile/words.ts';
import { isTimestamp } from '../share/stix/timestamp.ts';
import { TLP_LEVELS, type TlpLevel } from '../share/stix/tlp.ts';
import type { MatchFlags } from './indicators-run.ts';

type Output = NodeJS.WritableStream;

interface DeriveFlags {
  readonly evidence?: string;
  readonly out?: string;
  readonly json?: boolean;
  readonly validDays?: number;
  readonly k: number;
  readonly tlp: TlpLevel;
  readonly permit: PermittedAction;
  readonly tokens?: string;
  readonly createdBy?: string;
  readonly at?: string;
}

const whole =
  (least: number, most: number) =>
  (text: string): number => {
    const value = Number(text);
    if (!Number.isSafeInteger(value) || value < least || value > most)
      throw new InvalidArgumentError(`a whole number from ${least} to ${most} is expected.`);
    return value;
  };

const moment = (text: string): string => {
  if (!isTimestamp(text))
    throw new InvalidArgumentError('a time such as 2026-06-14T12:00:00.000Z is expected.');
  return new Date(text).toISOString();
};

const identity = (text: string): string => {
  if (!/^identity--[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(text))
    throw new InvalidArgumentError('identity-- and a UUID is expected.');
  return text;
};

/** Nothing is shared that cannot be computed again: the pack must hold, and hold these campaigns. */
const checkEvidence = async (folder: string, campaigns: readonly string[]): Promise<void> => {
  const { readEvidence } = await import('./evidence-folder.ts');
  const { verifyPack } = await import('../detect/scan/verify-pack.ts');
  const { manifest, campaigns: packed } = readEvidence(folder);
  const differences = verifyPack(manifest, packed);
  const known = new Set(packed.map((c) => c.campaign));
  const missing = campaigns.filter((id) => !known.has(id));
  if (differences.length > 0 || missing.length > 0)
    throw new StillwatchError(
      'EVIDENCE_DIFFERS',
      missing.length > 0
        ? `The evidence pack does not hold ${missing.length} of the report's campaigns`
        : 'Recomputed scores differ from those of the evidence pack',
      'Give the pack that was written with this report; `stillwatch verify DIR` says more.',
    );
};

const DERIVE_HELP = `
Examples:
  stillwatch indicators derive report.json --out indicators.json
  stillwatch indicators derive report.json --evidence evidence --tokens tokens.jsonl --k 10 --json

Exit status: 0 done, 1 the evidence differs, 2 usage, 4 unreadable input or output that cannot be written.
What is derived, and what is left out: docs/reference/indicators.md.`;

const MATCH_HELP = `
Examples:
  stillwatch indicators match traffic.jsonl --accounts accounts.jsonl --indicators indicators.json
  stillwatch indicators match 'logs/*.jsonl.gz' --indicators feed.json --known-good customers.txt --json

Exit status: 0 done (hits or not), 2 usage, 4 unreadable input.
What is matched, and the JSON: docs/reference/indicators.md.`;

const addDerive = (parent: Command, output: Output): void => {
  parent
    .command('derive')
    .description('make indicators that may be shared from the findings of a report')
    .argument('<report>', 'a report written by `stillwatch scan --json`; - reads standard input')
    .option('--evidence <folder>', 'its evidence pack: derive only what can be computed again')
    .option('--out <file>', 'write the STIX bundle to a file')
    .option('--json', 'print bundle and what was left out as JSON')
    .option(
      '--valid-days <n>',
      'days until they end (default: the most of each kind)',
      whole(1, 180),
    )
    .option('--k <n>', 'fewest accounts that anything may rest on', whole(5, 10_000), 5)
    .addOption(new Option('--tlp <level>', 'marking').choices(TLP_LEVELS).default('amber'))
    .addOption(
      new Option('--permit <action>', 'the strongest action that recipients may take')
        .choices(PERMITTED_ACTIONS)
        .default('verify'),
    )
    .option('--tokens <file>', 'blinded tokens of accounts (JSON lines: account_id, token)')
    .option('--created-by <id>', 'identity of the producer', identity)
    .option('--at <time>', 'created and valid from (default: the last exchange)', moment)
    .addHelpText('after', DERIVE_HELP)
    .action(async (path: string, flags: DeriveFlags) => {
      const [{ readReport }, { deriveIndicators }, { maskTemplate }, files, show, { writeOutput }] =
        await Promise.all([
          import('./read-report.ts'),
          import('../share/indicator/derive/derive.ts'),
          import('../share/sharing/firewall/template.ts'),
          import('./indicators-files.ts'),
          import('./show/indicators.ts'),
          import('./write-output.ts'),
        ]);
      const report = await readReport(path);
      if (flags.evidence !== undefined)
        await checkEvidence(
          flags.evidence,
          report.campaigns.map((c) => c.id),
        );
      const derived = deriveIndicators(report, {
        ...flags,
        mask: maskTemplate,
        tokens: flags.tokens === undefined ? undefined : files.readTokens(flags.tokens),
      });
      if (flags.out !== undefined) writeOutput(flags.out, `${forJson(derived.bundle, 2)}\n`);
      output.write(
        `${flags.json ? forJson({ bundle: derived.bundle, left_out: derived.leftOut }, 2) : show.renderDerived(derived, flags.out)}\n`,
      );
    });
};

const addMatch = (parent: Command, output: Output): void => {
  parent
    .command('match')
    .description("run somebody else's indicators on one's own traffic")
    .argument('<log...>', 'files, globs, or - for standard input')
    .requiredOption('--indicators <file>', 'a STIX bundle, envelope or list of objects')
    .option('--accounts <file>', 'what is known of the accounts (JSON lines or CSV)')
    .option('--known-good <file>', 'account ids that must not be hit, one per line')
    .option('--tokens <file>', 'blinded tokens of accounts (JSON lines: account_id, token)')
    .option('--at <time>', 'the time at which indicators must be valid (default: now)', moment)
    .option('--threads <n>', 'threads that read the log for fingerprints', whole(0, 64))
    .option('--json', 'print one object')
    .addHelpText('after', MATCH_HELP)
    .action(async (logs: string[], flags: MatchFlags & { readonly json?: boolean }) => {
      const [{ matchLog }, show] = await Promise.all([
        import('./indicators-run.ts'),
        import('./show/indicators.ts'),
      ]);
      const report = await matchLog(logs, flags, Date.now());
      output.write(`${flags.json ? forJson(report, 2) : show.renderMatch(report)}\n`);
    });
};

export const addIndicatorsCommand = (program: Command, output: Output = process.stdout): void => {
  const indicators = program
    .command('indicators')
    .description('derive indicators from findings, and match those of others')
    .addHelpText(
      'after',
      '\nExample:\n  stillwatch indicators derive report.json --out indicators.json',
    );
  addDerive(indicators, output);
  addMatch(indicators, output);
};
