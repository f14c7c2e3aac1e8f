import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createRandom, normal, uniform } from '../../base/random.ts';
import { contributionOf } from '../../detect/verdict/intent-model.ts';
import type { Example } from './examples.ts';
import { FIT_DEFAULTS, FORMS, fit } from './fit.ts';
import { qualityOf } from './quality.ts';
import { capSum, solve } from './solve.ts';
import { oddsOf } from './train.ts';
import { weigh } from './weigh.ts';

const SIGNALS = [
  { name: 'tells', direction: 1 },
  { name: 'tells-less', direction: -1 },
  { name: 'says-nothing', direction: 1 },
  { name: 'points-the-wrong-way', direction: 1 },
] as const;

/** Campaigns have more of the first signal and less of the second. */
const examplesOf = (seed: number, count = 400): Example[] => {
  const state = createRandom(seed);
  return Array.from({ length: count }, (_, i) => {
    const campaign = i % 4 === 0;
    const group = campaign ? `campaign-${i % 3}` : i % 9 === 1 ? 'classroom' : 'crowd';
    return {
      world: `w${i % 8}`,
      group,
      campaign,
      accounts: 40,
      values: {
        tells: normal(state, campaign ? 1.5 : 0),
        'tells-less': normal(state, campaign ? -1 : 0),
        'says-nothing': uniform(state),
        'points-the-wrong-way': normal(state, campaign ? -2 : 0),
      },
    };
  });
};

const TRAINED = examplesOf(1);
const UNSEEN = examplesOf(2);

for (const form of FORMS) {
  const fitted = fit(TRAINED, SIGNALS, { ...FIT_DEFAULTS, form });

  test(`${form}: finds what tells campaigns apart, on examples it has not seen`, () => {
    const { auc, logLoss } = qualityOf(UNSEEN, oddsOf(fitted, UNSEEN));
    assert.ok(auc > 0.9, `auc ${auc}`);
    assert.ok(logLoss < 0.6, `log loss ${logLoss}`);
  });

  test(`${form}: a signal that points the wrong way gets no weight`, () => {
    const names = fitted.curves.map((c) => c.signal);
    assert.ok(names.includes('tells') && names.includes('tells-less'));
    assert.ok(!names.includes('points-the-wrong-way'));
  });

  test(`${form}: log-odds never fall as a signal speaks louder`, () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...fitted.curves),
        fc.double({ min: -10, max: 10, noNaN: true }),
        fc.double({ min: -10, max: 10, noNaN: true }),
        (curve, a, b) => {
          const [low, high] = [Math.min(a, b), Math.max(a, b)];
          const rise =
            contributionOf(curve, curve.direction, high) -
            contributionOf(curve, curve.direction, low);
          assert.ok(curve.direction * rise >= -1e-9, `${curve.signal} ${low} ${high} ${rise}`);
        },
      ),
    );
  });

  test(`${form}: no signal moves a score further than the bound`, () => {
    for (const { curve } of fitted.curves) {
      const range = Math.abs(curve.at(-1)! - curve[0]!);
      assert.ok(range <= FIT_DEFAULTS.most + 1e-3, `range ${range}`);
    }
  });

  test(`${form}: what was not measured says as much as the ordinary median`, () => {
    const benign = TRAINED.filter((e) => !e.campaign).map((e) => e.values.tells!);
    benign.sort((a, b) => a - b);
    const curve = fitted.curves.find((c) => c.signal === 'tells')!;
    const ordinary = (benign[benign.length / 2 - 1]! + benign[benign.length / 2]!) / 2;
    assert.equal(contributionOf(curve, 1, Number.NaN), 0);
    assert.ok(Math.abs(contributionOf(curve, 1, ordinary)) < 0.02);
  });
}

test('the positive control: labels that mean nothing give a model that tells nothing', () => {
  const state = createRandom(9);
  const mixed = TRAINED.map((e) => ({ ...e, campaign: uniform(state) < 0.25 }));
  const fitted = fit(mixed, SIGNALS);
  const { auc } = qualityOf(UNSEEN, oddsOf(fitted, UNSEEN));
  const real = qualityOf(UNSEEN, oddsOf(fit(TRAINED, SIGNALS), UNSEEN)).auc;
  assert.ok(auc < real - 0.1, `with shuffled labels ${auc}, with real ones ${real}`);
});

test('weigh: each class half, each campaign once, hard groups as much as the crowd', () => {
  const weights = weigh(TRAINED);
  const sum = (keep: (e: Example) => boolean): number =>
    TRAINED.reduce((total, e, i) => total + (keep(e) ? weights[i]! : 0), 0);
  const near = (a: number, b: number): void => assert.ok(Math.abs(a - b) < 1e-9, `${a} ${b}`);
  near(
    sum((e) => e.campaign),
    0.5,
  );
  near(
    sum((e) => e.group === 'classroom'),
    0.25,
  );
  near(
    sum((e) => e.group === 'crowd'),
    0.25,
  );
  // Four times as many candidates of one campaign do not make it four campaigns.
  const first = TRAINED.find((e) => e.campaign)!;
  const repeated = [...TRAINED, first, first, first];
  const again = weigh(repeated);
  const mine = (e: Example): boolean =>
    e.world === first.world && e.group === first.group && e.campaign;
  const before = sum(mine);
  const after = repeated.reduce((total, e, i) => total + (mine(e) ? again[i]! : 0), 0);
  near(before, after);
});

test('capSum moves to the nearest point with a bounded sum (Duchi and others 2008, figure 1)', () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: -3, max: 3, noNaN: true }), { minLength: 1, maxLength: 6 }),
      fc.double({ min: 0.1, max: 4, noNaN: true }),
      fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 6, maxLength: 6 }),
      (start, most, other) => {
        const moved = Float64Array.from(start);
        capSum(moved, [...start.keys()], most);
        const sum = moved.reduce((a, b) => a + b, 0);
        assert.ok(moved.every((w) => w >= 0) && sum <= most + 1e-9);
        // No feasible point is nearer.
        const share = other.slice(0, start.length);
        const total = share.reduce((a, b) => a + b, 0);
        const feasible = share.map((s) => (total > most ? (s * most) / total : s));
        const distance = (to: ArrayLike<number>): number =>
          start.reduce((d, v, i) => d + (v - to[i]!) ** 2, 0);
        assert.ok(distance(moved) <= distance(feasible) + 1e-9);
      },
    ),
  );
});

test('solve reaches the optimum: no small feasible step lowers the loss', () => {
  const state = createRandom(4);
  const n = 200;
  const columns = [0, 1, 2].map((j) => Float64Array.from({ length: n }, () => normal(state, j)));
  const answers = Uint8Array.from({ length: n }, (_, i) =>
    columns[0]![i]! - columns[1]![i]! + normal(state) > 0 ? 1 : 0,
  );
  const weights = new Float64Array(n).fill(1 / n);
  const groups = [[0], [1], [2]];
  const problem = { columns, answers, weights, ridge: 0.01, groups, most: 1.2 };
  const loss = (bias: number, w: ArrayLike<number>): number => {
    let total = 0;
    for (let i = 0; i < n; i++) {
      const z = columns.reduce((sum, column, j) => sum + w[j]! * column[i]!, bias);
      total += weights[i]! * Math.log1p(Math.exp(answers[i] === 1 ? -z : z));
    }
    return total + 0.005 * columns.reduce((sum, _, j) => sum + w[j]! ** 2, 0);
  };
  const { bias, weights: found } = solve(problem);
  const best = loss(bias, found);
  assert.equal(found[1], 0, 'a column that would need a negative weight has none');
  for (const step of [1e-3, -1e-3]) {
    assert.ok(loss(bias + step, found) >= best - 1e-9);
    for (let j = 0; j < 3; j++) {
      const moved = Float64Array.from(found);
      moved[j]! += step;
      if (moved[j]! >= 0 && moved[j]! <= 1.2)
        assert.ok(loss(bias, moved) >= best - 1e-8, `weight ${j}`);
    }
  }
});
