import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { createProgress, formatBytes } from './progress.ts';

/** A stream that remembers what was written, with what cli-progress asks of a terminal. */
const fakeStream = (isTTY: boolean) => {
  const written: string[] = [];
  const stream = Object.assign(new PassThrough(), { isTTY, columns: 100 });
  stream.on('data', (chunk: Buffer) => written.push(chunk.toString()));
  const readline = { cursorTo: () => true, clearLine: () => true, moveCursor: () => true };
  return { stream: Object.assign(stream, readline), written };
};

test('nothing is written where there is no terminal', () => {
  const { stream, written } = fakeStream(false);
  const progress = createProgress('reading', 1000, stream);
  progress.update(500, 'half');
  progress.stop();
  assert.deepEqual(written, []);
});

test('on a terminal the bar shows label, share, bytes and note, and goes away', () => {
  const { stream, written } = fakeStream(true);
  const progress = createProgress('reading', 2_000_000, stream);
  progress.update(1_000_000, '12 accounts');
  progress.stop();
  progress.update(2_000_000, 'late');
  const all = written.join('');
  assert.match(all, /reading/);
  assert.match(all, /50 %/);
  assert.match(all, /1\.0 MB/);
  assert.match(all, /12 accounts/);
  assert.doesNotMatch(all, /late/);
});

test('an unknown total shows bytes and no share', () => {
  const { stream, written } = fakeStream(true);
  const progress = createProgress('reading', null, stream);
  progress.update(5_000, '');
  progress.stop();
  assert.match(written.join(''), /5\.0 kB/);
  assert.doesNotMatch(written.join(''), /%/);
});

test('a hostile note cannot move the cursor', () => {
  const { stream, written } = fakeStream(true);
  const progress = createProgress('reading', 10, stream);
  progress.update(20, '\x1b[2Jgone');
  progress.stop();
  assert.match(written.join(''), /\\x1b\[2Jgone/);
  assert.ok(!written.join('').includes('\x1b[2Jgone'));
});

test('bytes are shown in decimal units', () => {
  assert.equal(formatBytes(0), '0 bytes');
  assert.equal(formatBytes(999), '999 bytes');
  assert.equal(formatBytes(1_500), '1.5 kB');
  assert.equal(formatBytes(123_456_789), '123 MB');
});
