import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { CampaignReport, ScanReport } from '../../detect/report/report.ts';
import { openStore } from '../store/open.ts';
import { openFindings } from './findings.ts';

const folder = mkdtempSync(join(tmpdir(), 'stillwatch-findings-'));
after(() => rmSync(folder, { recursive: true, force: true }));

/** What a history is made of; the other fields of a report play no part in it. */
const reportOf = (...campaigns: readonly (readonly [id: string, accounts: string])[]): ScanReport =>
  ({
    campaigns: campaigns.map(([id, names]) => {
      const accounts = [...names];
      const timeline = { accounts, counts: accounts.map(() => [1]) };
      const rest = { links: [], verdict: 'both', exchanges: 10 };
      return { id, accounts, timeline, ...rest } as unknown as CampaignReport;
    }),
  }) as unknown as ScanReport;
const time = (minute: number): Date => new Date(Date.UTC(2026, 10, 1, 0, minute));

test('a finding opens, changes, grows quiet, comes back, and its history survives a restart', async () => {
  const path = join(folder, 'store');
  const store = await openStore(path);
  const findings = await openFindings(store);
  const first = await findings.update(reportOf(['c1', 'abc'], ['d1', 'xyz']), 1, time(1));
  assert.deepEqual([first.opened.length, first.changed.length, first.quiet.length], [2, 0, 0]);
  const { id } = first.opened.find((f) => f.campaign.id === 'c1')!;

  const same = await findings.update(reportOf(['c1', 'abc'], ['d1', 'xyz']), 2, time(2));
  assert.deepEqual([same.opened.length, same.changed.length, same.quiet.length], [0, 0, 0]);

  // The campaign grew, so it has another id of its own; the other was not found.
  const grown = await findings.update(reportOf(['c2', 'abcd']), 3, time(3));
  assert.deepEqual(
    grown.changed.map((f) => f.id),
    [id],
  );
  assert.deepEqual(
    grown.quiet.map((f) => f.campaign.id),
    ['d1'],
  );
  const back = await findings.update(reportOf(['c2', 'abcd'], ['d1', 'xyz']), 4, time(4));
  assert.deepEqual(
    back.changed.map((f) => [f.campaign.id, f.seen]),
    [['d1', true]],
  );
  await findings.forget('d');
  await store.close();

  const again = await openStore(path);
  try {
    const kept = (await openFindings(again)).get(id)!;
    assert.deepEqual(
      kept.history.map(({ look, campaign, accounts }) => [look, campaign, accounts]),
      [
        [1, 'c1', 3],
        [3, 'c2', 4],
      ],
    );
    assert.deepEqual([kept.first, kept.last], [time(1).toISOString(), time(4).toISOString()]);
    assert.ok(!kept.campaign.accounts.includes('d'), 'who is forgotten is in no finding');
  } finally {
    await again.close();
  }
});

test('findings that are not seen any more expire, those that are seen do not', async () => {
  const store = await openStore(join(folder, 'expiring'));
  try {
    const findings = await openFindings(store);
    await findings.update(reportOf(['c1', 'abc'], ['d1', 'xyz']), 1, time(1));
    await findings.update(reportOf(['c1', 'abc']), 2, time(2));
    await findings.expire(time(2));
    assert.deepEqual(
      findings.list().map((f) => f.campaign.id),
      ['c1'],
    );
  } finally {
    await store.close();
  }
});
