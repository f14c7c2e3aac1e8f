import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRandom, shuffle } from '../../../base/random.ts';
import type { Exchange } from '../../../detect/exchange/exchange.ts';
import type { LabelRow } from '../labels.ts';
import { idsOf, labelsOf } from '../test-report.ts';
import { traceAccounts } from './account-trace.ts';
import {
  BASELINE_OPTIONS,
  type BaselineOptions,
  compareBaselines,
  DETECTORS,
  type Detector,
  poolBaselines,
} from './compare.ts';
import { blatant, hidden, ordinary } from './test-traffic.ts';

const people = labelsOf('person', 700, 'benign', null, 'chat');
const benignTraffic: Exchange[] = idsOf(people).flatMap((id, i) => ordinary(id, 1, 12 + (i % 40)));

const resultsOf = async (extra: readonly Exchange[], labels: readonly LabelRow[]) => {
  const results = compareBaselines(await traceAccounts([...benignTraffic, ...extra]), labels);
  return (detector: Detector) => results.find((result) => result.detector === detector)!;
};

test('positive control: every naive detector finds an attacker who hides nothing', async () => {
  const attacker = labelsOf('loud', 1, 'distillation', 'loud', 'harvest');
  const of = await resultsOf(blatant('loud-0', 5000), [...people, ...attacker]);
  for (const detector of DETECTORS) {
    assert.equal(of(detector).campaigns_found.value, 1, detector);
  }
  assert.equal(of('weighted-score').benign_flagged.numerator, 0);
  assert.equal(of('weighted-score').benign_flagged.denominator, 700);
  // Windows of mixed traffic are no measure for accounts, which each have subjects of their own.
  assert.ok(
    of('mmd-pooled').benign_flagged.value! > 0.1,
    `${of('mmd-pooled').benign_flagged.value}`,
  );
  assert.ok(of('mmd-accounts').benign_flagged.value! < 0.03);
});

test('the floor and the threshold of the weighted score are options', async () => {
  const labels = labelsOf('loud', 1, 'distillation', 'loud', 'harvest');
  const traces = await traceAccounts(blatant('loud-0', 900));
  const found = (options: Partial<BaselineOptions>): number =>
    compareBaselines(traces, labels, { ...BASELINE_OPTIONS, ...options })[0]!.campaigns_found
      .numerator;
  assert.equal(found({}), 0);
  assert.equal(found({ floor: 500 }), 1);
  assert.equal(found({ floor: 500, threshold: 1 }), 0);
});

test('a campaign of 26 exchanges a day and account, mostly unrelated, stays hidden', async () => {
  // Forty accounts, three days each, one prompt in ten from the harvest.
  const campaign = labelsOf('shard', 40, 'distillation', 'shard', 'harvest');
  const traffic = idsOf(campaign).flatMap((id) => hidden(id, 2, 78, 0.1));
  const of = await resultsOf(traffic, [...people, ...campaign]);
  assert.equal(of('weighted-score').accounts_flagged.numerator, 0);
  assert.equal(of('mmd-accounts').campaigns_found.numerator, 0);
  assert.ok(of('mmd-accounts').accounts_flagged.value! < 0.25);
  assert.ok(of('mmd-accounts').benign_flagged.value! < 0.03);
});

test('null control: under shuffled labels attackers are flagged no more than the benign', async () => {
  const campaign = labelsOf('shard', 100, 'distillation', 'shard', 'harvest');
  const traffic = idsOf(campaign).flatMap((id) => hidden(id, 2, 40, 1));
  const labels = [...people, ...campaign];
  const ids = shuffle(createRandom(4), idsOf(labels));
  const shuffled = labels.map((row, i) => ({ ...row, account_id: ids[i]! }));
  const real = await resultsOf(traffic, labels);
  const none = await resultsOf(traffic, shuffled);
  for (const detector of DETECTORS.slice(1)) {
    assert.equal(real(detector).campaigns_found.value, 1, detector);
    const { campaigns_found, accounts_flagged, benign_flagged } = none(detector);
    // A detector that accuses most accounts "finds" even a campaign of ordinary ones.
    const accusesMost = benign_flagged.value! > 0.5;
    assert.equal(accusesMost, detector === 'mmd-pooled');
    assert.equal(campaigns_found.value, accusesMost ? 1 : 0, detector);
    assert.ok(accounts_flagged.low! <= benign_flagged.high!, detector);
    assert.ok(benign_flagged.low! <= accounts_flagged.high!, detector);
  }
});

test('without benign labels nothing is calibrated and nothing is flagged', async () => {
  const campaign = labelsOf('shard', 3, 'distillation', 'shard', 'harvest');
  const traffic = idsOf(campaign).flatMap((id) => hidden(id, 2, 40, 1));
  const results = compareBaselines(await traceAccounts(traffic), campaign);
  for (const { accounts_flagged } of results) assert.equal(accounts_flagged.numerator, 0);
});

test('pooling adds the counts of each detector', async () => {
  const attacker = labelsOf('loud', 1, 'distillation', 'loud', 'harvest');
  const few = idsOf(people.slice(0, 60)).flatMap((id) => ordinary(id, 1, 8));
  const traces = await traceAccounts([...few, ...blatant('loud-0', 1200)]);
  const one = compareBaselines(traces, [...people, ...attacker]);
  const two = poolBaselines([one, one]);
  assert.deepEqual(
    two.map((r) => r.detector),
    one.map((r) => r.detector),
  );
  two.forEach((result, i) => {
    assert.equal(result.campaigns_found.denominator, 2);
    assert.equal(result.benign_flagged.numerator, 2 * one[i]!.benign_flagged.numerator);
    assert.equal(
      result.benign_groups.chat!.denominator,
      2 * one[i]!.benign_groups.chat!.denominator,
    );
  });
  assert.deepEqual(poolBaselines([]), []);
});
