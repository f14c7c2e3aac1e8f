import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseHTML } from 'linkedom';
import { buildReport, emptyReport } from '../fixture.ts';
import { hostileReport, hostileTimes } from '../fixture-hostile.ts';
import { renderHtml } from './page.ts';

interface Node {
  readonly tagName: string;
  readonly textContent: string;
  readonly attributes: Iterable<{ readonly name: string; readonly value: string }>;
  getAttribute(name: string): string | null;
}
interface Page {
  querySelectorAll(selector: string): Iterable<Node>;
}
const open = (page: string): Page => parseHTML(page).document;
const all = (page: string, selector: string): Node[] => [...open(page).querySelectorAll(selector)];
const text = (page: string, selector: string): string =>
  all(page, selector)
    .map((node) => node.textContent)
    .join('\n');

const report = buildReport();
const page = renderHtml(report);
const hostile = renderHtml(hostileReport());

test('the title and the first heading are the result', () => {
  for (const selector of ['title', 'h1'])
    assert.match(
      text(page, selector).replaceAll('\u00a0', ' '),
      /2 distillation campaigns, 1 account network/,
    );
});

test('the page says what was read and what was not', () => {
  assert.match(text(page, 'header'), /214\u202f332 exchanges of 3\u202f212 accounts/);
  assert.match(text(page, 'header'), /1\u202f204 rows could not be read \(0\.56/);
  assert.match(text(page, 'main'), /1\u202f100: not JSON/);
  assert.match(text(page, 'main'), /traffic-2026-01-03\.jsonl/);
});

test('each campaign has a section with evidence, timeline, links, families and what would change it', () => {
  const articles = all(page, 'article');
  assert.equal(articles.length, report.campaigns.length);
  report.campaigns.forEach((campaign, i) => {
    const words = articles[i]!.textContent;
    for (const item of campaign.evidence) assert.ok(words.includes(item.says));
    for (const family of campaign.families) assert.ok(words.includes(family.template));
    for (const sentence of campaign.would_change) assert.ok(words.includes(sentence));
    for (const account of campaign.accounts) assert.ok(words.includes(account));
    for (const part of ['Timeline', 'Links between the accounts']) assert.ok(words.includes(part));
  });
});

test('limits, method, calibration and glossary are on the page', () => {
  for (const limit of report.limits) assert.ok(text(page, 'main').includes(limit));
  assert.ok(text(page, 'main').includes(report.calibration.id));
  assert.match(text(page, '.glossary'), /prompt family/);
});

test('an empty result says calmly what it means', () => {
  const empty = renderHtml(emptyReport());
  assert.equal(text(empty, 'h1'), 'No campaign found');
  assert.match(text(empty, 'main'), /does not prove that nothing is there/);
  assert.equal(all(empty, 'article').length, 0);
});

test('the same report gives the same page', () => {
  assert.equal(renderHtml(buildReport()), page);
});

const ALLOWED =
  /^(html|head|meta|title|style|body|a|header|main|footer|nav|section|article|h[1-5]|p|b|strong|br|span|bdi|div|ul|li|dl|dt|dd|figure|figcaption|table|caption|thead|tbody|tr|th|td|details|summary|mark|svg|g|path|line|rect|circle|text|tspan)$/;
const harms = (markup: string): string[] =>
  all(markup, '*').flatMap((node) => {
    const found = ALLOWED.test(node.tagName.toLowerCase()) ? [] : [`<${node.tagName}>`];
    for (const { name, value } of node.attributes) {
      if (/^(on|src|action|formaction|data$|xlink)/i.test(name)) found.push(`${name}=${value}`);
      if (name === 'href' && !/^#[a-z0-9-]+$/.test(value)) found.push(`href=${value}`);
      if (name === 'style' && /url|expression|import/i.test(value)) found.push(`style=${value}`);
    }
    return found;
  });

test('no script, no handler, no outside address and no unknown element, even in a hostile report', () => {
  for (const markup of [page, hostile, renderHtml(hostileTimes())]) {
    assert.deepEqual(harms(markup), []);
    assert.doesNotMatch(markup, /<(script|iframe|img|link|base|object|embed|form)[\s>]/i);
  }
  // The control: the same check finds what it looks for.
  assert.equal(harms('<p onclick="x"><script>1</script><a href="//x">').length, 3);
});

test('a hostile report changes the texts of the page, not its elements', () => {
  // Families, limits and reasons differ in number, so the frame around them is compared.
  for (const selector of [
    'section',
    'article',
    'style',
    'meta',
    'title',
    'header',
    'nav',
    'figure',
  ])
    assert.equal(
      all(hostile, `body ${selector}, head ${selector}`).filter((n) => n.tagName !== 'TITLE')
        .length,
      all(page, `body ${selector}, head ${selector}`).filter((n) => n.tagName !== 'TITLE').length,
      selector,
    );
});

test('no control or bidirectional character reaches the page', () => {
  assert.doesNotMatch(hostile, /(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u);
});

test('the policy forbids everything but inline styles', () => {
  const policy = all(page, 'meta').find((n) => n.getAttribute('http-equiv') !== null)!;
  assert.equal(
    policy.getAttribute('content'),
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:",
  );
});

test('headings never skip a level, ids are unique, links lead somewhere, tables have headers', () => {
  const levels = all(page, 'h1,h2,h3,h4,h5').map((node) => Number(node.tagName[1]));
  assert.equal(levels[0], 1);
  assert.equal(levels.filter((level) => level === 1).length, 1);
  for (const [i, level] of levels.entries())
    assert.ok(i === 0 || level <= levels[i - 1]! + 1, `heading ${i}`);
  const ids = all(page, '[id]').map((node) => node.getAttribute('id')!);
  assert.equal(new Set(ids).size, ids.length);
  for (const link of all(page, 'a')) assert.ok(ids.includes(link.getAttribute('href')!.slice(1)));
  const tables = all(page, 'table').length;
  assert.equal(all(page, 'table > caption').length, tables);
  for (const header of all(page, 'th'))
    assert.match(header.getAttribute('scope') ?? '', /^(col|row)$/);
  for (const chart of all(page, 'svg'))
    assert.ok(chart.getAttribute('aria-hidden') === 'true' || chart.getAttribute('role') === 'img');
});

test('200 campaigns of 150 accounts stay below 8 MB, all in the table, and the page says so', () => {
  const specs = Array.from({ length: 200 }, () => ({
    kind: 'distillation' as const,
    accounts: 150,
  }));
  const big = renderHtml(buildReport(specs));
  assert.ok(Buffer.byteLength(big) < 8_000_000, `${Buffer.byteLength(big)} bytes`);
  assert.equal(
    big.match(/<tr><th scope="row"><(a|bdi)[^>]*>.*Distillation campaign/g)!.length,
    200,
  );
  const shown = big.match(/<article/g)!.length;
  assert.ok(shown >= 10, `${shown} in full`);
  assert.ok(
    big.includes(`The first ${shown} are shown in full below, the other ${200 - shown} only here`),
  );
});

test('a campaign that alone breaks the budget is still in the table', () => {
  const tight = renderHtml(report, { maxDetailBytes: 100 });
  assert.equal(all(tight, 'article').length, 0);
  assert.equal(all(tight, '.findings tbody tr').length, 4);
});
