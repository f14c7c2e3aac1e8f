/** `stillwatch simulate WORLD --out DIR`: writes a world with known answers. */
import cliProgress from 'cli-progress';
import { Argument, type Command, InvalidArgumentError, Option } from 'commander';
import { type ArrivalTrace, readArrivals } from '../prove/simulate/arrivals.ts';
import type { Corpus } from '../prove/simulate/corpus.ts';
import { LANGUAGES } from '../prove/simulate/grammar/languages.ts';
import {
  EVASIONS,
  type Evasion,
  NETWORKS,
  type Range,
  SCHEDULES,
  WORLDS,
  type World,
  type WorldRequest,
} from '../prove/simulate/options.ts';
import { readPromptFile } from '../prove/simulate/prompt-file.ts';
import { type WorldSummary, writeWorld } from '../prove/simulate/write-world.ts';

interface Flags
  extends Pick<
    WorldRequest,
    | 'exchanges'
    | 'accounts'
    | 'seed'
    | 'days'
    | 'unrelated'
    | 'network'
    | 'schedule'
    | 'releasePivot'
    | 'language'
    | 'campaigns'
    | 'campaignAccounts'
    | 'perAccount'
    | 'accountDays'
  > {
  readonly out: string;
  readonly evade?: Evasion[];
  readonly jitter?: number;
  readonly harvest?: readonly string[];
  readonly everyday?: readonly string[];
  readonly evaluation?: readonly string[];
  readonly arrivals?: readonly string[];
  readonly json?: boolean;
}

const whole = (text: string): number => {
  const value = Number(text.replaceAll('_', ''));
  if (!Number.isSafeInteger(value) || value < 0)
    throw new InvalidArgumentError('a whole number, 0 or more, is expected.');
  return value;
};

const seconds = (text: string): number => {
  const value = Number(text);
  if (!(value >= 0) || !Number.isFinite(value))
    throw new InvalidArgumentError('seconds, 0 or more, are expected.');
  return value;
};

const range = (text: string): Range => {
  const match = /^(\d+)(?:-(\d+))?$/.exec(text);
  if (match === null) throw new InvalidArgumentError('a number or MIN-MAX is expected.');
  return [Number(match[1]), Number(match[2] ?? match[1])];
};

const days = (text: string): number => {
  const value = Number(text);
  if (!(value > 0) || !Number.isFinite(value))
    throw new InvalidArgumentError('days, more than 0, are expected.');
  return value;
};

const shares = (text: string): number[] =>
  text.split(',').map((part) => {
    const share = Number(part);
    if (part.trim() === '' || !(share >= 0 && share < 1))
      throw new InvalidArgumentError('a share of 0 or more and below 1 is expected.');
    return share;
  });

const request = (world: World, flags: Flags): WorldRequest => {
  const { out, json, jitter, harvest, everyday, evaluation, arrivals, ...rest } = flags;
  const corpora = (paths: readonly string[] | undefined): Corpus[] =>
    (paths ?? []).map(readPromptFile);
  const traces: ArrivalTrace[] = (arrivals ?? []).map(readArrivals);
  return {
    ...rest,
    ...(jitter === undefined ? {} : { jitterSeconds: jitter }),
    world,
    harvest: corpora(harvest),
    everyday: corpora(everyday),
    evaluation: corpora(evaluation),
    arrivals: traces,
  };
};

/** A bar on a terminal, nothing elsewhere. */
const countingBar = (): { update: (done: number, of: number) => void; stop: () => void } => {
  if (!process.stderr.isTTY) return { update: () => {}, stop: () => {} };
  const bar = new cliProgress.SingleBar({
    stream: process.stderr,
    format: 'composing {bar} {percentage} % {value} exchanges',
    clearOnComplete: true,
    hideCursor: true,
    gracefulExit: true,
  });
  bar.start(1, 0);
  return {
    update: (done, of) => {
      bar.setTotal(of);
      bar.update(done);
    },
    stop: () => bar.stop(),
  };
};

const quoted = (path: string): string =>
  /^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;

const humanText = (out: string, summary: WorldSummary): string => {
  const { counts } = summary;
  const rows = Object.entries(counts.groups)
    .sort((a, b) => b[1] - a[1])
    .map(([group, n]) => `  ${group.padEnd(24)}${n.toLocaleString('en').padStart(8)}`);
  const next = `stillwatch scan ${quoted(`${out}/traffic.jsonl`)} --accounts ${quoted(`${out}/accounts.jsonl`)}`;
  return [
    `${counts.exchanges.toLocaleString('en')} exchanges, ${counts.accounts.toLocaleString('en')} accounts, ${summary.campaigns.length} campaigns`,
    ...rows,
    '',
    `next: ${next}`,
    '',
  ].join('\n');
};

const HELP = `
Examples:
  stillwatch simulate mixed --out out/first-look --seed 7
  stillwatch simulate quiet --out out/known-good --accounts 6000

Exit status: 0 done, 2 usage, 4 unreadable prompts or arrivals, or a folder that cannot be written.
Worlds and options: docs/reference/worlds.md.`;

export const addSimulateCommand = (
  program: Command,
  output: NodeJS.WritableStream = process.stdout,
): void => {
  program
    .command('simulate')
    .description('write a log with known answers: traffic, accounts, labels')
    .addArgument(new Argument('<world>', 'which world').choices(WORLDS))
    .requiredOption(
      '--out <dir>',
      'folder for traffic.jsonl, accounts.jsonl, labels.jsonl, world.json',
    )
    .option('--exchanges <n>', 'exchanges to aim at', whole)
    .option('--accounts <n>', 'accounts, campaigns included', whole)
    .option('--seed <n>', 'the same seed gives the same bytes', whole)
    .option('--days <n>', 'days the log covers (14)', whole)
    .option('--campaigns <n>', 'number of campaigns', whole)
    .option('--campaign-accounts <n|min-max>', 'accounts of a campaign (40-150)', range)
    .option(
      '--per-account <n|min-max>',
      'exchanges per campaign account, unrelated use included (25-150)',
      range,
    )
    .option(
      '--unrelated <share[,share...]>',
      'share of a campaign account that is resold everyday use; campaigns take the values in turn',
      shares,
    )
    .addOption(new Option('--network <grade>', 'evidence of one operator (weak)').choices(NETWORKS))
    .option('--jitter <seconds>', 'delay between accounts that follow one order (60)', seconds)
    .addOption(new Option('--schedule <kind>', 'hours of a harvest (human)').choices(SCHEDULES))
    .option('--arrivals <file...>', 'recorded arrivals for --schedule real')
    .option('--release-pivot', 'a new model appears in the middle of the world')
    .addOption(
      new Option('--language <code>', 'language of composed harvests (en)').choices([
        ...LANGUAGES,
        'mix',
      ]),
    )
    .addOption(new Option('--evade <how...>', 'what campaigns do to escape').choices(EVASIONS))
    .option('--account-days <n>', 'a campaign leaves each account after so many days', days)
    .option('--harvest <file...>', 'prompts of campaigns, JSON lines')
    .option('--everyday <file...>', 'prompts of ordinary use, JSON lines')
    .option('--evaluation <file...>', 'prompts of public evaluations, JSON lines')
    .option('--json', 'print one object')
    .addHelpText('after', HELP)
    .action(async (world: World, flags: Flags) => {
      const bar = countingBar();
      try {
        const summary = await writeWorld(request(world, flags), flags.out, bar.update);
        bar.stop();
        output.write(
          flags.json === true ? `${JSON.stringify(summary)}\n` : humanText(flags.out, summary),
        );
      } finally {
        bar.stop();
      }
    });
};
