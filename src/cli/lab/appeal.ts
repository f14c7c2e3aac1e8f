/** `stillwatch lab appeal`: the way back of a customer, and the other cases of reviewers. */
import { readFileSync } from 'node:fs';
import { type Command, Option } from 'commander';
import { CASE_KINDS, type Case, type CaseEvent } from '../../act/casework/case.ts';
import type { AppealNotice } from '../../act/casework/casework.ts';
import { WRONGS } from '../../act/casework/effects.ts';
import { ACTIONS } from '../../act/response/decision.ts';
import { StillwatchError } from '../../base/errors.ts';
import { forTerminal } from '../../base/safe-text.ts';
import { addClientOptions, askLab, type ClientFlags } from './client.ts';
import { duration, example, type Output, shower, subjectText } from './decisions.ts';

interface ShownCase extends Case {
  readonly contact: string | null;
  readonly effects: readonly { readonly effect: string; readonly done: number | null }[];
  readonly events?: readonly CaseEvent[];
}

const time = (at: number): string => new Date(at).toISOString();

const caseLine = ({ id, kind, status, subject, about, due, assignee }: Case): string =>
  `${id}  ${kind}  ${status}${assignee === null ? '' : ` (${forTerminal(assignee, 40)})`}  ${subjectText(subject)}  about ${forTerminal(about)}  due ${time(due)}`;

const caseText = (one: ShownCase): string =>
  [
    caseLine(one),
    ...(one.statement === null ? [] : [`statement  ${forTerminal(one.statement)}`]),
    ...(one.contact === null ? [] : [`contact    ${forTerminal(one.contact)}`]),
    ...(one.events ?? []).map(
      (event) => `${time(event.at)}  ${event.type}  by ${forTerminal(event.by, 60)}`,
    ),
    ...one.notes.map(({ by, text }) => `note by ${forTerminal(by, 60)}: ${forTerminal(text)}`),
    ...(one.outcome === null
      ? []
      : [`outcome    ${one.outcome.outcome}: ${forTerminal(one.outcome.reason)}`]),
    ...one.effects.map(
      ({ effect, done }) =>
        `effect     ${effect}  ${done === null ? 'waits' : `done ${time(done)}`}`,
    ),
  ].join('\n');

const statementOf = (given: string): string => {
  if (!given.startsWith('@')) return given;
  try {
    return readFileSync(given.slice(1), 'utf8');
  } catch (cause) {
    throw new StillwatchError(
      'USAGE',
      `${given.slice(1)} cannot be read`,
      'Name a file after @, or give the statement itself.',
      { cause },
    );
  }
};

const casePath = (id: string, verb = ''): string => `/cases/${encodeURIComponent(id)}${verb}`;

const addFile = (appeal: Command, show: ReturnType<typeof shower>): void => {
  addClientOptions(
    appeal
      .command('file')
      .argument('<decision>', 'id of the decision, as the refusal quotes it')
      .description('file an appeal for a customer'),
  )
    .requiredOption('--statement <text>', "the customer's words; @FILE reads a file")
    .option('--contact <text>', 'where to reach them; for reviewers only')
    .option('--by <name>', 'who brings it; the label of the token otherwise')
    .addHelpText(
      'after',
      example('stillwatch lab appeal file "$DECISION" --statement @letter.txt --data ./lab'),
    )
    .action(
      async (
        decision_id: string,
        flags: ClientFlags & { statement: string; contact?: string; by?: string },
      ) => {
        const { contact = null, by = null } = flags;
        const body = { decision_id, statement: statementOf(flags.statement), contact, by };
        const notice = (await askLab(flags, 'POST', '/appeals', body)) as AppealNotice;
        show(
          notice,
          flags,
          () =>
            `${notice.case}  ${notice.status}  due ${time(notice.due)}\nnext: stillwatch lab appeal assign ${notice.case} NAME`,
        );
      },
    );
};

const addReading = (appeal: Command, show: ReturnType<typeof shower>): void => {
  addClientOptions(appeal.command('list').description('cases that wait, the most urgent first'))
    .option('--all', 'closed ones too')
    .addOption(new Option('--kind <name>', 'only these').choices(CASE_KINDS))
    .addHelpText('after', example('stillwatch lab appeal list --kind appeal --data ./lab'))
    .action(async (flags: ClientFlags & { all?: boolean; kind?: string }) => {
      const query = new URLSearchParams();
      if (flags.all) query.set('all', 'true');
      if (flags.kind !== undefined) query.set('kind', flags.kind);
      const answer = (await askLab(flags, 'GET', `/cases?${query}`)) as {
        readonly cases: readonly Case[];
      };
      show(answer, flags, () =>
        answer.cases.length === 0
          ? 'no cases'
          : `${answer.cases.map(caseLine).join('\n')}\nnext: stillwatch lab appeal show CASE`,
      );
    });
  addClientOptions(
    appeal.command('show').argument('<case>', 'id of the case').description('one case, whole'),
  )
    .addHelpText('after', example('stillwatch lab appeal show "$CASE" --data ./lab'))
    .action(async (id: string, flags: ClientFlags) => {
      const one = (await askLab(flags, 'GET', casePath(id))) as ShownCase;
      show(one, flags, () => caseText(one));
    });
  addClientOptions(
    appeal
      .command('assign')
      .argument('<case>', 'id of the case')
      .argument('<to>', 'who is to decide it')
      .description('give a case to a person'),
  )
    .option('--by <name>', 'who assigns it; the label of the token otherwise')
    .addHelpText('after', example('stillwatch lab appeal assign "$CASE" robin --data ./lab'))
    .action(async (id: string, to: string, flags: ClientFlags & { by?: string }) => {
      const body = { to, by: flags.by ?? null };
      const one = (await askLab(flags, 'POST', casePath(id, '/assign'), body)) as ShownCase;
      show(
        one,
        flags,
        () => `${caseLine(one)}\nnext: stillwatch lab appeal decide ${id} --by ${forTerminal(to)}`,
      );
    });
};

const addNoteAndWithdraw = (appeal: Command, show: ReturnType<typeof shower>): void => {
  addClientOptions(
    appeal
      .command('note')
      .argument('<case>', 'id of the case')
      .argument('<text>', 'for other reviewers; @FILE reads a file')
      .description('add a note to a case'),
  )
    .option('--by <name>', 'who notes it; the label of the token otherwise')
    .addHelpText(
      'after',
      example('stillwatch lab appeal note "$CASE" "called the dean" --data ./lab'),
    )
    .action(async (id: string, text: string, flags: ClientFlags & { by?: string }) => {
      const body = { text: statementOf(text), by: flags.by ?? null };
      const one = (await askLab(flags, 'POST', casePath(id, '/note'), body)) as ShownCase;
      show(one, flags, () => `${caseText(one)}\nnext: stillwatch lab appeal show ${id}`);
    });
  addClientOptions(
    appeal
      .command('withdraw')
      .argument('<case>', 'id of the case')
      .description('close an appeal that the customer took back; it can be filed again'),
  )
    .option('--by <name>', 'who closes it; the label of the token otherwise')
    .addHelpText('after', example('stillwatch lab appeal withdraw "$CASE" --data ./lab'))
    .action(async (id: string, flags: ClientFlags & { by?: string }) => {
      const body = { by: flags.by ?? null };
      const one = (await askLab(flags, 'POST', casePath(id, '/withdraw'), body)) as ShownCase;
      show(one, flags, () => `${caseLine(one)}\nnext: stillwatch lab appeal list`);
    });
};

interface DecideFlags extends ClientFlags {
  readonly outcome: string;
  readonly wrong: string;
  readonly reason: string;
  readonly told?: string;
  readonly instead?: string;
  readonly allowFor?: number;
  readonly by?: string;
}

const addDecide = (appeal: Command, show: ReturnType<typeof shower>): void => {
  addClientOptions(
    appeal
      .command('decide')
      .argument('<case>', 'id of the case')
      .description('decide a case; what follows is carried out at once'),
  )
    .addOption(
      new Option(
        '--outcome <name>',
        'of an appeal one of the first three, of other cases of the last two',
      )
        .choices(['upheld', 'overturned', 'partly', 'approved', 'dismissed'])
        .makeOptionMandatory(),
    )
    .addOption(
      new Option('--wrong <name>', 'what was wrong: that this account belongs to it, or all of it')
        .choices(WRONGS)
        .default('membership'),
    )
    .requiredOption('--reason <text>', 'for the record')
    .option('--told <text>', 'for the customer')
    .addOption(new Option('--instead <action>', 'of partly: what takes its place').choices(ACTIONS))
    .option(
      '--allow-for <duration>',
      'leave the subject alone, such as 90d; at most 366d',
      duration,
    )
    .option('--by <name>', 'who decides; the label of the token otherwise')
    .addHelpText(
      'after',
      example(
        'stillwatch lab appeal decide "$CASE" --outcome overturned --reason "verified" --by robin --data ./lab',
      ),
    )
    .action(async (id: string, flags: DecideFlags) => {
      const { outcome, wrong, reason, told = null, instead, allowFor, by = null } = flags;
      const until = new Date(Date.now() + (allowFor ?? 0) * 1000).toISOString();
      const one = (await askLab(flags, 'POST', casePath(id, '/decide'), {
        ...{ outcome, wrong, reason, told, by },
        instead: instead === undefined ? null : { action: instead },
        allow: allowFor === undefined ? null : { reason, until },
      })) as ShownCase;
      show(one, flags, () => `${caseText(one)}\nnext: stillwatch lab appeal list`);
    });
};

export const addAppealCommand = (lab: Command, output: Output): void => {
  const show = shower(output);
  const appeal = lab.command('appeal').description('appeals of customers, and other cases');
  addFile(appeal, show);
  addReading(appeal, show);
  addNoteAndWithdraw(appeal, show);
  addDecide(appeal, show);
};
