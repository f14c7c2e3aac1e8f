/**
 * Decides appeals until it is killed. Says `decided CASE` when an appeal was decided. What it hands to the hub it
 * appends to a file, by key.
 */
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { openStore } from '../../store/open.ts';
import { findingOf, testCore } from '../deciding/core.test-help.ts';
import { openDeciding } from '../deciding/start.ts';
import { file, rule } from './appeal.ts';

const [folder = '', limit = '0', run = '0'] = process.argv.slice(2);
const store = await openStore(join(folder, 'store'));
const { core, look } = testCore(store);
const deciding = await openDeciding(core, {
  tickMs: 0,
  sharing: () => ({
    indicatorFacts: () => [],
    sharedBecauseOf: (grounds) =>
      grounds.map((ground) => ({ object: `o-${ground}`, ground, about_subject: true })),
    campaignsOf: () => [],
    isTheirs: () => false,
    retract: async (_objects, key) => appendFileSync(join(folder, 'outbox'), `${key}\n`),
    dispute: async () => undefined,
  }),
});
process.stdout.write('open\n');
for (let i = 0; i < Number(limit); i++) {
  const account = `a-${run}-${i}`;
  const finding = `finding--${run}-${i}`;
  await look([findingOf(finding, [account, `${account}-other`])]);
  const from = Date.now();
  await deciding.book.put({
    ...{ id: `decision--${run}-${i}`, subject: { kind: 'account', value: account } },
    ...{ action: 'suspend', reason: 'DISTILLATION_CONFIRMED', obligations: {}, mode: 'live' },
    ...{ from, until: from + 3_600_000, owner: 'team', rule: 'r', policy: 'p@1' },
    rests_on: [finding],
  });
  const complaint = { statement: 'no', contact: 'me', by: account };
  const one = await file(deciding, { decision_id: `decision--${run}-${i}`, ...complaint });
  const words = { by: 'robin', reason: 'r', told: 't', wrong: 'membership' } as const;
  await (i % 2 === 0
    ? rule(deciding, one.id, {
        ...{ ...words, outcome: 'overturned' },
        allow: { reason: 'r', until: from + 7_200_000 },
      })
    : rule(deciding, one.id, {
        ...{ ...words, outcome: 'partly' },
        instead: { action: 'verify', obligations: {} },
      }));
  process.stdout.write(`decided ${one.id}\n`);
}
await deciding.close();
await store.close();
