import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { forHtml, forJson, forTerminal, visible } from './safe-text.ts';
import { textWidth, trimToWidth } from './text-width.ts';

const DANGEROUS = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u;
const anyText = fc.string({ unit: 'binary', maxLength: 60 });

test('a clear-screen sequence is shown, not obeyed', () => {
  assert.equal(forTerminal('\x1b[2J\x1b[Hgone'), '\\x1b[2J\\x1b[Hgone');
});

test('an OSC 8 link and its BEL terminator lose their power', () => {
  const link = '\x1b]8;;https://evil.example\x07click\x1b]8;;\x07';
  assert.equal(forTerminal(link), '\\x1b]8;;https://evil.example\\x07click\\x1b]8;;\\x07');
});

test('the one-byte C1 forms of CSI and OSC are escaped too', () => {
  assert.equal(forTerminal('\x9b31m\x9d0;title\x9c'), '\\x9b31m\\x9d0;title\\x9c');
});

test('line breaks, carriage returns, tabs and backspaces stay on the line, visibly', () => {
  assert.equal(forTerminal('a\nb\r\tc\b\x7f'), 'a\\nb\\r\\tc\\x08\\x7f');
  assert.equal(forTerminal('a\u2028b\u2029c\u0085d'), 'a\\u2028b\\u2029c\\x85d');
});

test('bidirectional controls and zero-width characters become visible', () => {
  assert.equal(forTerminal('user\u202egnp.exe'), 'user\\u202egnp.exe');
  assert.equal(forTerminal('\u2066a\u2069\u200f\u061c'), '\\u2066a\\u2069\\u200f\\u061c');
  assert.equal(forTerminal('a\u200bb\u2060c\ufeffd\u00ade'), 'a\\u200bb\\u2060c\\ufeffd\\xade');
});

test('tag characters, fillers and lone surrogates become visible', () => {
  assert.equal(visible('\u{e0041}\u3164\ud800'), '\\u{e0041}\\u3164\\ud800');
});

test('ordinary writing of every script is left alone', () => {
  for (const text of [
    'naïve café',
    '日本語のテキスト',
    'Здравствуйте',
    'مرحبا',
    '한국어',
    '❤️',
    '⟨…⟩',
  ])
    assert.equal(visible(text), text);
});

test('piled-up combining marks are bounded', () => {
  assert.equal(visible(`a${'\u0301'.repeat(50)}b`), `a${'\u0301'.repeat(4)}…b`);
});

test('property: no text leaves a character that a terminal obeys', () => {
  fc.assert(fc.property(anyText, (text) => !DANGEROUS.test(forTerminal(text))));
});

test('property: a trimmed text never takes more columns than asked', () => {
  fc.assert(
    fc.property(anyText, fc.integer({ min: 0, max: 30 }), (text, max) => {
      assert.ok(textWidth(forTerminal(text, max)) <= max);
    }),
  );
});

test('trimming counts wide characters as two columns', () => {
  assert.equal(forTerminal('日本語テキスト', 7), '日本語…');
  assert.equal(textWidth('日本語…'), 7);
  assert.equal(trimToWidth('abcdef', 4, '~'), 'abc~');
  assert.equal(trimToWidth('abc', 3), 'abc');
});

test('a 50 MB string is trimmed without being scanned', () => {
  const huge = Buffer.alloc(50_000_000, 'x').toString('latin1');
  const started = performance.now();
  assert.equal(forTerminal(huge, 10), 'xxxxxxxxx…');
  assert.ok(performance.now() - started < 100);
});

test('markup and quotes cannot leave their place in HTML', () => {
  assert.equal(
    forHtml(`<script>alert("1")</script>'\`&`),
    '&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&#39;&#96;&amp;',
  );
  assert.equal(forHtml('a\x1b\u202eb\0'), 'a\\x1b\\u202eb\\x00');
});

test('HTML text is cut between characters, with a sign that it was cut', () => {
  assert.equal(forHtml('abcdef', 3), 'abc…');
  assert.equal(forHtml('ab😀cd', 3), 'ab…');
});

test('property: HTML output holds no character that starts markup or ends a quote', () => {
  fc.assert(fc.property(anyText, (text) => !/[<>"'`]/.test(forHtml(text))));
});

test('property: terminal-safe JSON parses to the same value and holds no raw control', () => {
  fc.assert(
    fc.property(fc.record({ a: anyText, b: fc.array(anyText) }), (value) => {
      const json = forJson(value, 2);
      assert.ok(!DANGEROUS.test(json.replaceAll('\n', '')));
      assert.deepEqual(JSON.parse(json), JSON.parse(JSON.stringify(value)));
    }),
  );
});
