import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Search } from '../campaign/search.ts';
import { loadIntentModel } from '../verdict/intent-model.ts';
import { type Finding, type Judgement, judge } from '../verdict/judge.ts';
import { buildReport, campaignId, type ReportInput } from './build-report.ts';
import { createReadTally } from './read-tally.ts';
import { type Asked, searchOf } from './test-help.ts';

const model = loadIntentModel();
const asking = (of: string): Asked => ({
  prompts: [`Grade this essay about ${of}`, `Grade this poem about ${of}`],
  record: { createdAt: 0 },
});
const search = searchOf({
  a: asking('amber'),
  b: asking('birch'),
  c: asking('clay'),
  d: asking('dew'),
});
const judgement = judge(search, { level: 0.01, model });

const finding = (
  verdict: Finding['verdict'],
  accounts: readonly number[],
  memberOdds: readonly number[] = [],
): Finding => ({
  verdict,
  accounts,
  memberOdds,
  topics: [],
  segment: 'people',
  network: { score: 0.8, logP: -1_000, calibration: null },
  intent: {
    score: 0.6,
    logP: Math.log(0.02),
    calibration: { pool: 'people', groups: 120, borrowed: false, extrapolated: false },
  },
  evidence: [],
  basis: {} as Finding['basis'],
});

const reportOf = (findings: readonly Finding[], given: Partial<ReportInput> = {}) =>
  buildReport({
    search,
    judgement: { ...judgement, findings } satisfies Judgement,
    tally: createReadTally(),
    level: 0.01,
    procedure: 'benjamini-hochberg',
    model,
    calibratedOn: 'this population',
    byBaseline: false,
    calibrationVersion: 2,
    drift: null,
    ...given,
  });

describe('the id of a campaign', () => {
  test('is that of its set of accounts, in any order, and a UUID of version 8', () => {
    assert.equal(campaignId(['a', 'b']), campaignId(['b', 'a']));
    assert.match(
      campaignId(['a']),
      /^campaign--[\da-f]{8}-[\da-f]{4}-8[\da-f]{3}-[89ab][\da-f]{3}-/,
    );
    const ids = [['a'], ['b'], ['a', 'b'], ['ab'], []].map(campaignId);
    assert.equal(new Set(ids).size, ids.length);
  });
});

describe('a report', () => {
  test('has the most severe first, then the largest', () => {
    const { campaigns } = reportOf([
      finding('review', [0, 1, 2]),
      finding('distillation', [3]),
      finding('account-network', [0, 2]),
      finding('distillation', [1, 2]),
    ]);
    assert.deepEqual(
      campaigns.map((c) => [c.verdict, c.accounts.length]),
      [
        ['distillation', 2],
        ['distillation', 1],
        ['account-network', 2],
        ['review', 3],
      ],
    );
  });

  test('gives an account its most severe campaign, whose scores are scaled by how surely it belongs', () => {
    const { accounts, campaigns } = reportOf([
      finding('review', [0, 1]),
      finding('distillation', [1, 2], [0, 40]),
    ]);
    assert.deepEqual(
      accounts.map((row) => [row.account_id, row.verdict, row.network.score]),
      [
        ['a', 'review', 0.8],
        ['b', 'distillation', 0.4],
        ['c', 'distillation', 0.8 / (1 + Math.exp(-20))],
      ],
    );
    assert.equal(accounts[1]!.campaign, campaigns[0]!.id);
    assert.equal(accounts[1]!.intent.p_value, campaigns[0]!.intent.p_value);
  });

  test('never gives a p-value of 0, and keeps an ordinary one', () => {
    const [campaign] = reportOf([finding('distillation', [0, 1])]).campaigns;
    assert.equal(campaign!.network.p_value, 1e-300);
    assert.ok(Math.abs(campaign!.intent.p_value - 0.02) < 1e-12);
  });

  test('names the segment of the finding and counts all exchanges', () => {
    const [campaign] = reportOf([finding('review', [0, 1, 2])]).campaigns;
    assert.equal(campaign!.segment, 'people');
    assert.equal(campaign!.exchanges, 6);
  });

  test('without a finding holds no campaign and no account', () => {
    const report = reportOf([]);
    assert.deepEqual([report.campaigns, report.accounts], [[], []]);
    assert.equal(report.models.intent, model.id);
  });
});

describe('the limits of a report', () => {
  const limits = (given: Partial<ReportInput> = {}): string =>
    reportOf([], given).limits.join('\n');

  test('say what the p-values are calibrated on', () => {
    assert.match(limits(), /calibrated on this population itself/);
    assert.match(limits({ byBaseline: true }), /calibrated on the groups of the baseline/);
    assert.doesNotMatch(limits({ byBaseline: true }), /this population itself|give a --baseline/);
  });

  test('name too few ordinary groups by size, and not where there are enough', () => {
    assert.match(limits(), /0 small ones and 0 large ones, where 100 would do/);
    const many = { people: Array.from({ length: 100 }, (_, i) => i) };
    const few = { people: many.people.slice(0, 99) };
    const with_ = (intent: Judgement['reference']['intent']): string =>
      limits({ judgement: { ...judgement, reference: { ...judgement.reference, intent } } });
    assert.match(with_({ small: many, large: few }), /\(99 large ones, where/);
    assert.doesNotMatch(with_({ small: many, large: many }), /Too few/);
  });

  test('name a missing accounts file, and only then', () => {
    assert.doesNotMatch(limits(), /No accounts file/);
    const population = { ...search.population, records: search.population.ids.map(() => null) };
    const without: Search = { ...search, population };
    assert.match(limits({ search: without }), /No accounts file/);
  });

  test('name a content-free log, and only then', () => {
    assert.doesNotMatch(limits(), /content-free/);
    const samples = search.table.samples.map((sample) => ({ ...sample, text: '' }));
    const without: Search = { ...search, table: { ...search.table, samples } };
    assert.match(limits({ search: without }), /content-free/);
  });
});
