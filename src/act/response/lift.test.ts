import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decisionFor } from './gate/test-help.ts';
import { createGate } from './gate.ts';
import { liftsFor } from './lift.ts';

test('what rested on a retracted object is lifted at the gate, and nothing else', () => {
  const decisions = [
    decisionFor('account', 'a', 'verify', { rests_on: ['indicator--1', 'finding--1'] }),
    decisionFor('account', 'b', 'verify', { rests_on: ['indicator--2'] }),
    decisionFor('account', 'c', 'verify', { rests_on: [] }),
  ];
  const gate = createGate();
  gate.apply(
    decisions.map((decision, i) => ({ cursor: i + 1, change: 'put', decision })),
    0,
  );
  const lifts = liftsFor(gate.decisions(0), new Set(['indicator--1', 'indicator--9']));
  assert.deepEqual(lifts, [{ id: decisions[0]!.id, because: ['indicator--1'] }]);
  gate.apply(
    lifts.map(({ id }) => ({ cursor: gate.cursor() + 1, change: 'lift', id })),
    0,
  );
  const actions = ['a', 'b', 'c'].map((account) => gate.answer({ account }, 0).action);
  assert.deepEqual(actions, ['allow', 'verify', 'verify']);
});
