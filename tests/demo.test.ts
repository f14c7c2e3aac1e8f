/** The demo from end to end in a small world: its facts, and that it leaves nothing behind. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

const MAIN = new URL('../src/cli/main.ts', import.meta.url).pathname;

interface Ran {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

const run = (args: readonly string[], folder: string): Promise<Ran> =>
  new Promise((resolve) => {
    execFile(
      process.execPath,
      [MAIN, 'demo', ...args],
      { env: { ...process.env, TMPDIR: folder }, maxBuffer: 64 << 20 },
      (error, out, err) =>
        resolve({
          status: error === null ? 0 : Number((error as { code?: number }).code),
          out,
          err,
        }),
    );
  });

test('the story comes out: found at A, acted on at B and C, an honest customer put right at all three', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'stillwatch-demo-test-'));
  try {
    const { status, out, err } = await run(['--seed', '1', '--accounts', '120', '--json'], folder);
    const told = JSON.parse(out);
    const { story } = told;
    assert.equal(err, '');
    assert.deepEqual([status, told.complete], [0, true]);
    assert.equal(story.detected.hydra_accounts > 0.9 * story.detected.accounts, true);
    assert.ok(story.detected.exchanges < 0.5 * story.detected.planned);
    assert.equal(story.published.named, 0);
    assert.deepEqual(story.acted.map((one: { lab: string }) => one.lab).sort(), ['B', 'C']);
    assert.ok(story.acted.every((one: { refused_at_gateway: boolean }) => one.refused_at_gateway));
    assert.deepEqual(story.flagged, ['A', 'B', 'C']);
    assert.deepEqual(Object.keys(story.put_right.ms), ['A', 'B', 'C']);
    for (const ms of Object.values(story.put_right.ms)) assert.equal(typeof ms, 'number');
    assert.ok(story.ledger.kinds.length > 0);
    assert.equal(told.honest_suspended, 0);
    assert.ok(told.cut > 0.5, `sharing cut ${told.cut}`);
    for (const lab of ['A', 'B', 'C']) assert.equal(story.labs[lab].faults, 0);
    assert.deepEqual(readdirSync(folder), []);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test('refuses a folder that holds something, and seeds that are none', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'stillwatch-demo-test-'));
  try {
    writeFileSync(join(folder, 'mine'), '');
    const taken = await run(['--data', folder], folder);
    assert.equal(taken.status, 2);
    assert.match(taken.err, /USAGE/);
    assert.equal((await run(['--seed', 'x'], folder)).status, 2);
    assert.deepEqual(readdirSync(folder), ['mine']);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
