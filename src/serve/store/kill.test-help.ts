/** Kills writers in the middle of their work, and looks at what is left. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Store } from './store.ts';

const WRITER = fileURLToPath(new URL('kill-writer.test-help.ts', import.meta.url));

export interface Writer {
  readonly process: ChildProcess;
  /** Names of the writes it was told were durable. */
  readonly acknowledged: Set<string>;
  readonly started: Promise<void>;
  readonly ended: Promise<void>;
}

export const startWriter = (location: string, round: number): Writer => {
  const child = spawn(process.execPath, [WRITER, location, String(round)], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const acknowledged = new Set<string>();
  let said = '';
  let rest = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  const started = new Promise<void>((resolve, reject) => {
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      const lines = (rest + text).split('\n');
      // A line without its end was not wholly said.
      rest = lines.pop()!;
      for (const line of lines) acknowledged.add(line);
      resolve();
    });
    child.on('exit', (_code, signal) => {
      if (acknowledged.size === 0) reject(new Error(`the writer ended (${signal}): ${said}`));
    });
  });
  const ended = new Promise<void>((resolve) => child.on('close', () => resolve()));
  return { process: child, acknowledged, started, ended };
};

/** Writers at once on one database, all killed `pause` milliseconds after the last of them began. */
export const killTogether = async (
  location: string,
  rounds: readonly number[],
  pause: number,
): Promise<ReadonlySet<string>> => {
  const writers = rounds.map((round) => startWriter(location, round));
  await Promise.all(writers.map(({ started }) => started));
  await new Promise((resolve) => setTimeout(resolve, pause));
  for (const writer of writers) writer.process.kill('SIGKILL');
  await Promise.all(writers.map(({ ended }) => ended));
  return new Set(writers.flatMap(({ acknowledged }) => [...acknowledged]));
};

/** Everything acknowledged is there, once; everything else is there wholly or not at all. */
export const assertWhole = async (
  store: Store,
  acknowledged: ReadonlySet<string>,
): Promise<number> => {
  const kept = await store.records.list('seen');
  const named = new Set(kept.map(({ id }) => id));
  const lost = [...acknowledged].filter((name) => !named.has(name));
  assert.deepEqual(lost, [], 'acknowledged and lost');

  const objects = new Set(kept.flatMap(({ value }) => value.objects as string[]));
  const audiences = (await store.audiences()).map(({ id }) => id);
  const stored: string[] = [];
  let after = 0;
  for (;;) {
    const page = await store.page({ collection: 1, audiences, after, versions: ['all'] }, 1000);
    for (const { id, added } of page.rows) {
      assert.ok(added > after, 'date_added is unique and increasing');
      after = added;
      stored.push(id);
    }
    if (!page.more) break;
  }
  assert.equal(stored.length, objects.size, 'objects and the record of them, or neither');
  assert.ok(stored.every((id) => objects.has(id)));

  const told: string[] = [];
  let changes = 0;
  let seq = 0;
  for (;;) {
    const events = await store.events.read(seq, 1000);
    if (events.length === 0) break;
    for (const event of events) {
      assert.ok(event.seq > seq);
      seq = event.seq;
      const { name } = event.body as { name?: string };
      if (name === undefined) changes++;
      else told.push(name);
    }
  }
  assert.deepEqual(told.sort(), [...named].sort(), 'one event for each write');
  assert.equal(changes, stored.length, 'one event for each object');
  return named.size;
};
