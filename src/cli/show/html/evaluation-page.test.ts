import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseHTML } from 'linkedom';
import type { EvaluationReport, Point } from '../../../prove/evaluate/kit/section.ts';
import { evaluationPage } from './evaluation-page.ts';

interface Node {
  readonly textContent: string;
  readonly outerHTML: string;
  getAttribute(name: string): string | null;
}
const all = (page: string, selector: string): Node[] => [
  ...(
    parseHTML(page).document as unknown as { querySelectorAll(s: string): Iterable<Node> }
  ).querySelectorAll(selector),
];

const HOSTILE = '<script>alert(1)</script>\u202e"onload="x';
const point = (x: number | string, value: number | null, series = 'a'): Point => ({
  x,
  series,
  value,
  low: value === null ? null : Math.max(0, value - 0.1),
  high: value === null ? null : Math.min(1, value + 0.1),
});

const report: EvaluationReport = {
  version: 1,
  kind: 'stillwatch-evaluation',
  code: 'c0de',
  corpora: [
    { name: HOSTILE, sha256: 'ab12' },
    { name: 'grammar:x', sha256: null },
  ],
  prompts: 'files',
  level: 0.05,
  baseline: null,
  model: 'intent-x',
  seeds: [1, 2],
  ordinary: 800,
  sections: [
    {
      suite: 'one',
      title: 'Section one',
      question: 'Why?',
      answers: ['Because.', HOSTILE],
      method: ['So.'],
      limits: [],
      done: 3,
      planned: 4,
      tables: [
        {
          caption: 'Counts',
          head: ['name', 'share'],
          rows: [
            [HOSTILE, '1/2 [1 % – 99 %]'],
            ['plain', '–'],
          ],
        },
      ],
      charts: [
        {
          kind: 'rows',
          title: 'Rows',
          x: 'share',
          y: '',
          target: 0.9,
          points: [point(HOSTILE, 0.4), point('b', 1), point('nothing', null)],
        },
        {
          kind: 'lines',
          title: 'Lines',
          x: 'level',
          y: 'share',
          logX: true,
          points: [point(0.01, 0.1), point(0.05, 0.5), point(0.5, 1, 'b')],
        },
        { kind: 'lines', title: 'Empty', x: 'x', y: 'y', points: [point(1, null)] },
      ],
      data: null,
    },
  ],
  limits: ['One limit.'],
};
const page = evaluationPage(report);

test('nothing from outside becomes markup, and the page runs and loads nothing', () => {
  assert.equal(all(page, 'script').length, 0);
  assert.ok(!page.includes('\u202e'));
  for (const node of all(page, '*')) assert.equal(node.getAttribute('onload'), null);
  assert.ok(!/(?:src|href)="(?!#)/.test(page));
  assert.match(page, /default-src 'none'/);
});

test('every table, chart, answer and limit is on the page', () => {
  assert.equal(all(page, 'tbody tr').length, 2);
  assert.equal(all(page, 'td.n').length, 2);
  // A chart without a measured point is left out.
  assert.deepEqual(
    all(page, 'figure h4').map((node) => node.textContent),
    ['Rows', 'Lines'],
  );
  const text = all(page, 'main')[0]!.textContent;
  for (const said of ['Section one', 'Why?', 'Because.', 'So.', 'One limit.', 'unfinished: 3 of 4'])
    assert.ok(text.includes(said), said);
  assert.match(
    all(page, 'header')[0]!.textContent,
    /seeds 1 to 2.*level 5 %.*intent model intent-x, code c0de/s,
  );
});

test('charts show each point with its interval, and every x of a line is named', () => {
  const [rows, lines] = all(page, 'figure');
  const titles = (node: Node): string[] =>
    [...node.outerHTML.matchAll(/<title>([^<]*)<\/title>/g)].map(([, text]) => text!);
  assert.ok(titles(rows!).some((t) => t.includes('b: 100 % [90 % – 100 %]')));
  assert.equal(titles(rows!).filter((t) => t.includes('[')).length, 2);
  assert.equal(titles(lines!).filter((t) => t.includes('[')).length, 3);
  const shown = [...lines!.outerHTML.matchAll(/<text[^>]*>([^<]*)</g)].map(([, text]) => text!);
  for (const tick of ['1 %', '5 %', '50 %']) assert.ok(shown.includes(tick), tick);
});
