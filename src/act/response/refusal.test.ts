import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ACTIONS, REASON_CODES } from './decision.ts';
import { refusalWords } from './refusal.ts';

test('every action and reason has one plain sentence and a status that clients understand', () => {
  for (const action of ACTIONS)
    for (const reason of REASON_CODES) {
      const words = refusalWords({ action, reason }, null);
      assert.equal(words.status, reason === 'KNOWLEDGE_STALE' ? 503 : 403);
      assert.match(words.message, /^[A-Z][^\n]*\.$/);
      const waiting = refusalWords({ action, reason }, 7);
      assert.deepEqual([waiting.status, waiting.retry_after], [429, 7]);
      assert.match(waiting.message, /in 7 s\.$/);
    }
});

test('not knowing is no accusation: the caller may come back', () => {
  const words = refusalWords({ action: 'verify', reason: 'KNOWLEDGE_STALE' }, null);
  assert.equal(words.retry_after, 5);
  assert.doesNotMatch(words.message, /suspend|verif|extraction/);
});
