/** What is decided has its time, whatever the clock does and however often the lab is started again. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { STALENESS } from '../../../act/response/gate.ts';
import { openStore } from '../../store/open.ts';
import { openBook } from './book.ts';

const root = mkdtempSync(join(tmpdir(), 'stillwatch-clock-'));
after(() => rmSync(root, { recursive: true, force: true }));
const CLOCK = 'lab-decisions-clock';
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const START = Date.UTC(2026, 10, 1);

const lab = async (name: string) => {
  const store = await openStore(join(root, name));
  let [wall, ran] = [START, 0];
  const start = () => openBook(store, STALENESS, wall, () => ran);
  let book = await start();
  return {
    wall: () => wall,
    /** Time passes, and the clock jumps by so much beside it. */
    pass: async (ms: number, jump = 0): Promise<void> => {
      ran += ms;
      wall += ms + jump;
      book.tick(wall);
      // What it notes of the clock is written beside its work, here before the next thing happens.
      for (let i = 0; (await store.records.get('setting', CLOCK)) !== wall; i++) {
        assert.ok(i < 2000, 'the clock is noted');
        await setTimeout(2);
        book.tick(wall);
      }
    },
    restart: async (jump = 0): Promise<void> => {
      wall += jump;
      ran = 0;
      book = await start();
    },
    decide: (account: string, lasts: number) =>
      book.put({
        ...{ id: `decision--${account}`, subject: { kind: 'account', value: account } },
        ...{ action: 'verify', reason: 'SHARED_INTELLIGENCE', obligations: {}, mode: 'live' },
        ...{ from: wall, until: wall + lasts, owner: 'team', rule: 'r', policy: 'p@1' },
        rests_on: ['indicator--1'],
      }),
    held: () =>
      book
        .inForce(wall)
        .map(({ subject }) => subject.value)
        .filter((account) => book.gate.answer({ account }, wall).action === 'verify'),
    close: store.close,
  };
};

for (const jump of [-30 * DAY, -DAY, -HOUR / 2, 0])
  test(`set back by ${-jump / HOUR} h while the lab runs, and started again at once`, async () => {
    const one = await lab(`running${jump}`);
    await one.decide('a', HOUR);
    await one.pass(HOUR / 4);
    await one.pass(20_000, jump);
    await one.restart();
    assert.deepEqual(one.held(), ['a'], 'positive control');
    await one.pass(HOUR / 4);
    await one.restart();
    await one.pass(HOUR / 4);
    assert.deepEqual(one.held(), ['a'], 'and it keeps its time');
    await one.pass(HOUR / 4 - 10_000);
    assert.deepEqual(one.held(), [], 'a restart gives it no more time');
    await one.restart();
    assert.deepEqual(one.held(), [], 'nor does the one after that revive it');
    await one.close();
  });

for (const when of ['running', 'down'] as const)
  test(`forward by a day and set right while the lab is ${when}: what ended stays ended`, async () => {
    const one = await lab(`forward-${when}`);
    await one.decide('short', HOUR);
    await one.decide('long', 3 * DAY);
    await one.pass(20_000, DAY);
    await one.pass(60_000);
    assert.deepEqual(one.held(), ['long']);
    await one.decide('late', HOUR);
    if (when === 'running') await one.pass(20_000, -DAY);
    await one.restart(when === 'running' ? 0 : -DAY);
    assert.deepEqual(one.held().sort(), ['late', 'long'], 'those that last are not lost');
    await one.pass(60_000);
    await one.restart();
    assert.deepEqual(one.held().sort(), ['late', 'long']);
    await one.pass(HOUR);
    assert.deepEqual(one.held(), ['long']);
    await one.restart();
    assert.deepEqual(one.held(), ['long']);
    await one.close();
  });
