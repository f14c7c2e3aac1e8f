import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { openStore } from '../../store/open.ts';
import { owedChange, save } from './kept.ts';
import type { Lifetime } from './lifetime.ts';
import { openTelling } from './telling.ts';

test('after a crash whoever decides hears of all accounts that are hit, and of what is owed', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'stillwatch-telling-'));
  const store = await openStore(folder);
  try {
    await save(store, [owedChange('indicator--1', true)]);
    const life = { isOver: () => false, onError: assert.fail } as unknown as Lifetime;
    const telling = await openTelling(store, life);
    const heard = new Promise((resolve) => {
      telling.onChanged((accounts, retracted) => resolve([accounts, retracted]));
    });
    telling.start(['acct_hit']);
    assert.deepEqual(await heard, [['acct_hit'], ['indicator--1']]);
    while (telling.isOwed('indicator--1')) await new Promise((next) => setImmediate(next));
    telling.close();
  } finally {
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  }
});
