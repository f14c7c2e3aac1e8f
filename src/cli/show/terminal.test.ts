import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import { textWidth } from '../../base/text-width.ts';
import { buildReport, emptyReport } from './fixture.ts';
import { HOSTILE, hostileReport, hostileTimes } from './fixture-hostile.ts';
import { terminalOptions } from './paint.ts';
import { renderScan } from './terminal.ts';

const PLAIN = { width: 110, color: false, unicode: true };
const render = (report = buildReport(), options = {}): string =>
  renderScan(report, { ...PLAIN, ...options });
const widest = (text: string): number => Math.max(...text.split('\n').map(textWidth));
/** Everything a terminal could obey, apart from line breaks. */
const OBEYED = /(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u;

test('says what was read, what was not, and why', () => {
  const shown = render();
  assert.match(shown, /214\u202f332 exchanges of 3\u202f212 accounts, 2026-01-03 to 2026-01-16/);
  assert.match(
    shown,
    /1\u202f204 rows \(0\.56\u00a0%\): 1\u202f100 not JSON, 104 missing account_id/,
  );
  assert.match(shown, /33 duplicate rows counted once/);
});

test('says when every row was read', () => {
  const report = buildReport();
  const read = { ...report.read, rejected: 0, duplicates: 0, reasons: {} };
  assert.match(render({ ...report, read }), /not read +nothing: every row was read/);
});

test('says which calibration and which level it was judged against', () => {
  const shown = render();
  assert.match(shown, /calibration--self-3f2a91/);
  assert.match(shown, /a false discovery\s+rate of 1\u00a0% \(Benjamini–Hochberg\)/);
});

test('a wide terminal shows both axes of each campaign on its line', () => {
  const line = render()
    .split('\n')
    .find((text) => text.includes('account-network'))!;
  assert.match(line, /0\.\d\d {2}p 0\.0003.*0\.\d\d {2}p 0\.41/);
});

test('the top template is shown with its slots and cut to the width', () => {
  assert.match(render(), /“Hi, can you help me with ⟨…⟩” 98\u00a0% distinct/);
  assert.match(render(buildReport(), { width: 60 }), /“Solve the following problem[^”]*…”/);
});

for (const width of [60, 80, 107, 108, 200]) {
  test(`no line is wider than ${width} columns, commands to be copied apart`, () => {
    for (const report of [buildReport(), hostileReport(), emptyReport()]) {
      for (const unicode of [true, false]) {
        const shown = render(report, { width, unicode }).replace(/^ {2}stillwatch .*$/gm, '');
        assert.ok(
          widest(shown) <= width,
          shown.split('\n').find((l) => textWidth(l) > width) ?? '',
        );
      }
    }
  });
}

test('an empty result says calmly what it means, and names no campaign to explain', () => {
  const shown = render(emptyReport());
  assert.match(shown, /No campaign found/);
  assert.match(shown, /does not prove\s+that nothing is there/);
  assert.doesNotMatch(shown, /stillwatch explain/);
});

test('the next commands name a campaign that exists', () => {
  const report = buildReport();
  const id = /stillwatch explain REPORT\.json (\S+)/.exec(render(report))![1]!;
  assert.ok(report.campaigns[0]!.id.includes(id));
});

test('the limits of the scan are part of the result', () => {
  assert.match(render(), /What this scan could not see\n {2}· No accounts file/);
});

test('an account outside every campaign is listed with both axes', () => {
  assert.match(
    render(),
    /acct_lonely_01\n {4}review · network 0\.04 p 0\.62 · intent 0\.71 p 0\.003/,
  );
});

test('hostile text is shown, never obeyed', () => {
  for (const report of [hostileReport(), hostileTimes()]) {
    const shown = render(report);
    assert.doesNotMatch(shown, OBEYED);
    assert.match(shown, /\\x1b\[2J/);
  }
  // The control: the fixture does hold what would be obeyed.
  assert.match(HOSTILE.join(''), OBEYED);
});

test('in colour only styles are added', () => {
  const coloured = render(hostileReport(), { color: true });
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the sequences that styleText writes
  assert.match(coloured, /\x1b\[1m/);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: anything but a style is an attack
  assert.doesNotMatch(coloured, /\x1b(?!\[\d+m)/);
  assert.equal(stripVTControlCharacters(coloured), render(hostileReport()));
});

test('without Unicode the drawing is ASCII', () => {
  const shown = render(buildReport(), { unicode: false });
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the ASCII range itself
  const other = shown.split('\n').filter((line) => /[^\x00-\x7f]/.test(line));
  assert.deepEqual(other, []);
});

test('200 campaigns are bounded to a table one can read', () => {
  const specs = Array.from({ length: 200 }, () => ({ kind: 'review' as const, accounts: 5 }));
  const shown = render(buildReport(specs));
  assert.match(shown, /and 160 more in the JSON report/);
  assert.ok(shown.split('\n').length < 300);
});

test('NO_COLOR, pipes and dumb terminals get no colour', () => {
  const tty = { isTTY: true, columns: 120 };
  const utf8 = { LANG: 'en_US.UTF-8', TERM: 'xterm' };
  assert.deepEqual(terminalOptions(tty, utf8), { width: 120, color: true, unicode: true });
  assert.equal(terminalOptions(tty, { ...utf8, NO_COLOR: '1' }).color, false);
  assert.equal(terminalOptions(tty, { ...utf8, NO_COLOR: '' }).color, true);
  assert.equal(terminalOptions(tty, { ...utf8, TERM: 'dumb' }).color, false);
  assert.equal(terminalOptions({}, utf8).color, false);
  assert.equal(terminalOptions({}, { ...utf8, FORCE_COLOR: '1' }).color, true);
  assert.equal(terminalOptions({}, { ...utf8, FORCE_COLOR: '1', NO_COLOR: '1' }).color, false);
  assert.equal(terminalOptions(tty, { LANG: 'C' }).unicode, false);
  assert.equal(terminalOptions({ isTTY: true, columns: 10 }, utf8).width, 40);
});
