import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hash32 } from '../../../base/hash.ts';
import { below, createRandom } from '../../../base/random.ts';
import { createGate } from '../gate.ts';
import { EntryStore } from './entry-store.ts';
import { SubjectTable } from './subject-table.ts';
import { decisionFor } from './test-help.ts';

const SEED = 7;

/** Two values with one hash: with 32 bits they turn up among a few hundred thousand. */
const collision = (): readonly [string, string] => {
  const seen = new Map<number, string>();
  for (let i = 0; ; i++) {
    const value = `collides-${i}`;
    const other = seen.get(hash32(value, SEED));
    if (other !== undefined) return [other, value];
    seen.set(hash32(value, SEED), value);
  }
};

/** Values at every edge of a record: empty places, the last inline byte, beyond it, beyond U+00FF. */
const stem = 'v'.repeat(27);
const VALUES = [
  ...collision(),
  ...Array.from({ length: 60 }, (_, i) => `acct_${i}`),
  stem,
  `${stem}a`,
  `${stem}b`,
  `${stem}ab`,
  `${stem}ac`,
  `${stem}${'x'.repeat(40)}`,
  `${stem}${'x'.repeat(39)}y`,
  'é',
  'Ω',
  'ש',
  'Ω'.repeat(28),
  'a\u0161',
  'aa',
];

test('a table answers as a Map does, while values come and go', () => {
  const random = createRandom(11);
  const store = new EntryStore();
  const table = new SubjectTable(store, SEED);
  const model = new Map<string, Set<number>>();
  for (let step = 0; step < 60_000; step++) {
    const value = VALUES[below(random, VALUES.length)]!;
    const held = model.get(value) ?? new Set<number>();
    model.set(value, held);
    // Grows and shrinks in turn, so that slots are left, used again and built anew.
    const grow = (step >> 11) % 2 === 0 ? 6 : 3;
    if (below(random, 10) < grow && held.size < 4) {
      const entry = store.add(decisionFor('account', value, 'verify'), 0, 0);
      table.insert(value, entry);
      held.add(entry);
    } else if (held.size > 0) {
      const [entry] = [...held].slice(below(random, held.size));
      table.remove(value, entry!);
      store.drop(entry!);
      held.delete(entry!);
    }
    if (step % 100 !== 0) continue;
    for (const asked of VALUES) {
      const chain = new Set<number>();
      for (let at = table.find(asked); at !== 0; at = store.next(at)) chain.add(at);
      assert.deepEqual(chain, model.get(asked) ?? new Set(), asked);
    }
    assert.equal(table.size, [...model.values()].filter(({ size }) => size > 0).length);
  }
});

test('many questions at once are answered as one by one, whatever they hold', () => {
  const gate = createGate({ id_prefix: 'x' });
  const same = createGate({ id_prefix: 'x' });
  const changes = Array.from({ length: 6_000 }, (_, i) => ({
    cursor: i + 1,
    change: 'put' as const,
    decision: decisionFor('account', `acct_${i}`, 'verify'),
  }));
  for (const one of [gate, same]) one.apply(changes, 0);
  const odd = [null, 7, {}, { account: 5 }, { account: 'x'.repeat(5_000) }, { account: '' }];
  const questions = [
    ...odd,
    ...Array.from({ length: 300 }, (_, i) => ({ account: `acct_${i * 37}`, token: 't' })),
    ...odd,
  ] as never[];
  assert.deepEqual(
    gate.answerAll(questions, 1),
    questions.map((question) => same.answer(question, 1)),
  );
  assert.deepEqual(gate.answerAll([], 1), []);
});

test('what decisions share is kept once, and told apart', () => {
  const store = new EntryStore();
  const [a, b, c] = [1, 1, 2].map((requests_per_minute) =>
    store.add(
      decisionFor('account', 'a', 'throttle', { obligations: { requests_per_minute } }),
      0,
      0,
    ),
  ) as [number, number, number];
  assert.equal(store.verdict(a), store.verdict(b));
  assert.notDeepEqual(store.verdict(a), store.verdict(c));
  store.drop(a);
  assert.deepEqual(store.verdict(b).obligations, { requests_per_minute: 1 });
  store.drop(b);
  const d = store.add(decisionFor('account', 'a', 'suspend'), 0, 0);
  assert.deepEqual([store.verdict(d).action, store.verdict(c).action], ['suspend', 'throttle']);
});
