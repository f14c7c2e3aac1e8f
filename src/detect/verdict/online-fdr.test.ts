import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createRandom, uniform } from '../../base/random.ts';
import { decideOnline, logEvalueOf, logMeanE, nextLevel, startOnline } from './online-fdr.ts';

describe('e-values from p-values (Vovk and Wang 2021, eq. 2)', () => {
  test('takes the value of the formula', () => {
    for (const p of [0.9, 0.5, 0.05, 1e-3, 1e-12]) {
      const e = (1 - p + p * Math.log(p)) / (p * Math.log(p) ** 2);
      assert.ok(Math.abs(logEvalueOf(Math.log(p)) - Math.log(e)) < 1e-6, `p = ${p}`);
    }
  });
  test('falls with p and joins its series near 1 without a step', () => {
    const logs = [-800, -50, -3, -1e-2, -1.01e-4, -0.99e-4, -1e-9, 0];
    const es = logs.map(logEvalueOf);
    for (let i = 1; i < es.length; i++) assert.ok(es[i]! <= es[i - 1]!, `${logs[i]}`);
    assert.ok(Math.abs(logEvalueOf(-1.001e-4) - logEvalueOf(-0.999e-4)) < 1e-5);
  });
  test('has mean 1 under a uniform p-value', () => {
    // Midpoints of a grid on ln p, which resolves the heavy tail that random draws would miss.
    let mean = 0;
    const steps = 400_000;
    const lowest = -60;
    for (let i = 0; i < steps; i++) {
      const logP = (lowest * (i + 0.5)) / steps;
      mean += Math.exp(logEvalueOf(logP) + logP) * (-lowest / steps);
    }
    // What lies below e^-60 is 1/60 of the mass: ∫ 1 / (p ln² p) dp = 1 / −ln p.
    assert.ok(Math.abs(mean + 1 / 60 - 1) < 1e-3, `${mean}`);
  });
  test('a mean of e-values is computed without overflow', () => {
    assert.equal(logMeanE([1000, 1000]), 1000);
    assert.ok(Math.abs(logMeanE([0, Math.log(3)]) - Math.log(2)) < 1e-12);
  });
});

describe('e-LOND (Xu and Ramdas 2024, eq. 4)', () => {
  test('the levels of a stream without rejections sum to less than the level', () => {
    let state = startOnline(0.05);
    let spent = 0;
    for (let t = 0; t < 10_000; t++) {
      spent += nextLevel(state);
      state = decideOnline(state, 0).state;
    }
    assert.equal(state.rejected, 0);
    assert.ok(spent < 0.05 && spent > 0.0499, `${spent}`);
  });
  test('a rejection raises the levels that follow', () => {
    const before = nextLevel(decideOnline(startOnline(0.05), 0).state);
    const after = nextLevel(decideOnline(startOnline(0.05), 100).state);
    assert.ok(Math.abs(after / before - 2) < 1e-12);
  });
  test('positive control: true campaigns are rejected; null control: the false share stays below', () => {
    const random = createRandom(7, 'online');
    const level = 0.1;
    let shares = 0;
    let found = 0;
    const runs = 300;
    for (let run = 0; run < runs; run++) {
      let state = startOnline(level);
      let falsely = 0;
      for (let t = 0; t < 100; t++) {
        const real = t % 10 === 0;
        const logP = real ? -25 : Math.log(uniform(random) + 1e-300);
        const decision = decideOnline(state, logEvalueOf(logP));
        state = decision.state;
        if (decision.rejected && !real) falsely++;
        if (decision.rejected && real) found++;
      }
      shares += falsely / Math.max(1, state.rejected);
    }
    assert.ok(found > 0.95 * 10 * runs, `${found} of ${10 * runs}`);
    assert.ok(shares / runs < level, `${shares / runs}`);
  });
});
