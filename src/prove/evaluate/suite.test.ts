import assert from 'node:assert/strict';
import { test } from 'node:test';
import { percent, showMean, showProportion } from './format.ts';
import { proportion } from './measures.ts';
import { compareBaselines } from './naive/compare.ts';
import { type Cell, type GridWorld, gridMarkdown, runGrid } from './suite.ts';
import { idsOf, labelsOf, reportOf } from './test-report.ts';

interface TestWorld extends GridWorld {
  readonly seed: number;
  readonly found: number;
}

const campaign = labelsOf('c', 10, 'distillation', 'c', 'harvest');
const people = labelsOf('p', 90, 'benign', null, 'chat');
const labels = [...campaign, ...people];

/** A world whose campaign a scan finds `found` accounts of. */
const cell = (name: string, found: number): Cell<TestWorld> => ({
  name,
  world: (seed) => ({ labels, seed, found }),
});

const scan = async ({ seed, found }: TestWorld) => {
  const caught = idsOf(campaign.slice(0, found));
  // One seed in five also accuses a person.
  return reportOf([['distillation', seed % 5 === 0 ? [...caught, 'p-3'] : caught]]);
};

test('the grid pools the seeds of each cell', async () => {
  const grid = await runGrid([cell('0 %', 10), cell('95 %', 3)], [1, 2, 3, 4, 5], scan);
  const [easy, hard] = grid.rows;
  assert.equal(easy!.summary.runs, 5);
  assert.equal(easy!.summary.campaigns_found.numerator, 5);
  assert.equal(easy!.summary.benign.distillation.overall.denominator, 450);
  assert.equal(easy!.summary.runs_with_benign.numerator, 1);
  assert.equal(easy!.runs.length, 5);
  assert.equal(hard!.summary.campaigns_found.numerator, 0);
  assert.equal(hard!.summary.share_of_found.n, 0);
});

test('worlds are made one at a time, each before its scan', async () => {
  const order: string[] = [];
  const world = (seed: number): TestWorld => {
    order.push(`make ${seed}`);
    return { labels, seed, found: 10 };
  };
  await runGrid(
    [{ name: 'a', world }],
    [7, 8],
    (made) => {
      order.push(`scan ${made.seed}`);
      return scan(made);
    },
    { onRun: (name, seed) => order.push(`${name} ${seed}`) },
  );
  assert.deepEqual(order, ['a 7', 'make 7', 'scan 7', 'a 8', 'make 8', 'scan 8']);
});

test('the Markdown has a row for each cell and detector, with n and interval', async () => {
  const cells = [cell('0 %', 10), cell('a|b\nc', 3)];
  const grid = await runGrid(cells, [1, 2], scan, {
    runBaselines: async () => compareBaselines(new Map(), labels),
  });
  const lines = gridMarkdown(grid).split('\n');
  const columns = lines[0]!.split('|').length;
  assert.ok(lines[2]!.includes('| 2 of 2 = 100 % [15.8 % – 100 %] |'), lines[2]);
  assert.ok(lines[3]!.startsWith('| a\\|b c |'));
  assert.equal(lines[2]!.split('|').length, columns);
  assert.equal(lines.filter((line) => line.includes('mmd-pooled')).length, 2);
  assert.deepEqual(JSON.parse(JSON.stringify(grid)), grid);
});

test('a scan that fails fails the grid', async () => {
  await assert.rejects(
    runGrid([cell('a', 1)], [1], async () => {
      throw new Error('no');
    }),
    /no/,
  );
});

test('numbers are never rounded into a certainty', () => {
  assert.equal(percent(1), '100 %');
  assert.equal(percent(0.9999), '99.9 %');
  assert.equal(percent(0), '0 %');
  assert.equal(percent(0.0001), '< 0.1 %');
  assert.equal(percent(0.125), '12.5 %');
  assert.equal(showProportion(proportion(0, 0)), 'nothing to count');
  assert.equal(showProportion(proportion(0, 20)), '0 of 20 = 0 % [0 % – 16.8 %]');
  assert.equal(showMean({ n: 1, value: 0.5, low: null, high: null }), '50 % (n 1)');
});
