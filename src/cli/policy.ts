/** `stillwatch policy check|simulate|explain`: a policy before it acts on anybody. */
import { readFileSync, statSync } from 'node:fs';
import { type Command, InvalidArgumentError } from 'commander';
import { StillwatchError } from '../base/errors.ts';
import { forJson, forTerminal } from '../base/safe-text.ts';
import type { KnownFlags } from './policy-facts.ts';

type Output = NodeJS.WritableStream;

const MAX_BYTES = 4_000_000;
/** Exit status of a policy with faults. */
const FAULTY = 4;

const readText = (path: string): string => {
  try {
    if (statSync(path).size > MAX_BYTES) throw new Error('is too large');
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new StillwatchError(
      'INPUT_UNREADABLE',
      `${forTerminal(path)}: ${(cause as Error).message}`,
      'Give a policy file; docs/reference/policy.md says what it holds.',
      { cause },
    );
  }
};

const rate = (text: string): number => {
  const value = Number(text);
  if (!(value > 0 && value < 1))
    throw new InvalidArgumentError('a rate above 0 and below 1 is expected, such as 0.01.');
  return value;
};

const collect = (value: string, before: readonly string[] = []): string[] => [...before, value];

const addKnownOptions = (command: Command): Command =>
  command
    .option('--against <log>', 'scan this log; repeat it for several', collect)
    .option('--report <file>', 'a report of `stillwatch scan --json` in place of a log')
    .option('--accounts <file>', 'what is known of the accounts (JSON lines or CSV)')
    .option('--baseline <file>', 'known-good traffic, made by `stillwatch baseline`')
    .option('--fdr <rate>', 'false discovery rate of the scan', rate, 0.01)
    .option('--json', 'print JSON');

const CHECK_HELP = `
Example:
  stillwatch policy check policy.yaml

Exit status: 0 sound, 2 usage, 4 unreadable or with faults.`;

const SIMULATE_HELP = `
Examples:
  stillwatch policy simulate policy.yaml --against traffic.jsonl --accounts accounts.jsonl
  stillwatch policy simulate policy.yaml --report report.json --json

Exit status: 0 done, 2 usage, 4 unreadable input or a policy with faults.`;

const EXPLAIN_HELP = `
Example:
  stillwatch policy explain policy.yaml acct_20 --report report.json

Exit status: 0 done, 2 usage (also: no such account), 4 unreadable input or a policy with faults.`;

export const addPolicyCommand = (program: Command, output: Output = process.stdout): void => {
  const policy = program
    .command('policy')
    .description('check what a lab would do with its findings, before it does');

  policy
    .command('check')
    .description('list every fault of a policy with its line, or none')
    .argument('<file>', 'the policy, YAML')
    .option('--json', 'print JSON')
    .addHelpText('after', CHECK_HELP)
    .action(async (path: string, flags: { json?: boolean }) => {
      const { readPolicy } = await import('../act/response/policy/read-policy.ts');
      const { faultsText, soundText } = await import('./policy-text.ts');
      const read = readPolicy(readText(path));
      const faults = 'faults' in read ? read.faults : [];
      if (faults.length > 0) process.exitCode = FAULTY;
      const version = 'policy' in read ? read.policy.version : null;
      const text =
        'policy' in read
          ? soundText(forTerminal(path), read.policy)
          : faultsText(forTerminal(path), faults);
      output.write(
        `${flags.json ? forJson({ sound: version !== null, version, faults }, 2) : text}\n`,
      );
    });

  const simulate = policy
    .command('simulate')
    .description(
      'whom a policy would hit, by rule, segment and tier, and how many of them are honest',
    )
    .argument('<file>', 'the policy, YAML');
  addKnownOptions(simulate)
    .addHelpText('after', SIMULATE_HELP)
    .action(async (path: string, flags: KnownFlags & { json?: boolean }) => {
      const { policyFrom } = await import('../act/response/policy/read-policy.ts');
      const { blastRadius } = await import('../act/response/policy/blast-radius.ts');
      const { knownFrom } = await import('./policy-facts.ts');
      const { radiusText } = await import('./policy-text.ts');
      const read = policyFrom(readText(path), forTerminal(path));
      const { facts, now, limits } = await knownFrom(flags);
      const radius = blastRadius(facts, read, now);
      output.write(
        `${flags.json ? forJson({ ...radius, limits }, 2) : radiusText(radius, limits)}\n`,
      );
    });

  const explain = policy
    .command('explain')
    .description('what each rule of a policy makes of one account, and why')
    .argument('<file>', 'the policy, YAML')
    .argument('<account>', 'account id');
  addKnownOptions(explain)
    .addHelpText('after', EXPLAIN_HELP)
    .action(async (path: string, account: string, flags: KnownFlags & { json?: boolean }) => {
      const { policyFrom } = await import('../act/response/policy/read-policy.ts');
      const { decide } = await import('../act/response/decide.ts');
      const { knownFrom } = await import('./policy-facts.ts');
      const { outcomeText } = await import('./policy-text.ts');
      const read = policyFrom(readText(path), forTerminal(path));
      const { facts, now } = await knownFrom(flags);
      const one = facts.find((known) => known.account.id === account);
      if (one === undefined)
        throw new StillwatchError(
          'SUBJECT_UNKNOWN',
          `there is no account ${forTerminal(account, 80)}`,
          'Give an account of the log; a report names only those with a finding.',
        );
      const outcome = decide(one, read, now);
      output.write(
        `${flags.json ? forJson({ account, facts: one, outcome }, 2) : outcomeText(account, read, outcome)}\n`,
      );
    });
};
