/**
 * The oblivious function and signatures on one core, per second. Each work is measured in 9 rounds,
 * interleaved; shown are the median and the second-lowest to second-highest (96 %, binomial).
 *
 * Null control: batches of 32 measured a second time (1 expected). Positive control: the same batch
 * evaluated twice (half the speed expected).
 */
import { blindBatch, finalizeBatch } from '../src/share/sharing/blinding/blind.ts';
import { evaluateBatch } from '../src/share/sharing/blinding/evaluate.ts';
import { commitmentOf, deriveBlindingKey } from '../src/share/sharing/blinding/server-key.ts';
import {
  signContribution,
  verifyContribution,
  verifyObjects,
} from '../src/share/sharing/signing/contribution.ts';
import { newPrivateKey, rawPublicKey } from '../src/share/sharing/signing/ed25519.ts';
import { parseContribution } from '../src/share/sharing/signing/envelope.ts';
import { knownKeys, memberKey } from '../src/share/sharing/signing/member-key.ts';

const ROUNDS = 9;
const epoch = '2026q4';
const key = deriveBlindingKey(new Uint8Array(32).fill(1), 'email', epoch);
const committed = commitmentOf(key);
const identifiers = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, i) => `person${i}@example.org`);
const batches = [1, 32, 256].map((count) => blindBatch('email', epoch, identifiers(count)));
const [one, some, many] = batches as [
  (typeof batches)[0],
  (typeof batches)[0],
  (typeof batches)[0],
];
const answer = evaluateBatch(key, some!.request);

const now = Date.UTC(2026, 10, 21);
const signer = newPrivateKey();
const about = { hub: 'bench.example', collection: 'c', member: 'm' };
const keys = knownKeys([memberKey({ member: 'm', publicKey: rawPublicKey(signer), validFrom: 0 })]);
const objects = Array.from({ length: 1000 }, (_, i) => ({
  type: 'indicator',
  spec_version: '2.1',
  id: `indicator--8e2e2d2b-17d4-4cbf-938f-98ee46b3c${String(i).padStart(3, '0')}`,
  created: '2026-11-20T00:00:00.000Z',
  modified: '2026-11-20T00:00:00.000Z',
  pattern: `[ipv4-addr:value ISSUBSET '198.51.${i % 250}.0/24']`,
  pattern_type: 'stix',
  valid_from: '2026-11-20T00:00:00Z',
  labels: ['a', 'b'],
  extensions: { 'extension-definition--1': { kind: 'actor-identifier', buckets: [1, 2, 3] } },
}));
const envelopes = objects.map((object) =>
  signContribution({ ...about, created: now, objects: [object] }, signer),
);
const together = signContribution({ ...about, created: now, objects }, signer);
const context = { ...about, keys, now, isUsed: () => false };

const WORKS: readonly (readonly [string, number, () => void])[] = [
  [
    'evaluate with proof, 1 at a time',
    8,
    () => {
      for (let i = 0; i < 8; i++) evaluateBatch(key, one!.request);
    },
  ],
  ['evaluate with proof, batches of 32', 32, () => void evaluateBatch(key, some!.request)],
  ['null control: batches of 32 again', 32, () => void evaluateBatch(key, some!.request)],
  [
    'positive control: batches of 32, twice each',
    32,
    () => {
      evaluateBatch(key, some!.request);
      evaluateBatch(key, some!.request);
    },
  ],
  ['evaluate with proof, batches of 256', 256, () => void evaluateBatch(key, many!.request)],
  ['member: blind', 32, () => void blindBatch('email', epoch, identifiers(32))],
  [
    'member: check the proof and make tokens',
    32,
    () => void finalizeBatch(some!, answer, committed),
  ],
  [
    'verify contributions of one object',
    1000,
    () => {
      envelopes.forEach((signed, i) => {
        verifyObjects(verifyContribution(parseContribution(signed), context).envelope, [
          objects[i],
        ]);
      });
    },
  ],
  [
    'verify one contribution of 1,000 objects',
    1000,
    () => {
      verifyObjects(verifyContribution(parseContribution(together), context).envelope, objects);
    },
  ],
];

export const run = (): readonly {
  name: string;
  perSecond: number;
  low: number;
  high: number;
}[] => {
  const speeds = WORKS.map((): number[] => []);
  for (let round = -1; round < ROUNDS; round++)
    for (const [i, [, count, work]] of WORKS.entries()) {
      const start = performance.now();
      work();
      const speed = (count * 1000) / (performance.now() - start);
      if (round >= 0) speeds[i]!.push(speed);
    }
  return WORKS.map(([name], i) => {
    const sorted = speeds[i]!.sort((a, b) => a - b).map(Math.round);
    return { name, perSecond: sorted[ROUNDS >> 1]!, low: sorted[1]!, high: sorted[ROUNDS - 2]! };
  });
};

if (import.meta.main)
  for (const { name, perSecond, low, high } of run())
    console.log(`${name}: ${perSecond}/s (${low}-${high})`);
