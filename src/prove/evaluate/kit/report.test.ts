/** Suites and their reports, on results that are made up. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tally } from '../tally.ts';
import { labelsOf } from '../test-report.ts';
import { boundedMean } from './bounded-mean.ts';
import { promiseKept } from './calibration.ts';
import { evasionSuite } from './evasion.ts';
import { gridSuite } from './grid.ts';
import { LEVELS } from './levels.ts';
import { replaceMeasured } from './measured-pages.ts';
import { minimumSuite } from './minimum.ts';
import { renderEvaluation } from './render-report.ts';
import type { EvaluationReport, Section } from './section.ts';
import { type Plan, type Results, sectionOf } from './suite.ts';
import { SUITES, suitesNamed } from './suites.ts';
import type { Job, Kinds } from './work/job.ts';
import type { ScanResult } from './work/scan-job.ts';
import { readSources } from './work/sources.ts';
import type { WorldSpec } from './work/world-spec.ts';

const plan: Plan = {
  seeds: [1, 2, 3, 4],
  ordinary: 800,
  level: 0.01,
  sources: readSources(undefined),
};

/** A scan of a world in which `finds` decides whether the campaigns are found. */
const scanned = (world: WorldSpec, seed: number, finds: (w: WorldSpec) => boolean): ScanResult => {
  const names = Array.from({ length: world.campaigns }, (_, i) => `c${i}`);
  const members = names.map((c) => labelsOf(c, world.accounts, 'distillation', c, 'campaign'));
  const people = labelsOf('p', 50, 'benign', null, 'person');
  const campaigns = finds(world)
    ? members.map((rows, i) => ({
        id: `f${i}`,
        verdict: 'distillation' as const,
        accounts: rows.map((row) => row.account_id),
      }))
    : [];
  const total = world.campaigns * world.accounts * world.exchanges;
  const harvested = total * (1 - world.unrelated);
  return {
    exchanges: total,
    accounts: 50,
    days: 14,
    tally: tally({ campaigns, accounts: [] }, [...members.flat(), ...people]),
    sent: {
      exchanges: total,
      harvested,
      harvestTokens: 100 * harvested,
      promptTokens: 20 * harvested,
      otherTokens: 50 * (total - harvested),
      cards: world.evade?.includes('own-cards') ? world.accounts : 10,
      addresses: 20,
    },
    harvested: names.map(() => ({ corpus: 'file.jsonl', prompts: 9000, asked: 100 + seed })),
    baselines: [],
  };
};

/** Everything a suite could ask for, made up. */
const made = (finds: (w: WorldSpec) => boolean): Results => ({
  get: <K extends keyof Kinds>({ kind, spec, seed }: Job<K>) => {
    const result: { [Name in keyof Kinds]: () => Kinds[Name]['result'] } = {
      scan: () => scanned((spec as Kinds['scan']['spec']).world, seed, finds),
      levels: () => ({
        accounts: 800,
        nullP: [{ name: 'sets', values: [0.2, 0.6, 0.9] }],
        levels: LEVELS.map((level) => ({
          level,
          campaigns: 3,
          found: 2,
          findings: 4,
          false: level >= 0.1 ? 2 : 0,
          benign: level >= 0.1 ? { classroom: 9 } : {},
        })),
      }),
      replay: () => ({
        campaigns: [
          { campaign: 'c', exchanges: 100, share: 0.3, made: 30, hours: 90, shareBefore: 0.2 },
          {
            campaign: 'd',
            exchanges: 100,
            share: null,
            made: null,
            hours: null,
            shareBefore: null,
          },
        ],
        looks: 14,
        looksWithBenign: 1,
      }),
      windows: () => ({
        benign: seed % 2 === 0 ? 'all' : 'one.jsonl',
        harvest: 'file.jsonl',
        sizes: [1500, 100].map((size) => ({
          size,
          falsePositives: 3,
          benignWindows: 1000,
          shares: [0.05, 0.1, 0.25, 0.5, 1].map((share) => ({ share, found: 100, of: 200 })),
        })),
      }),
      leak: () => ({
        fields: [{ feature: 'traffic ip: usual value', auc: 0.57 }],
        measured: 90,
        positives: 300,
        planted: 0.72,
        noise: 0.52,
      }),
    };
    return result[kind]() as Kinds[K]['result'];
  },
});

const reportOf = (sections: readonly Section[]): EvaluationReport => ({
  version: 1,
  kind: 'stillwatch-evaluation',
  code: 'test',
  corpora: [{ name: 'file.jsonl', sha256: 'ab' }],
  prompts: 'files',
  level: 0.01,
  baseline: 'calibration--b',
  model: null,
  seeds: plan.seeds,
  ordinary: plan.ordinary,
  sections,
  limits: ['a limit'],
});

const all = (results: Results): Section[] => SUITES.map((s) => sectionOf(s, results, plan));
const nothing: Results = { get: () => undefined };

test('every suite reports finished, unfinished and half finished worlds', () => {
  const half: Results = { get: (j) => (j.seed < 3 ? made(() => true).get(j) : undefined) };
  for (const results of [made(() => true), made(() => false), half, nothing])
    for (const section of all(results)) {
      for (const { head, rows } of section.tables)
        for (const row of rows) assert.equal(row.length, head.length, section.suite);
      assert.ok(section.done <= section.planned);
      assert.doesNotMatch(JSON.stringify(section), /NaN|undefined|Infinity/, section.suite);
      assert.equal(section.answers.length > 0, results !== nothing, section.suite);
      for (const { points } of section.charts)
        for (const p of points) assert.ok(p.value === null || (p.value >= 0 && p.value <= 1));
    }
  assert.ok(all(half).every((section) => section.done < section.planned));
});

test('the terminal shows every table, and says what is not finished', () => {
  const text = renderEvaluation(reportOf(all(made(() => true))));
  for (const suite of SUITES) assert.ok(text.includes(suite.title), suite.name);
  assert.ok(
    text.includes('a limit') && !text.includes('unfinished') && text.includes('calibration--b'),
  );
  assert.match(renderEvaluation(reportOf(all(nothing))), /unfinished: 0 of \d+ worlds/);
});

test('recall counts campaigns, and the centre of the grid is made once', () => {
  const found = (w: WorldSpec) => w.unrelated < 0.9 && w.network !== 'none';
  const section = sectionOf(gridSuite, made(found), plan);
  const cells = section.data as readonly {
    factor: string;
    value: string;
    recall: { numerator: number; denominator: number };
  }[];
  const recall = (value: string) => cells.find((cell) => cell.value === value)!.recall;
  assert.equal(recall('50 %').numerator, recall('50 %').denominator);
  assert.equal(recall('90 %').numerator, 0);
  assert.equal(recall('none').numerator, 0);
  assert.equal(recall('50 %').denominator, 3 * 4);
  const jobs = gridSuite.jobs(plan);
  assert.equal(new Set(jobs.map((j) => JSON.stringify(j))).size, jobs.length);
  assert.ok(jobs.length < 4 * cells.length, 'the centre is shared');
});

test('evasion: the loss is that of pairs, and costs follow from the traffic', () => {
  const section = sectionOf(
    evasionSuite,
    made((w) => w.evade === undefined),
    plan,
  );
  const rows = section.data as readonly {
    from: string;
    name: string;
    loss: { value: number; low: number; high: number };
    accounts: number;
    cards: number;
    addresses: number;
    days: number;
    carried: number;
    rewritten: number;
  }[];
  const row = (from: string, name: string) =>
    rows.find((r) => r.from === from && r.name.startsWith(name))!;
  const cards = row('careful', 'own cards');
  assert.equal(cards.loss.value, 1);
  assert.ok(cards.loss.low > 0 && cards.loss.low < 0.5, 'four pairs are few');
  assert.equal(cards.loss.high, 1);
  assert.equal(cards.accounts, 1);
  assert.equal(cards.cards, 4);
  assert.equal(cards.addresses, 1);
  const smaller = row('careful', 'a quarter of the traffic, four times');
  assert.equal(smaller.loss.value, 0);
  assert.ok(smaller.loss.low < 0 && smaller.loss.high > 0);
  assert.equal(smaller.accounts, 4);
  assert.equal(smaller.days, 14);
  const slower = row('careful', 'a quarter of the traffic (slower');
  assert.equal(slower.days, 56);
  const unrelated = row('careful', '90 %');
  assert.ok(Math.abs(unrelated.days - 14 * 5) < 1e-9);
  assert.ok(Math.abs(unrelated.carried - 50 * (9 - 1)) < 1e-9, `${unrelated.carried}`);
  assert.equal(row('careful, composed data set', 'prompts in eight').rewritten, 40);
});

test('the minimum is read where recall crosses, and not told when sizes are missing', () => {
  const finds = (w: WorldSpec) => w.accounts * (1 - w.unrelated) >= 10;
  const data = (results: Results) =>
    sectionOf(minimumSuite, results, plan).data as readonly {
      share: number;
      smallest: number | null;
    }[];
  const at = (share: number) => data(made(finds)).find((row) => row.share === share)!.smallest;
  assert.ok(at(1)! > 5 && at(1)! <= 10);
  assert.ok(at(0.25)! > 20 && at(0.25)! <= 40);
  assert.equal(at(0.05), null);
  const without: Results = {
    get: (j) => {
      const { world } = j.spec as Kinds['scan']['spec'];
      return world.accounts === 80 ? undefined : made(finds).get(j);
    },
  };
  assert.ok(data(without).every((row) => row.smallest === null));
});

test('a promise is shown, not refuted or broken', () => {
  const mean = (hits: number, of: number) =>
    boundedMean(Array.from({ length: of }, (_, i) => (i < hits ? 1 : 0)));
  assert.match(promiseKept(mean(0, 500), 0.01), /shown/);
  assert.match(promiseKept(mean(0, 20), 0.01), /not refuted/);
  assert.match(promiseKept(mean(10, 20), 0.1), /broken/);
  assert.match(promiseKept(boundedMean([]), 0.1), /nothing/);
});

test('generated tables replace their own block of a page and no other', () => {
  const page =
    'a\n<!-- measured: grid -->\nold\n<!-- end -->\nb\n<!-- measured: naive -->\nkept\n<!-- end -->\n';
  const report = reportOf([
    sectionOf(
      gridSuite,
      made(() => true),
      plan,
    ),
  ]);
  const written = replaceMeasured(page, report);
  assert.ok(!written.includes('old') && written.includes('kept'));
  assert.match(written, /\| unrelated traffic \| 50 % \| 4 \|/);
  assert.equal(replaceMeasured(written, report), written);
  const empty = reportOf([sectionOf(gridSuite, nothing, plan)]);
  assert.equal(replaceMeasured(page, empty), page);
});

test('suites have their own names', () => {
  assert.equal(new Set(SUITES.map((suite) => suite.name)).size, SUITES.length);
  assert.equal(suitesNamed('all').length, SUITES.length);
  assert.deepEqual(
    suitesNamed('grid').map((suite) => suite.name),
    ['grid'],
  );
});
