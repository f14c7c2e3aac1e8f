import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Axis, EvidenceItem } from '../report/report.ts';
import type { Finding } from '../verdict/judge.ts';
import { wouldChange } from './would-change.ts';

const item = (axis: Axis, signal: string, contribution: number): EvidenceItem => ({
  axis,
  signal,
  contribution,
  value: 1,
  baseline: { p1: 0, p50: 0, p99: 0, groups: 100 },
  speaks: 'above',
  says: '',
});

const finding = (verdict: Finding['verdict'], evidence: readonly EvidenceItem[]): Finding =>
  ({ verdict, evidence }) as unknown as Finding;

const EVIDENCE = [
  item('network', 'synchrony', 0),
  item('network', 'shared-payment', 4),
  item('network', 'sign-up-burst', 2),
  item('intent', 'own-topics', -3),
  item('intent', 'standalone-prompts', 2),
];

test('a distillation names the strongest signal for each axis, and the attestation', () => {
  const [network, intent, attestation, ...rest] = wouldChange(finding('distillation', EVIDENCE));
  assert.match(network!, /leans most on shared-payment/);
  assert.match(intent!, /leans most on standalone-prompts/);
  assert.match(attestation!, /attestation/);
  assert.deepEqual(rest, []);
});

test('what is no distillation says what would make it one, and nothing of an intent it lacks', () => {
  for (const verdict of ['account-network', 'review'] as const) {
    const sentences = wouldChange(finding(verdict, EVIDENCE));
    assert.equal(sentences.length, 2);
    assert.match(sentences[1]!, /make this distillation/);
    assert.doesNotMatch(sentences.join(' '), /intent axis leans/);
  }
});

test('an axis on which nothing speaks is not leaned on', () => {
  const sentences = wouldChange(finding('distillation', [item('network', 'synchrony', 0)]));
  assert.doesNotMatch(sentences.join(' '), /leans/);
});
