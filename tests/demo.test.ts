/** The demo's story from end to end, and that the command leaves nothing behind. All traffic is simulated. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { sentenceOf } from '../src/cli/demo/narrate.ts';
import { tellStory } from '../src/cli/demo/story.ts';
import type { StoryEvent } from '../src/cli/demo/story-types.ts';
import { outcomeOf, tableOf } from '../src/cli/demo/table.ts';
import { createDemoWorld } from '../src/prove/demo/world.ts';

const MAIN = new URL('../src/cli/main.ts', import.meta.url).pathname;
const DAY = 86_400_000;

test('found at A, acted on at B and C, an honest customer put right at all three', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'stillwatch-demo-test-'));
  const errors: unknown[] = [];
  const events: StoryEvent[] = [];
  const end = Math.floor(Date.now() / DAY) * DAY;
  const world = createDemoWorld({ seed: 1, honest: 200, hydra: 60, end });
  try {
    const running = await tellStory({
      world,
      folder,
      tell: (event) => events.push(event),
      onError: (error) => errors.push(error),
    });
    const { story } = running;
    await running.stop();
    assert.deepEqual(errors, []);
    assert.ok(story.detected !== null && story.published !== null && story.put_right !== null);
    assert.ok(story.detected.hydra_accounts >= 0.9 * story.detected.accounts);
    assert.ok(story.detected.exchanges < 0.5 * story.detected.planned);
    assert.ok(story.published.bytes > 1000);
    assert.equal(story.published.named, 0);
    assert.deepEqual(story.acted.map(({ lab }) => lab).sort(), ['B', 'C']);
    for (const one of story.acted) assert.ok(one.accounts > 0 && one.refused_at_gateway);
    assert.deepEqual(story.flagged, ['A', 'B', 'C']);
    for (const ms of Object.values(story.put_right.ms)) assert.equal(typeof ms, 'number');
    assert.ok(story.ledger !== null && story.ledger.kinds.length > 0);
    for (const { faults, lost, planned, suspended } of Object.values(story.labs)) {
      assert.equal(faults, 0);
      assert.equal(suspended, 0);
      assert.ok(lost > 0 && lost < 0.5 * planned, `${lost} of ${planned}`);
    }
    assert.equal(outcomeOf(story, null).complete, true);
    const told = events.map(sentenceOf).filter((text) => text !== undefined);
    for (const word of ['Lab A finds', 'publishes', 'From A', 'honest', 'ledger'])
      assert.ok(
        told.some((text) => text.includes(word)),
        word,
      );
    assert.match(tableOf(story, null), /lab C/);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test('one seed is one world', () => {
  const wish = { seed: 3, honest: 60, hydra: 18, end: 20_000 * DAY };
  const [one, same] = [createDemoWorld(wish), createDemoWorld(wish)];
  assert.deepEqual(one.hydra, same.hydra);
  assert.deepEqual(one.honest.B.accounts, same.honest.B.accounts);
  const cards = (lab: 'A' | 'B'): Set<unknown> =>
    new Set(one.hydra.hands[lab].accounts.map((account) => account.payment_fingerprint));
  assert.ok([...cards('B')].every((card) => cards('A').has(card)));
  const ids = (lab: 'A' | 'B'): string[] =>
    one.hydra.hands[lab].accounts.map(({ account_id }) => account_id);
  assert.equal(new Set([...ids('A'), ...ids('B')]).size, ids('A').length + ids('B').length);
});

test('the command refuses a folder that holds something, and a seed that is none', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'stillwatch-demo-test-'));
  const run = (...args: string[]): Promise<{ readonly status: unknown; readonly err: string }> =>
    new Promise((resolve) => {
      execFile(process.execPath, [MAIN, 'demo', ...args], (error, _out, err) =>
        resolve({ status: error === null ? 0 : error.code, err }),
      );
    });
  try {
    writeFileSync(join(folder, 'mine'), '');
    const [taken, seed] = await Promise.all([run('--data', folder), run('--seed', 'x')]);
    assert.equal(taken.status, 2);
    assert.match(taken.err, /USAGE/);
    assert.equal(seed.status, 2);
    assert.deepEqual(readdirSync(folder), ['mine']);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
