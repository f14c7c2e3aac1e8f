/** `stillwatch hub scorecard`, `retract`, `retractions` and `rule`: what the operator does about standings. */
import { type Command, Option } from 'commander';
import { StillwatchError } from '../../base/errors.ts';
import { forTerminal } from '../../base/safe-text.ts';
import { RETRACTION_REASONS } from '../../serve/hub/standing/reasons.ts';
import {
  DATA_HELP,
  type DataOptions,
  dataShown,
  type Output,
  table,
  tell,
  timeText,
  withOffice,
} from './office.ts';

const span = (ms: number | null): string => (ms === null ? '-' : `${Math.round(ms / 1000)} s`);

const numberOf = (name: string, text: string | undefined): number | undefined => {
  if (text === undefined) return undefined;
  if (!/^\d{1,5}$/.test(text))
    throw new StillwatchError('USAGE', `${name} is no whole number`, 'Give a whole number.');
  return Number(text);
};

const EXITS = 'Exit status: 0 done, 2 usage or an unknown name, 4 data that cannot be opened.';

export const addHubStandingCommands = (hub: Command, output: Output): void => {
  const on = (parent: Command, usage: string, description: string, example: string): Command =>
    parent
      .command(usage)
      .description(description)
      .requiredOption('--data <where>', DATA_HELP)
      .option('--json', 'print the outcome as JSON')
      .addHelpText('after', `\nExample:\n  stillwatch hub ${example} --data ./hub\n\n${EXITS}`);

  on(
    hub,
    'scorecard <member>',
    "show how a member's indicators fared elsewhere",
    'scorecard "Lab A"',
  ).action(async (name: string, { data, json }: DataOptions) => {
    const { memberNamed } = await import('../../serve/hub/members/changes.ts');
    const { scorecardOf } = await import('../../serve/hub/standing/scorecard.ts');
    const { member, card } = await withOffice(data, async ({ store, secrets }) => {
      const found = await memberNamed(store.records, name);
      return { member: found, card: await scorecardOf(store.records, secrets, found.id) };
    });
    const { standing, contributed, confirmed, disputed, correction_ms: correction } = card;
    tell(output, json, {
      json: { member: member.id, ...card },
      lines: [
        `${forTerminal(member.name)}: ${contributed} indicators`,
        `  now: ${Object.entries(standing)
          .map(([status, count]) => `${count} ${status}`)
          .join(', ')}`,
        `  confirmed by others ${confirmed}, disputed ${disputed}, false hits reported ${card.false_hits}`,
        `  corrected ${correction.count} of what was disputed, p50 ${span(correction.p50)}, p99 ${span(correction.p99)}`,
      ],
    });
  });

  on(
    hub,
    'retract <object>',
    'take an object back, wherever the hub has it',
    'retract indicator--6a2f0c5e-8d0b-4f5e-9f0e-000000000001 --reason appeal-upheld',
  )
    .addOption(
      new Option('--reason <code>', 'why').choices(RETRACTION_REASONS).makeOptionMandatory(),
    )
    .action(
      async (
        object: string,
        options: DataOptions & { reason: (typeof RETRACTION_REASONS)[number] },
      ) => {
        const { visibleTo } = await import('../../serve/hub/access/visible.ts');
        const { retract } = await import('../../serve/hub/standing/retraction.ts');
        const done = await withOffice(options.data, (office) =>
          retract({ ...office, visible: visibleTo(office.store) }, object, options.reason),
        );
        tell(output, options.json, {
          json: { object, retractions: done },
          lines: done.map(
            ({ id, collection, recipients }) =>
              `Retracted in ${collection}: ${recipients} recipients must acknowledge ${id}`,
          ),
          next: `stillwatch hub retractions list --data ${dataShown(options.data)}`,
        });
      },
    );

  const retractions = hub
    .command('retractions')
    .description('what was taken back, and who has acknowledged it')
    .addHelpText('after', '\nExample:\n  stillwatch hub retractions list --data ./hub');
  on(
    retractions,
    'list',
    'list what was taken back, with the time to remedy',
    'retractions list',
  ).action(async ({ data, json }: DataOptions) => {
    const { retractions: all, reportOf } = await import('../../serve/hub/standing/retraction.ts');
    const listed = await withOffice(data, async ({ store: { records } }) =>
      Promise.all(
        (await all(records)).map(async (one) => ({
          id: one.id,
          object: one.object,
          collection: one.collection,
          at: new Date(one.at).toISOString(),
          reason: one.reason,
          ...(await reportOf(records, one.id, one)),
        })),
      ),
    );
    tell(output, json, {
      json: listed,
      lines: table(
        ['AT', 'OBJECT', 'REASON', 'ACKNOWLEDGED', 'P50', 'P99'],
        listed.map(({ at, object, reason, acknowledged, recipients, remedy_ms: remedy }) => [
          timeText(Date.parse(at)),
          object,
          reason,
          `${acknowledged} of ${recipients}`,
          span(remedy.p50),
          span(remedy.p99),
        ]),
      ),
    });
  });

  on(
    hub,
    'rule',
    'show the rule of corroboration, or change what an operator may declare',
    'rule --quorum 3 --probation-days 30',
  )
    .option('--quorum <n>', 'members who must confirm before more than verify is permitted')
    .option('--probation-days <n>', 'days after which the word of a new member counts')
    .action(async (options: DataOptions & { quorum?: string; probationDays?: string }) => {
      const { ruleOf, setRule } = await import('../../serve/hub/standing/rule.ts');
      const quorum = numberOf('--quorum', options.quorum);
      const probationDays = numberOf('--probation-days', options.probationDays);
      const rule = await withOffice(options.data, async ({ store }) => {
        await store.write(({ records }) => setRule(records, { quorum, probationDays }));
        return ruleOf(store.records);
      });
      tell(output, options.json, {
        json: rule,
        lines: [
          `quorum: ${rule.quorum} members, the contributor not among them`,
          `probation: ${rule.probation / 86_400_000} days, founders excepted`,
        ],
      });
    });
};
