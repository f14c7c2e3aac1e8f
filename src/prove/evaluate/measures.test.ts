import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { StillwatchError } from '../../base/errors.ts';
import type { LabelRow } from './labels.ts';
import { measure, pool, proportion } from './measures.ts';
import { findingsOf } from './tally.ts';
import { idsOf, labelsOf, reportOf } from './test-report.ts';

const north = labelsOf('north', 10, 'distillation', 'north', 'harvest');
const south = labelsOf('south', 8, 'distillation', 'south', 'harvest');
const relay = labelsOf('relay', 6, 'reseller', 'relay-1', 'relay');
const pupils = labelsOf('pupil', 20, 'benign', null, 'classroom');
const agents = labelsOf('agent', 30, 'benign', null, 'coding-agent');
const world = [...north, ...south, ...relay, ...pupils, ...agents];

test('a perfect report reaches everything and harms nobody', () => {
  const report = reportOf([
    ['distillation', idsOf(north)],
    ['distillation', idsOf(south)],
    ['account-network', idsOf(relay)],
  ]);
  const { summary } = measure(report, world);
  assert.deepEqual(
    [summary.campaigns_found.numerator, summary.campaigns_found.denominator],
    [2, 2],
  );
  assert.equal(summary.share_of_found.value, 1);
  assert.equal(summary.purity.value, 1);
  assert.equal(summary.relays_found.value, 1);
  assert.equal(summary.false_discovery.findings.numerator, 0);
  assert.equal(summary.benign.distillation.overall.numerator, 0);
  assert.equal(summary.benign.distillation.overall.denominator, 50);
  assert.equal(summary.runs_with_benign.numerator, 0);
  assert.equal(summary.resellers['account-network'].numerator, 6);
  assert.equal(summary.resellers.distillation.numerator, 0);
});

test('an empty report finds nothing and divides by nothing', () => {
  const { summary } = measure(reportOf([]), world);
  assert.equal(summary.campaigns_found.value, 0);
  assert.deepEqual(summary.share_of_found, { n: 0, value: null, low: null, high: null });
  assert.equal(summary.false_discovery.findings.value, null);
  assert.equal(summary.runs_with_finding.numerator, 0);
});

test('half of the accounts in one finding is found, less or scattered is not', () => {
  const found = (...parts: readonly (readonly LabelRow[])[]): number =>
    measure(reportOf(parts.map((part) => ['distillation', idsOf(part)])), north).summary
      .campaigns_found.numerator;
  assert.equal(found(north.slice(0, 5)), 1);
  assert.equal(found(north.slice(0, 4)), 0);
  assert.equal(found(north.slice(0, 4), north.slice(4, 8)), 0);
});

test('a campaign held as an account network is told apart from one that is found', () => {
  const report = reportOf([
    ['account-network', idsOf(north)],
    ['distillation', idsOf(south)],
  ]);
  const { summary, campaigns } = measure(report, world);
  assert.equal(summary.campaigns_found.numerator, 1);
  assert.equal(summary.campaigns_as_network.numerator, 1);
  assert.equal(campaigns.find((c) => c.campaign === 'north')?.seen_as, 'account-network');
});

test('a finding that swallows two campaigns finds both and pays in purity', () => {
  const { summary, findings } = measure(
    reportOf([['distillation', [...idsOf(north), ...idsOf(south), ...idsOf(pupils.slice(0, 2))]]]),
    world,
  );
  assert.equal(summary.campaigns_found.numerator, 2);
  assert.equal(summary.purity.value, 10 / 20);
  assert.equal(summary.plain_purity.value, 18 / 20);
  assert.equal(findings[0]?.campaign, 'north');
});

test('benign accounts are counted by group and by their strongest verdict', () => {
  const report = reportOf(
    [
      ['distillation', [...idsOf(north), 'pupil-0', 'pupil-1']],
      ['account-network', ['pupil-1', 'pupil-2', 'agent-0']],
    ],
    [
      ['review', 'agent-1'],
      ['review', 'pupil-0'], // already held by a stronger finding
    ],
  );
  const { benign, runs_with_benign } = measure(report, world).summary;
  assert.equal(benign.distillation.overall.numerator, 2);
  assert.equal(benign.distillation.groups.classroom?.numerator, 2);
  assert.equal(benign.distillation.groups.classroom?.denominator, 20);
  assert.equal(benign.distillation.groups['coding-agent']?.numerator, 0);
  assert.equal(benign['account-network'].overall.numerator, 2);
  assert.equal(benign.review.overall.numerator, 1);
  assert.equal(runs_with_benign.value, 1);
});

test('a finding without a distillation majority is a false discovery', () => {
  const { false_discovery } = measure(
    reportOf([
      ['distillation', [...idsOf(north)]],
      ['distillation', ['south-0', 'south-1', 'pupil-0', 'pupil-1']], // a tie is no majority
      ['distillation', idsOf(relay)],
    ]),
    world,
  ).summary;
  assert.deepEqual(
    [false_discovery.findings.numerator, false_discovery.findings.denominator],
    [2, 3],
  );
  assert.deepEqual(
    [false_discovery.accounts.numerator, false_discovery.accounts.denominator],
    [8, 20],
  );
});

test('accounts nobody labelled are reported and judged nowhere', () => {
  const { summary } = measure(
    reportOf([
      ['distillation', [...idsOf(north), 'stranger-0']],
      ['distillation', ['stranger-1', 'stranger-2']],
    ]),
    world,
  );
  assert.equal(summary.unlabelled_in_findings, 3);
  assert.equal(summary.purity.value, 1);
  assert.equal(summary.false_discovery.findings.denominator, 1);
});

test('an account that stands alone is a finding only where no campaign says as much', () => {
  const report = reportOf(
    [['account-network', ['a', 'b']]],
    [
      ['distillation', 'a'],
      ['review', 'b'],
      ['review', 'c'],
    ],
  );
  assert.deepEqual(
    findingsOf(report).map((f) => [f.verdict, f.accounts]),
    [
      ['account-network', ['a', 'b']],
      ['distillation', ['a']],
      ['review', ['c']],
    ],
  );
});

test('labels of another world are refused, but not for a report without findings', () => {
  const other = labelsOf('other', 4, 'benign');
  assert.throws(
    () => measure(reportOf([['distillation', idsOf(north)]]), other),
    (error) => error instanceof StillwatchError && error.code === 'LABELS_MISMATCH',
  );
  assert.equal(measure(reportOf([]), other).summary.runs_with_finding.numerator, 0);
});

test('null control: shuffled labels find no campaign and purity falls to the base rate', () => {
  const report = reportOf([
    ['distillation', idsOf(north)],
    ['distillation', idsOf(south)],
  ]);
  // A fixed rotation deals the labels to other accounts and keeps every count.
  const shuffled = world.map((row, i) => ({
    ...row,
    account_id: world[(i + 29) % world.length]!.account_id,
  }));
  const { summary } = measure(report, shuffled);
  assert.equal(summary.campaigns_found.numerator, 0);
  assert.ok(summary.plain_purity.value! < 0.5);
  assert.ok(summary.benign.distillation.overall.numerator > 5);
});

test('pooling adds counts; a big run weighs more than a small one', () => {
  const good = measure(reportOf([['distillation', idsOf(north)]]), [...north, ...pupils]);
  const bad = measure(reportOf([['distillation', ['pupil-0']]]), [...south, ...pupils, ...agents]);
  const pooled = pool([good, bad]);
  assert.equal(pooled.runs, 2);
  assert.deepEqual([pooled.campaigns_found.numerator, pooled.campaigns_found.denominator], [1, 2]);
  assert.deepEqual(
    [
      pooled.benign.distillation.overall.numerator,
      pooled.benign.distillation.overall.denominator,
      pooled.benign.distillation.groups.classroom?.denominator,
    ],
    [1, 70, 40],
  );
  assert.deepEqual(
    [pooled.runs_with_benign.numerator, pooled.runs_with_benign.denominator],
    [1, 2],
  );
  assert.deepEqual(pool([good]), good.summary);
});

test('a proportion carries its numbers and an interval that holds its value', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 300 }), fc.nat(), (of, seed) => {
      const share = proportion(seed % (of + 1), of);
      assert.ok(share.low! <= share.value! && share.value! <= share.high!);
      assert.ok(share.high! - share.low! > 0);
    }),
  );
  assert.equal(proportion(0, 0).value, null);
});
