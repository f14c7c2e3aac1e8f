import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { createFlatReader, readFlatLine } from './flat-line.ts';
import { parseLine } from './json-line.ts';
import { mapNative, mapSettled } from './native.ts';
import { NATIVE_FIELDS } from './native-row.ts';

const reader = createFlatReader();

/** By the short way; undefined where it leaves the line to JSON.parse. */
const short = (line: string): unknown => {
  // Between other lines, as in a chunk: nothing beyond the line may be read.
  const b = Buffer.from(`"x"}\n${line}\n,"account_id":"other"}\n`);
  const row = readFlatLine(reader, b, 5, 5 + Buffer.byteLength(line));
  return row === null ? undefined : mapSettled(row);
};

const long = (line: string): unknown => {
  const b = Buffer.from(line);
  const row = parseLine(b, 0, b.length);
  return typeof row === 'string' ? row : mapNative(row);
};

const name = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom(...NATIVE_FIELDS) },
  fc.constantFrom('', 'promp', 'prompts', 'Prompt', '__proto__', 'pröm', 'a"b', 'toString'),
);
const blank = fc.constantFrom('', '', '', ' ', '\t', '\r', '  ');
const token = fc.oneof(
  fc.constantFrom('true', 'false', 'null', 'tru', 'nulll', '[]', '{}', '[1]', '""', '"', ''),
  fc.constantFrom('0', '-0', '-1', '01', '1.', '.5', '0.7', '1e3', '1E-2', '1.50', '429', '200'),
  fc.constantFrom('1772359200000', '999999999999999', '9007199254740993', '0.1234567890123456'),
  fc.constantFrom('"2026-03-01T12:00:00Z"', '"2026-03-01T12:00:00.123+02:00"', '"2026-02-30"'),
  fc.constantFrom(
    '"\\n"',
    '"a\\"b"',
    '"\\ud800"',
    '"\\x"',
    '"a\\',
    '"é漢😀"',
    '"a\u0001b"',
    '"\u007f"',
  ),
  fc.integer().map(String),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
  fc.string({ unit: 'binary' }).map((text) => JSON.stringify(text)),
  fc.string({ minLength: 60, maxLength: 70 }).map((text) => JSON.stringify(text)),
);
const member = fc
  .tuple(name, blank, blank, token, blank, blank)
  .map(([n, a, b, t, c, d]) => `${a}${JSON.stringify(n)}${b}:${c}${t}${d}`);
/** What makes a row whole, so that what follows it matters. */
const base = '"timestamp":1772359200000,"account_id":"a","prompt":"p","response_tokens":7';
const line = fc
  .tuple(
    fc.array(member, { maxLength: 3 }),
    fc.constantFrom('{', '{', '{', '{', ' {', '', '{{'),
    fc.constantFrom('}', '}', '}', '}', '} ', '}\r', '', '}}', ',}', '}x'),
    fc.boolean(),
  )
  .map(([members, open, close, whole]) =>
    [open, [...(whole ? [base] : []), ...members].join(','), close].join(''),
  );

describe('a line read from its bytes', () => {
  it('says what JSON.parse says, or leaves it to JSON.parse', () => {
    let taken = 0;
    fc.assert(
      fc.property(line, (text) => {
        const read = short(text);
        if (read === undefined) return;
        taken++;
        assert.deepEqual(read, long(text));
      }),
      { numRuns: 4_000 },
    );
    assert.ok(taken > 200, `${taken} lines were read the short way`);
  });

  it('says the same of any row that JSON.stringify writes', () => {
    const value = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.nat(),
      fc.double({ min: 0, max: 1e6, noNaN: true }),
      fc.boolean(),
      fc.constant(null),
    );
    const row = fc.dictionary(fc.constantFrom(...NATIVE_FIELDS), value);
    fc.assert(
      fc.property(row, (given) => {
        const text = JSON.stringify({ timestamp: 1_772_359_200_000, account_id: 'a', ...given });
        const read = short(text);
        if (read !== undefined) assert.deepEqual(read, long(text));
      }),
      { numRuns: 1_000 },
    );
  });

  it('is the way of every ordinary row', () => {
    const rows = readFileSync(new URL('./fixtures/native.jsonl', import.meta.url), 'utf8')
      .split('\n')
      .filter((row) => row !== '' && !/[[{]/.test(row.slice(1)));
    assert.ok(rows.length > 0);
    for (const row of [`{${base}}`, `{${base}, "temperature": 0.7, "stream": true}`, ...rows]) {
      assert.notEqual(short(row), undefined, row);
      assert.deepEqual(short(row), long(row));
    }
  });

  it('reads nothing beyond the line or the bytes', () => {
    for (const text of [`{${base}`, `{${base},"ip":"x`, `{${base},"n":1`, '{', '']) {
      assert.equal(short(text), undefined);
      const b = Buffer.from(text);
      assert.equal(readFlatLine(reader, b, 0, b.length), null);
    }
  });

  it('keeps the bounds on a row with very many fields', () => {
    const text = `{${base}${',"x":1'.repeat(300)}}`;
    assert.equal(short(text), undefined);
    assert.deepEqual(mapNative(JSON.parse(text)), long(text));
  });
});
