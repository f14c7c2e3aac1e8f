/** The demo's story from end to end, and that the command leaves nothing behind. All traffic is simulated. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { playApart } from '../src/cli/demo/apart.ts';
import { sentenceOf } from '../src/cli/demo/narrate.ts';
import { tellStory } from '../src/cli/demo/story.ts';
import type { StoryEvent } from '../src/cli/demo/story-types.ts';
import { outcomeOf, tableOf } from '../src/cli/demo/table.ts';
import { createDemoWorld } from '../src/prove/demo/world.ts';

const MAIN = new URL('../src/cli/main.ts', import.meta.url).pathname;
const DAY = 86_400_000;

test('found at A, acted on at B and C, an honest customer put right at all three; less is lost', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'stillwatch-demo-test-'));
  const errors: unknown[] = [];
  const events: StoryEvent[] = [];
  const onError = (error: unknown): void => void errors.push(error);
  const end = Math.floor(Date.now() / DAY) * DAY;
  const world = createDemoWorld({ seed: 1, honest: 120, hydra: 40, end });
  try {
    const tell = (event: StoryEvent): void => void events.push(event);
    const running = await tellStory({ world, folder, tell, onError });
    const { story } = running;
    await running.stop();
    const movesAt = story.moved_hours;
    assert.ok(movesAt !== null, 'it was stopped at A');
    const apart = await playApart({ world, folder, movesAt, afterHour: () => undefined, onError });
    assert.deepEqual(errors, []);
    const { detected, published, acted, flagged, put_right, ledger, labs } = story;
    assert.ok(detected !== null && published !== null && put_right !== null && ledger !== null);
    assert.ok(detected.hydra_accounts >= 0.9 * detected.accounts);
    assert.ok(detected.exchanges < 0.5 * detected.planned);
    assert.ok(published.bytes > 1000 && published.signatures > 0 && published.tokens > 0);
    assert.equal(published.named, 0);
    assert.deepEqual(acted.map(({ lab }) => lab).sort(), ['B', 'C']);
    for (const one of acted) assert.ok(one.accounts > 0 && one.refused_at_gateway);
    assert.ok(
      acted.some(({ confirmed }) => confirmed),
      'on own traffic',
    );
    assert.deepEqual(flagged, ['A', 'B', 'C']);
    for (const ms of Object.values(put_right.ms)) assert.equal(typeof ms, 'number');
    assert.ok(put_right.retracted.length > 0 && ledger.taken_back > 0);
    for (const { faults, lost, planned, suspended } of Object.values(labs)) {
      assert.equal(faults, 0);
      assert.equal(suspended, 0);
      assert.ok(lost > 0 && lost < 0.5 * planned, `${lost} of ${planned}`);
    }
    const outcome = outcomeOf(story, apart);
    assert.deepEqual(outcome.missing, []);
    assert.ok(outcome.complete);
    const { lost_with_sharing: shared, lost_without_sharing: alone } = outcome;
    assert.ok(shared < 0.5 * alone!, `${shared} lost with sharing, ${alone} without`);
    const told = events.map(sentenceOf).filter((text) => text !== undefined);
    for (const word of ['Lab A finds', 'publishes', "A's finding", 'honest', 'gates let', 'ledger'])
      assert.ok(
        told.some((text) => text.replaceAll(/\s+/g, ' ').includes(word)),
        word,
      );
    assert.match(tableOf(story, apart), /lab C/);
    // What did not happen is told, and the command then exits with 1.
    const lacking = { ...story, put_right: { ...put_right, ms: { ...put_right.ms, B: null } } };
    const failed = outcomeOf(lacking, apart);
    assert.equal(failed.complete, false);
    assert.match(failed.missing.join(), /not put right at lab B/);
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
