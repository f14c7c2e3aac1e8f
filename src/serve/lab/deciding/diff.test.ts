import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { AccountRecord } from '../../../detect/exchange/exchange.ts';
import { openStore } from '../../store/open.ts';
import { findingOf, testCore } from './core.test-help.ts';
import { type PolicyDiff, policyDiff } from './diff.ts';
import { openDeciding } from './start.ts';

const root = mkdtempSync(join(tmpdir(), 'stillwatch-diff-'));
after(() => rmSync(root, { recursive: true, force: true }));

const policyOf = (mode: string): string => `version: 1
name: trial
owner: team
rules:
  - name: restrict
    when: finding.verdict == "distillation"
    action: restrict
    reason: DISTILLATION_CONFIRMED
    mode: ${mode}
`;

test('shadow says whom it would act on, and about whom it would ask a person', async () => {
  const store = await openStore(join(root, 'store'));
  const policyFile = join(root, 'policy.yaml');
  writeFileSync(policyFile, policyOf('shadow'));
  // Attested: a person decides, whatever the rule.
  const attested = { accountId: 'b', attestation: 'research' } as unknown as AccountRecord;
  const lab = testCore(store, new Map([['b', attested]]));
  const deciding = await openDeciding(lab.core, { policyFile, tickMs: 0 });
  const diff = async (): Promise<PolicyDiff> => {
    const waiting = (await deciding.book.waiting()).map(({ proposal }) => proposal);
    const proposals = [...waiting, ...[...deciding.shadowProposals().values()].flat()];
    const inForce = deciding.book.inForce(deciding.now());
    return policyDiff(deciding.policy.policy(), inForce, deciding.known(), proposals);
  };
  await lab.look([findingOf('finding--1', ['a', 'b', 'c'])]);
  const shadow = await diff();
  assert.deepEqual([shadow.live, shadow.shadow], [0, 2]);
  assert.deepEqual(shadow.rules[0]!.proposed, { live: 0, shadow: 1 });
  assert.deepEqual(shadow.rules[0]!.shadow_accounts, ['a', 'c']);

  writeFileSync(policyFile, policyOf('live'));
  assert.equal(await deciding.reload(), true);
  const live = await diff();
  assert.deepEqual([live.live, live.shadow], [2, 0]);
  assert.deepEqual(live.proposed, { live: 1, shadow: 0 });

  // Who is in no finding any more would not be asked about.
  writeFileSync(policyFile, policyOf('shadow'));
  await deciding.reload();
  await lab.look([findingOf('finding--1', ['a', 'c'])]);
  assert.equal((await diff()).proposed.shadow, 0);
  await deciding.close();
  await store.close();
});
