/** `stillwatch demo`: the whole of it in one command, on simulated traffic. */
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import { StillwatchError } from '../../base/errors.ts';
import { forTerminal } from '../../base/safe-text.ts';
import type { Apart } from './apart.ts';
import type { Running } from './story-types.ts';

interface Flags {
  readonly seed: number;
  readonly accounts: number;
  readonly data?: string;
  readonly keep?: boolean;
  readonly json?: boolean;
}

const DAY = 86_400_000;
/** Accounts of the operator for each hundred honest ones at lab A. */
const HYDRA_SHARE = 0.3;

const whole =
  (low: number, high: number) =>
  (text: string): number => {
    const value = Number(text);
    if (!Number.isSafeInteger(value) || value < low || value > high)
      throw new InvalidArgumentError(`a whole number from ${low} to ${high} is expected.`);
    return value;
  };

const HELP = `
Examples:
  stillwatch demo
  stillwatch demo --seed 7 --json
  stillwatch demo --keep

A hub, three labs with their gates, gateways and simulated models run in this process, on ports that the
system chooses; nothing is installed and nothing leaves the machine. All traffic is simulated. What is
measured, and what is not: docs/guides/demo.md.

Exit status: 0 the story came out as told, 1 it did not (what is missing is told), 2 usage, 4 a folder that
cannot be used.`;

/** The folder to work in, and what removes it again. */
const workFolder = (
  data: string | undefined,
): { readonly path: string; readonly remove: () => void } => {
  if (data === undefined) {
    const path = mkdtempSync(join(tmpdir(), 'stillwatch-demo-'));
    return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
  }
  const path = resolve(data);
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
    if (readdirSync(path).length > 0)
      throw new StillwatchError(
        'USAGE',
        `${forTerminal(data, 200)} is not empty`,
        'Name a new folder: the labs of a demo begin without a past.',
      );
  } catch (cause) {
    if (cause instanceof StillwatchError) throw cause;
    throw new StillwatchError(
      'OUTPUT_UNWRITABLE',
      `${forTerminal(data, 200)}: ${(cause as Error).message}`,
      'Name a folder that can be written.',
      { cause },
    );
  }
  return { path, remove: () => undefined };
};

const addresses = ({ hub, labs }: Running): object => ({
  hub: { url: hub.url, operator_token_file: hub.operatorTokenFile },
  labs: Object.fromEntries(
    labs.map(({ name, lab, gate, gateway, tokenFile }) => [
      name,
      { url: lab.url, gate: gate.url, gateway: gateway.url.href, token_file: tokenFile },
    ]),
  ),
});

const keptText = ({ hub, labs }: Running): string => {
  const [a] = labs;
  return [
    'Everything is still running. Ctrl-C stops it.',
    '',
    `  hub    ${hub.url}   token: ${hub.operatorTokenFile}`,
    ...labs.map(
      ({ name, lab, gate, gateway, tokenFile }) =>
        `  lab ${name}  ${lab.url}   gate ${gate.url}   gateway ${gateway.url.origin}   token: ${tokenFile}`,
    ),
    '',
    'Next:',
    `  curl -H "Authorization: Bearer $(cat ${a!.tokenFile})" ${a!.lab.url}/findings?seen=true`,
    `  curl -H "Authorization: Bearer $(cat ${a!.tokenFile})" ${a!.lab.url}/decisions`,
    `  stillwatch hub health --url ${hub.url}`,
    '',
  ].join('\n');
};

const interrupted = (): Promise<void> =>
  new Promise((done) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => done());
  });

const run = async (flags: Flags, output: NodeJS.WritableStream): Promise<void> => {
  const { createDemoWorld } = await import('../../prove/demo/world.ts');
  const { tellStory } = await import('./story.ts');
  const { playApart } = await import('./apart.ts');
  const { opening, sentenceOf } = await import('./narrate.ts');
  const { outcomeOf, tableOf } = await import('./table.ts');
  const { seed, json = false } = flags;
  const started = performance.now();
  const folder = workFolder(flags.data);
  const cutShort = (): void => {
    folder.remove();
    process.exit(130);
  };
  const signals = ['SIGINT', 'SIGTERM'] as const;
  for (const signal of signals) process.once(signal, cutShort);
  const letGo = (): void => {
    for (const signal of signals) process.removeListener(signal, cutShort);
  };
  const tty = process.stderr.isTTY === true;
  const progress = (text: string): void => {
    if (tty) process.stderr.write(`\r\u001b[2K${text}`);
  };
  const say = (text: string): void => {
    progress('');
    if (!json) output.write(text);
  };
  const onError = (error: unknown): void => {
    progress('');
    process.stderr.write(`stillwatch demo: ${forTerminal(String(error), 500)}\n`);
  };
  let running: Running | null = null;
  try {
    say(opening(seed));
    const world = createDemoWorld({
      seed,
      honest: flags.accounts,
      hydra: Math.round(flags.accounts * HYDRA_SHARE),
      end: Math.floor(Date.now() / DAY) * DAY,
    });
    running = await tellStory({
      world,
      folder: folder.path,
      onError,
      tell: (event) => {
        if (event.event === 'hour')
          progress(`hour ${event.hour} of the traffic, ${event.requests} requests`);
        const sentence = sentenceOf(event);
        if (sentence !== undefined) say(sentence);
      },
    });
    const { story } = running;
    if (flags.keep !== true) await running.stop();
    let apart: Apart | null = null;
    if (story.moved_hours !== null)
      apart = await playApart({
        world,
        folder: folder.path,
        movesAt: story.moved_hours,
        afterHour: (hour) => progress(`the same without sharing: hour ${hour}`),
        onError,
      });
    const outcome = outcomeOf(story, apart);
    const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
    const resources = {
      seconds: Math.round((performance.now() - started) / 100) / 10,
      processor_seconds: Math.round((userCPUTime + systemCPUTime) / 1e5) / 10,
      peak_memory_bytes: maxRSS * 1024,
    };
    const kept = flags.keep === true ? { running: addresses(running) } : {};
    if (json)
      output.write(
        `${JSON.stringify({ version: 1, simulated: true, seed, ...outcome, ...resources, story, apart, ...kept })}\n`,
      );
    else {
      say(tableOf(story, apart));
      say(
        `${resources.seconds} s, at most ${Math.round(resources.peak_memory_bytes / 2 ** 20)} MB of memory.\n`,
      );
      if (!outcome.complete)
        say(
          `\nThe story did not come out as it is told:\n${outcome.missing.map((one) => `  ${one}\n`).join('')}`,
        );
    }
    if (!outcome.complete) process.exitCode = 1;
    if (flags.keep === true) {
      if (!json) say(`\n${keptText(running)}`);
      letGo();
      await interrupted();
    } else if (!json)
      say(
        '\nNext:\n  stillwatch demo --keep\n  stillwatch simulate mixed --out out/first-look && stillwatch scan out/first-look/traffic.jsonl --accounts out/first-look/accounts.jsonl\n',
      );
  } finally {
    await running?.stop();
    letGo();
    folder.remove();
  }
};

export const addDemoCommand = (
  program: Command,
  output: NodeJS.WritableStream = process.stdout,
): void => {
  program
    .command('demo')
    .description('three labs, a hub and an operator who moves between them, in one minute')
    .option('--seed <n>', 'the same seed gives the same world', whole(0, 1_000_000), 1)
    .option(
      '--accounts <n>',
      'honest accounts at lab A; the others have fewer',
      whole(60, 5000),
      200,
    )
    .option('--data <dir>', 'a new folder that stays; a temporary one otherwise')
    .option('--keep', 'leave everything running, and print addresses and token files')
    .option('--json', 'print one object at the end')
    .addHelpText('after', HELP)
    .action((flags: Flags) => run(flags, output));
};
