/** `stillwatch lab decisions`: what holds at the gate of a running lab, by rule or by hand. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { ACTIONS, type Decision, SUBJECT_KINDS } from '../../act/response/decision.ts';
import { forJson, forTerminal } from '../../base/safe-text.ts';
import { addClientOptions, askLab, type ClientFlags } from './client.ts';

export type Output = Pick<NodeJS.WritableStream, 'write'>;

export const shower =
  (output: Output) =>
  (value: unknown, flags: ClientFlags, text: () => string): void => {
    output.write(`${flags.json ? forJson(value, 2) : text()}\n`);
  };

/** The end of the help of a command that asks a lab about decisions. */
export const example = (line: string): string =>
  `\nExample:\n  ${line}\n\nExit status: 0 done, 1 refused in the state as it is, 2 usage or nothing of that id,\n4 the lab does not answer or refuses, or the policy holds a fault.`;

const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };
/** Seconds. */
export const duration = (written: string): number => {
  const match = /^([1-9]\d{0,6})([smhd])$/.exec(written);
  if (match === null)
    throw new InvalidArgumentError('a duration such as 30m, 24h or 7d is expected.');
  return Number(match[1]) * UNITS[match[2]!]!;
};

export const subjectText = ({ kind, value }: Decision['subject']): string =>
  `${kind} ${forTerminal(value, 60)}`;

export const decisionText = (one: Decision): string =>
  [
    one.id,
    one.mode,
    one.action,
    subjectText(one.subject),
    one.reason,
    one.rule ?? `by ${forTerminal(one.owner, 40)}`,
    `until ${new Date(one.until).toISOString()}`,
  ].join('  ');

interface Kept {
  readonly decision: Decision;
  readonly lifted: { readonly at: number; readonly by: string; readonly because: string } | null;
  readonly in_force: boolean;
  readonly note: string | null;
  readonly remediations: Readonly<Record<string, number>> | null;
  readonly appeal: string | null;
}

const keptText = ({ decision, lifted, in_force, note, remediations, appeal }: Kept): string =>
  [
    decisionText(decision),
    `obligations  ${JSON.stringify(decision.obligations)}`,
    `owner        ${forTerminal(decision.owner)}${decision.policy === null ? '' : `, policy ${decision.policy}`}`,
    `rests on     ${decision.rests_on.map((id) => forTerminal(id)).join(', ') || 'nothing'}`,
    lifted !== null
      ? `lifted       ${new Date(lifted.at).toISOString()} by ${forTerminal(lifted.by)}: ${forTerminal(lifted.because)}`
      : `in force     ${in_force ? 'yes' : 'no, its time is over'}`,
    ...(note === null ? [] : [`note         ${forTerminal(note)}`]),
    `gateways     ${remediations === null ? 'reported nothing' : JSON.stringify(remediations)}`,
    ...(appeal === null ? [] : [`appeal       ${appeal}`]),
  ].join('\n');

type ListFlags = Readonly<Partial<Record<'mode' | 'rule' | 'action' | 'kind' | 'subject', string>>>;

interface LiftAllFlags extends ClientFlags {
  readonly mode?: string;
  readonly rule?: string;
  readonly action?: string;
  readonly kind?: string;
  readonly restsOn?: string;
  readonly reason: string;
  readonly dryRun?: boolean;
  readonly by?: string;
}

const addLiftAll = (decisions: Command, show: ReturnType<typeof shower>): void => {
  addClientOptions(
    decisions.command('lift-all').description('take back all that are meant, or count them'),
  )
    .addOption(new Option('--mode <name>', 'only these').choices(['live', 'shadow']))
    .option('--rule <name>', 'those of a rule')
    .addOption(new Option('--action <name>', 'these').choices(ACTIONS))
    .addOption(new Option('--kind <name>', 'about these').choices(SUBJECT_KINDS))
    .option('--rests-on <id>', 'those that rest on a finding or an indicator')
    .requiredOption('--reason <text>', 'why')
    .option('--dry-run', 'take nothing back, say how many there are')
    .option('--by <name>', 'who takes them back; the label of the token otherwise')
    .addHelpText(
      'after',
      example(
        'stillwatch lab decisions lift-all --rule verify-shared --reason "too broad" --dry-run --data ./lab',
      ),
    )
    .action(async (flags: LiftAllFlags) => {
      const { mode, rule, action, kind, restsOn, reason, dryRun = false, by } = flags;
      const answer = (await askLab(flags, 'POST', '/decisions/lift', {
        ...{ mode, rule, action, kind, rests_on: restsOn, reason, dry_run: dryRun, by },
      })) as { readonly total: number; readonly decisions: readonly Decision[] };
      const { total, decisions: meant } = answer;
      show(answer, flags, () =>
        [
          ...(dryRun ? meant.map(decisionText) : []),
          `${dryRun ? 'would lift' : 'lifted'}: ${total}`,
          dryRun ? 'next: the same without --dry-run' : 'next: stillwatch lab decisions list',
        ].join('\n'),
      );
    });
};

export const addDecisionsCommand = (lab: Command, output: Output): void => {
  const show = shower(output);
  const decisions = lab.command('decisions').description('what holds at the gate of a running lab');
  addClientOptions(decisions.command('list').description('decisions in force'))
    .addOption(new Option('--mode <name>', 'only these').choices(['live', 'shadow']))
    .option('--rule <name>', 'only those of a rule')
    .addOption(new Option('--action <name>', 'only these').choices(ACTIONS))
    .addOption(new Option('--kind <name>', 'only about these').choices(SUBJECT_KINDS))
    .option('--subject <value>', 'only those about an account, an address, …')
    .addHelpText('after', example('stillwatch lab decisions list --mode live --data ./lab'))
    .action(async (flags: ClientFlags & ListFlags) => {
      const query = new URLSearchParams();
      for (const name of ['mode', 'rule', 'action', 'kind', 'subject'] as const)
        if (flags[name] !== undefined) query.set(name, flags[name]);
      const all: Decision[] = [];
      let total = 0;
      for (let next: string | null = ''; next !== null; ) {
        query.set('after', next);
        const page = (await askLab(flags, 'GET', `/decisions?${query}`)) as {
          readonly decisions: readonly Decision[];
          readonly total: number;
          readonly next: string | null;
        };
        all.push(...page.decisions);
        ({ total, next } = page);
      }
      show({ decisions: all, total }, flags, () =>
        all.length === 0
          ? 'no decisions'
          : `${all.map(decisionText).join('\n')}\nnext: stillwatch lab decisions show ID`,
      );
    });
  addClientOptions(
    decisions
      .command('show')
      .argument('<id>', 'id of the decision, as a refusal quotes it')
      .description('one decision: why, until when, what gateways did'),
  )
    .addHelpText('after', example('stillwatch lab decisions show "$ID" --data ./lab'))
    .action(async (id: string, flags: ClientFlags) => {
      const kept = (await askLab(flags, 'GET', `/decisions/${encodeURIComponent(id)}`)) as Kept;
      show(kept, flags, () => keptText(kept));
    });
  addClientOptions(
    decisions
      .command('add')
      .argument('<subject>', 'an account, an address, …; see --kind')
      .description('decide something without a rule'),
  )
    .addOption(
      new Option('--kind <name>', 'what the subject is').choices(SUBJECT_KINDS).default('account'),
    )
    .addOption(
      new Option('--action <name>', 'what to do')
        .choices(ACTIONS.filter((action) => action !== 'allow'))
        .makeOptionMandatory(),
    )
    .requiredOption('--ttl <duration>', 'for how long, such as 24h; at most 30d', duration)
    .requiredOption('--reason <text>', 'why')
    .option('--by <name>', 'who decides; the label of the token otherwise')
    .addHelpText(
      'after',
      example(
        'stillwatch lab decisions add acct_7 --action verify --ttl 24h --reason "reported by billing" --data ./lab',
      ),
    )
    .action(
      async (
        value: string,
        flags: ClientFlags & {
          kind: string;
          action: string;
          ttl: number;
          reason: string;
          by?: string;
        },
      ) => {
        const { kind, action, ttl, reason, by } = flags;
        const body = { subject: { kind, value }, action, ttl, reason, by: by ?? null };
        const made = (await askLab(flags, 'POST', '/decisions', body)) as Decision;
        show(
          made,
          flags,
          () => `${decisionText(made)}\nnext: stillwatch lab decisions show ${made.id}`,
        );
      },
    );
  addClientOptions(
    decisions.command('lift').argument('<id>', 'id of the decision').description('take it back'),
  )
    .requiredOption('--reason <text>', 'why')
    .option('--by <name>', 'who takes it back; the label of the token otherwise')
    .addHelpText(
      'after',
      example('stillwatch lab decisions lift "$ID" --reason "a partner" --data ./lab'),
    )
    .action(async (id: string, flags: ClientFlags & { reason: string; by?: string }) => {
      const body = { reason: flags.reason, by: flags.by ?? null };
      const path = `/decisions/${encodeURIComponent(id)}`;
      const answer = (await askLab(flags, 'DELETE', path, body)) as { readonly lifted: Decision };
      show(answer, flags, () => `lifted: ${id}\nnext: stillwatch lab decisions show ${id}`);
    });
  addLiftAll(decisions, show);
};
