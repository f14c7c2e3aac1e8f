import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createJoinWindow } from './join-window.ts';

const options = { windowMs: 1000, most: 3 };

test('two halves become one row, whichever came first; what the content says is believed', () => {
  const window = createJoinWindow(options);
  assert.deepEqual(window.add('network', 'r1', { ip: '198.51.100.7', model: 'x' }, 0), []);
  assert.deepEqual(window.add('content', 'r1', { prompt: 'hi', model: 'm' }, 900), [
    { row: { ip: '198.51.100.7', model: 'm', prompt: 'hi' }, joined: 'both' },
  ]);
  assert.equal(window.size, 0);
});

test('a half that waited too long is released by itself, the oldest first', () => {
  const window = createJoinWindow(options);
  window.add('content', 'a', { prompt: 'a' }, 0);
  window.add('network', 'b', { ip: 'b' }, 10);
  assert.deepEqual(window.expire(1000), []);
  assert.deepEqual(
    window.expire(1011).map((r) => r.joined),
    ['content', 'network'],
  );
});

test('the number that waits is bounded', () => {
  const window = createJoinWindow(options);
  for (const id of ['a', 'b', 'c']) assert.deepEqual(window.add('content', id, { id }, 0), []);
  assert.deepEqual(window.add('content', 'd', { id: 'd' }, 0), [
    { row: { id: 'a' }, joined: 'content' },
  ]);
  assert.equal(window.size, 3);
});

test('messages of one half in two batches follow each other', () => {
  const window = createJoinWindow(options);
  window.add('content', 'r', { messages: [{ role: 'system', content: 's' }] }, 0);
  window.add('content', 'r', { messages: [{ role: 'user', content: 'u' }] }, 1);
  const [released] = window.add('network', 'r', { account_id: 'a' }, 2);
  assert.equal((released!.row.messages as unknown[]).length, 2);
});

test('what waits survives a restart', () => {
  const window = createJoinWindow(options);
  window.add('content', 'r', { prompt: 'p' }, 5);
  const again = createJoinWindow(options, JSON.parse(JSON.stringify(window.waiting())));
  assert.equal(again.add('network', 'r', { ip: 'i' }, 6)[0]!.joined, 'both');
});
