import assert from 'node:assert/strict';
import { test } from 'node:test';
import { blindBatch, finalizeBatch } from './blind.ts';
import { evaluateBatch } from './evaluate.ts';
import { createEvaluator } from './evaluator.ts';
import { commitmentOf, deriveBlindingKey } from './server-key.ts';

const root = new Uint8Array(32).fill(7);
const epoch = '2026q4';

test('the thread gives what the function gives, and the event loop is free meanwhile', async () => {
  const evaluator = createEvaluator(root);
  try {
    const key = deriveBlindingKey(root, 'account', epoch);
    assert.deepEqual(await evaluator.commitment('account', epoch), commitmentOf(key));
    const batch = blindBatch(
      'account',
      epoch,
      Array.from({ length: 40 }, (_, i) => `a${i}`),
    );
    let turns = 0;
    const count = setInterval(() => turns++, 1);
    const pending = evaluator.evaluate(batch.request);
    assert.equal(evaluator.waiting(), 1);
    const response = await pending;
    clearInterval(count);
    assert.ok(turns > 2, `${turns}`);
    assert.equal(evaluator.waiting(), 0);
    const here = evaluateBatch(key, batch.request);
    assert.deepEqual(response.evaluated, here.evaluated);
    assert.equal(finalizeBatch(batch, response, commitmentOf(key)).length, 40);
  } finally {
    await evaluator.close();
  }
});

test('refusals keep their code, a full queue refuses, and closing refuses who waits', async () => {
  const evaluator = createEvaluator(root, 2);
  const { request } = blindBatch('account', epoch, ['a']);
  const bad = { ...request, blinded: [Buffer.alloc(32).toString('base64url')] };
  await assert.rejects(evaluator.evaluate(bad), { code: 'BLINDING_REQUEST_INVALID' });
  const two = [evaluator.evaluate(request), evaluator.evaluate(request)];
  await assert.rejects(evaluator.evaluate(request), { code: 'BLINDING_RATE_EXCEEDED' });
  await Promise.all(two);
  const last = assert.rejects(evaluator.evaluate(request), { code: 'BLINDING_RATE_EXCEEDED' });
  await evaluator.close();
  await last;
  assert.throws(() => createEvaluator(new Uint8Array(3)), { code: 'BLINDING_KEY_UNUSABLE' });
});
