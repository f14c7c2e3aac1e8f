import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { buildReport } from '../fixture.ts';
import { axesChart } from './axes-chart.ts';
import { templateMarkup } from './families.ts';
import { GRAPH_WIDTH, layOut } from './graph-layout.ts';
import { type Box, placeLabels } from './label-places.ts';
import { linkFigure } from './link-graph.ts';
import { bullet, contributionBar } from './marks.ts';
import { markupOf } from './markup.ts';
import { membersOf } from './members.ts';
import { levelBounds, MAX_ROWS, rebin, timelineFigure } from './timeline.ts';

const report = buildReport();
const campaign = report.campaigns[0]!;
const members = membersOf(campaign, new Map(report.accounts.map((a) => [a.account_id, a])));

test('rebinning keeps every exchange', () => {
  assert.deepEqual(rebin([1, 2, 3, 4, 5], 2), [3, 7, 5]);
  fc.assert(
    fc.property(fc.array(fc.nat(50)), fc.integer({ min: 1, max: 9 }), (counts, factor) => {
      const sum = (list: readonly number[]): number => list.reduce((a, b) => a + b, 0);
      const bins = rebin(counts, factor);
      return sum(bins) === sum(counts) && bins.length === Math.ceil(counts.length / factor);
    }),
  );
});

test('levels rise strictly, end at the largest count, and are at most five', () => {
  assert.deepEqual(levelBounds(1), [1]);
  assert.deepEqual(levelBounds(100), [4, 16, 36, 64, 100]);
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1e6 }), (max) => {
      const bounds = levelBounds(max);
      assert.ok(bounds.length <= 5 && bounds.at(-1) === max);
      assert.ok(bounds.every((bound, i) => i === 0 || bound > bounds[i - 1]!));
    }),
  );
});

test('members are numbered by first activity, and all of them are there', () => {
  assert.equal(members.length, campaign.accounts.length);
  const first = members.map(({ counts }) => counts.findIndex((count) => count > 0));
  assert.deepEqual(
    first,
    first.toSorted((a, b) => a - b),
  );
  assert.deepEqual(
    members.map(({ number }) => number),
    members.map((_, i) => i + 1),
  );
});

test('an account without a timeline row comes last and is not drawn', () => {
  const extra = { ...campaign, accounts: ['no-row', ...campaign.accounts] };
  const list = membersOf(extra, new Map());
  assert.equal(list.at(-1)!.id, 'no-row');
  assert.match(markupOf(timelineFigure(extra, list)), /84 busiest accounts are drawn, 1 other not/);
});

test('the timeline draws every active cell once', () => {
  const small = {
    ...campaign,
    accounts: ['a', 'b'],
    timeline: {
      ...campaign.timeline,
      accounts: ['a', 'b'],
      counts: [
        [1, 0, 1, 9],
        [0, 0, 0, 1],
      ],
    },
  };
  const markup = markupOf(timelineFigure(small, membersOf(small, new Map())));
  const drawn = markup.slice(markup.indexOf('<title>')).match(/M[\d.]+ [\d.]+H[\d.]+/g)!;
  assert.equal(drawn.length, 4);
});

test('neighbouring cells of one level are joined', () => {
  const one = {
    ...campaign,
    accounts: ['a'],
    timeline: { ...campaign.timeline, accounts: ['a'], counts: [[2, 2, 2, 0, 2]] },
  };
  const markup = markupOf(timelineFigure(one, membersOf(one, new Map())));
  assert.equal(markup.slice(markup.indexOf('<title>')).match(/M[\d.]+ [\d.]+H/g)!.length, 2);
});

test('more rows than fit: the busiest are drawn and the rest is named', () => {
  const big = buildReport([{ kind: 'distillation', accounts: 400 }]).campaigns[0]!;
  const markup = markupOf(timelineFigure(big, membersOf(big, new Map())));
  assert.match(markup, new RegExp(`The ${MAX_ROWS} busiest accounts are drawn, 250 others not`));
});

test('a timeline without exchanges or with a broken start says so', () => {
  const { timeline } = campaign;
  const none = {
    ...campaign,
    timeline: { ...timeline, counts: timeline.counts.map(() => [0, 0]) },
  };
  const broken = { ...campaign, timeline: { ...timeline, start: '"><b>' } };
  for (const one of [none, broken])
    assert.match(markupOf(timelineFigure(one, membersOf(one, new Map()))), /holds no timeline/);
});

test('the layout is the same each time, finite, inside its frame, without two accounts on one spot', () => {
  const first = layOut(campaign.links, members);
  assert.deepEqual(layOut(campaign.links, members), first);
  for (const { x, y } of first.placed) {
    assert.ok(x >= 0 && x <= GRAPH_WIDTH && y >= 0 && y <= first.height);
  }
  const spots = new Set(first.placed.map(({ x, y }) => `${x.toFixed(0)} ${y.toFixed(0)}`));
  assert.equal(spots.size, first.placed.length);
});

test('the graph draws at most 400 links and each linked account once', () => {
  const many = Array.from({ length: 900 }, (_, i) => ({
    a: `a${i % 40}`,
    b: `b${i % 37}`,
    llr: i,
    kinds: ['payment'],
  }));
  const markup = markupOf(linkFigure({ ...campaign, links: many }, members));
  assert.equal(markup.match(/M\d+ \d+L/g)!.length, 400);
  assert.equal(markup.match(/<circle/g)!.length, 77);
});

test('the legend names each kind with its count; the rarest share one line', () => {
  const markup = markupOf(linkFigure(campaign, members));
  const counts = new Map<string, number>();
  for (const { kinds } of campaign.links) counts.set(kinds[0]!, (counts.get(kinds[0]!) ?? 0) + 1);
  const named = [...counts].toSorted((a, b) => b[1] - a[1]).slice(0, 5);
  for (const [kind, count] of named)
    assert.ok(markup.includes(`${kind} <span class="soft">${count}<`));
  assert.match(markup, /other <span/);
});

test('a campaign without links says so', () => {
  assert.match(markupOf(linkFigure({ ...campaign, links: [] }, members)), /holds no links/);
});

test('labels of marks touch no mark, no text, no other label and stay inside the frame', () => {
  const frame: Box = { left: 0, top: 0, right: 400, bottom: 400 };
  const texts: readonly Box[] = [{ left: 0, top: 180, right: 400, bottom: 220 }];
  const mark = fc.record({
    x: fc.integer({ min: 0, max: 400 }),
    y: fc.integer({ min: 0, max: 400 }),
    r: fc.integer({ min: 5, max: 14 }),
    label: fc.constant('38e1e37e'),
  });
  fc.assert(
    fc.property(fc.array(mark, { maxLength: 60 }), (marks) => {
      const places = placeLabels(marks, texts, frame);
      const boxes = places.map(({ x, y }) => ({
        left: x,
        right: x + 50,
        top: y - 6,
        bottom: y + 6,
      }));
      const others = [
        ...texts,
        ...marks.map(({ x, y, r }) => ({ left: x - r, right: x + r, top: y - r, bottom: y + r })),
      ];
      boxes.forEach((a, i) => {
        assert.ok(a.left >= 0 && a.right <= 400 && a.top >= 0 && a.bottom <= 400);
        for (const b of [...others, ...boxes.slice(i + 1)])
          assert.ok(
            a.right <= b.left || b.right <= a.left || a.bottom <= b.top || b.bottom <= a.top,
          );
      });
    }),
  );
});

test('a label stands left of a mark that has room; of marks on one spot the first is named', () => {
  const frame: Box = { left: 0, top: 0, right: 400, bottom: 400 };
  const one = { x: 300, y: 100, r: 10, label: '38e1e37e' };
  const [place] = placeLabels([one], [], frame);
  assert.ok(place!.x < 290 && place!.y === 100);
  const crowd = Array.from({ length: 12 }, () => one);
  const named = placeLabels(crowd, [], frame).map(({ mark }) => mark);
  assert.equal(named[0], 0);
  assert.ok(named.length <= 4, `${named.length} labels around one spot`);
});

test('the two-axis picture holds one mark per finding, at its scores', () => {
  const markup = markupOf(axesChart(report));
  assert.match(
    markup,
    /<title>Position of 4 findings by network score and intent score\.<\/title>/,
  );
  assert.equal(markup.match(/<title>[^<]*, \d+ accounts<\/title>/g)!.length, 4);
});

test('slots are marked, also next to hostile text, and an open bracket is no slot', () => {
  assert.match(markupOf(templateMarkup('Solve ⟨…⟩ now')), /Solve <mark [^>]*>⟨…⟩<\/mark> now/);
  assert.match(markupOf(templateMarkup('<b>⟨n⟩')), /&lt;b&gt;<mark [^>]*>⟨n⟩<\/mark>/);
  assert.doesNotMatch(markupOf(templateMarkup(`⟨${'x'.repeat(100)}`)), /<mark/);
});

test('the bullet keeps value and band inside the drawing, whatever the numbers', () => {
  const real = fc.double({ min: -1e9, max: 1e9, noNaN: true });
  fc.assert(
    fc.property(real, real, real, (value, middle, end) => {
      const drawn = markupOf(bullet('intent', value, { middle, end }));
      assert.doesNotMatch(drawn, /NaN|Infinity/);
      for (const [, x] of drawn.matchAll(/M(-?[\d.]+) (?:3|11)/g))
        assert.ok(Number(x) >= 0 && Number(x) <= 250, drawn);
    }),
  );
});

test('a contribution that speaks against is hollow', () => {
  assert.match(markupOf(contributionBar('network', -1, 2)), /fill="none"/);
  assert.match(markupOf(contributionBar('network', 1, 2)), /fill="currentColor"/);
});
