/** Named after WHATWG HTML, 9.2.6. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { eventStreamParser } from './event-stream.ts';

const bytes = (text: string): Uint8Array => Buffer.from(text);
const read = (text: string) => eventStreamParser().push(bytes(text));
const brief = (text: string) => read(text).map(({ type, data }) => [type, data]);

test('data lines are joined; a comment is nothing; an unknown field is nothing', () => {
  assert.deepEqual(brief('data: YHOO\ndata: +2\ndata: 10\n\n'), [['message', 'YHOO\n+2\n10']]);
  assert.deepEqual(brief(': beat\n\ncolour: red\ndata:a\n\n'), [['message', 'a']]);
});

test('one space after the colon is dropped, no more; without a colon the value is empty', () => {
  assert.deepEqual(brief('data:a\n\ndata: a\n\ndata:  a\n\n'), [
    ['message', 'a'],
    ['message', 'a'],
    ['message', ' a'],
  ]);
  assert.deepEqual(brief('data\n\ndata\ndata\n\ndata:'), [
    ['message', ''],
    ['message', '\n'],
  ]);
});

test('the id holds until it changes, also from an event without data, and never with a NUL', () => {
  const parser = eventStreamParser('before');
  const ids = parser
    .push(bytes('data: a\n\nid: 1\ndata: b\n\ndata: c\n\nid: x\0y\ndata: d\n\nid\ndata: e\n\n'))
    .map(({ lastEventId }) => lastEventId);
  assert.deepEqual(ids, ['before', '1', '1', '1', '']);
  parser.push(bytes('id: 9\n\n'));
  assert.equal(parser.lastEventId(), '9');
  // Not completed by an empty line: it does not count yet.
  parser.push(bytes('id: 10\ndata: x\n'));
  assert.equal(parser.lastEventId(), '9');
});

test('retry takes digits only; an event type holds for one event', () => {
  const parser = eventStreamParser();
  parser.push(bytes('retry: 1500\n\nretry: -3\n\nretry: 1e3\n\n'));
  assert.equal(parser.retryMs(), 1500);
  assert.deepEqual(brief('event: add\ndata: 1\n\ndata: 2\n\nevent: lost\n\ndata: 3\n\n'), [
    ['add', '1'],
    ['message', '2'],
    ['message', '3'],
  ]);
});

test('a byte order mark at the start is ignored, and line ends are CR, LF or both', () => {
  const wanted = [['message', 'a\nb']];
  for (const end of ['\n', '\r', '\r\n'])
    assert.deepEqual(brief(`\ufeffdata: a${end}data: b${end}${end}`), wanted, JSON.stringify(end));
});

test('however the bytes are cut, the events are the same', () => {
  const piece = fc.constantFrom(
    'data: ä€😀',
    'data:',
    'id: 7',
    'id',
    'event: add',
    ': c',
    '\n',
    '\r',
    '\r\n',
    'retry: 5',
    'x',
  );
  fc.assert(
    fc.property(
      fc.array(piece, { maxLength: 40 }),
      fc.infiniteStream(fc.integer({ min: 1, max: 9 })),
      (parts, sizes) => {
        const all = bytes(parts.join(''));
        const whole = eventStreamParser().push(all);
        const parser = eventStreamParser();
        const cut = [];
        for (let at = 0; at < all.length; ) {
          const size = sizes.next().value as number;
          cut.push(...parser.push(all.subarray(at, at + size)));
          at += size;
        }
        assert.deepEqual(cut, whole);
      },
    ),
  );
});

test('an endless line, and an event of endless lines, are refused', () => {
  const bounds = { maxLine: 1000, maxData: 5000 };
  const parser = eventStreamParser('', bounds);
  assert.throws(() => parser.push(bytes('a'.repeat(1001))), { code: 'TAXII_ANSWER_INVALID' });
  const other = eventStreamParser('', bounds);
  assert.throws(() => other.push(bytes('data: 123456789\n'.repeat(600))), {
    code: 'TAXII_ANSWER_INVALID',
  });
});
