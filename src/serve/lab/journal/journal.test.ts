import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, readdirSync, rmSync, statSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { RecordHeader } from './frame.ts';
import { openJournal } from './journal.ts';
import { replay } from './replay.ts';

const root = mkdtempSync(join(tmpdir(), 'stillwatch-journal-'));
after(() => rmSync(root, { recursive: true, force: true }));

const header = (seq: number): RecordHeader => ({ seq, at: 5, stream: 'whole', firstLine: 1 });
const read = async (folder: string, after_: number): Promise<[number, string][]> => {
  const found: [number, string][] = [];
  for await (const { header: h, data } of replay(folder, after_))
    found.push([h.seq, Buffer.from(data).toString()]);
  return found;
};

test('what was appended is replayed in order, over segments, after a checkpoint', async () => {
  const folder = join(root, 'order');
  const journal = openJournal(folder, { last: 0, segmentBytes: 300 });
  await Promise.all([1, 2, 3].map((n) => journal.append(header(n), Buffer.from(`line ${n}`))));
  for (let n = 4; n <= 20; n++) await journal.append(header(n), Buffer.from(`line ${n}`));
  await journal.close();
  assert.ok(readdirSync(folder).length > 2);
  assert.deepEqual(
    await read(folder, 0),
    Array.from({ length: 20 }, (_, i) => [i + 1, `line ${i + 1}`]),
  );
  assert.equal((await read(folder, 15)).length, 5);
});

test('a checkpoint lets go of what it holds, the last segment too', async () => {
  const folder = join(root, 'retire');
  const journal = openJournal(folder, { last: 0, segmentBytes: 300 });
  for (let n = 1; n <= 20; n++) await journal.append(header(n), Buffer.from(`line ${n}`));
  await journal.retire(10);
  assert.deepEqual((await read(folder, 10)).length, 10);
  await journal.retire(20);
  assert.deepEqual(readdirSync(folder), []);
  await journal.append(header(21), Buffer.from('more'));
  await journal.close();
  assert.deepEqual(await read(folder, 20), [[21, 'more']]);
});

test('a torn or damaged record ends its segment, and not what was written after a restart', async () => {
  const folder = join(root, 'torn');
  const journal = openJournal(folder, { last: 0 });
  for (let n = 1; n <= 3; n++) await journal.append(header(n), Buffer.from(`line ${n}`));
  await journal.close();
  const [file] = readdirSync(folder);
  const path = join(folder, file!);
  truncateSync(path, statSync(path).size - 3);
  assert.equal((await read(folder, 0)).length, 2);
  const again = openJournal(folder, { last: 2 });
  await again.append(header(3), Buffer.from('line 3 again'));
  await again.close();
  appendFileSync(path, 'rubbish that looks like nothing');
  assert.deepEqual((await read(folder, 0)).at(-1), [3, 'line 3 again']);
});
