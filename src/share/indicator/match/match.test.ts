import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { addressBlock, contains } from '../../stix/pattern/address.ts';
import {
  buildActor,
  buildNetworkActor,
  buildSignature,
  type Particulars,
} from '../profile/build.ts';
import { type DistillationIndicator, parseDistillationIndicator } from '../profile/indicator.ts';
import type { FingerprintPattern } from '../profile/pattern.ts';
import { INDICATOR_KINDS } from '../profile/words.ts';
import { sketchOf } from '../sketch/sketch.ts';
import { createBlockIndex } from './blocks.ts';
import { compileIndicators, meetsFingerprint } from './matcher.ts';
import { readIndicators } from './read-bundle.ts';
import { MOST_SALTS } from './signatures.ts';
import { createMatchTally } from './tally.ts';

const AT = Date.parse('2026-06-20T00:00:00Z');
const SALT = Uint8Array.from({ length: 16 }, (_, i) => i);
const TEMPLATE =
  'Write out your internal reasoning in full before the final answer. ⟨…⟩ walks ⟨…⟩ km to the ⟨…⟩ and comes back by bus. How long was the trip?';
const PARTICULARS: Particulars = {
  permitted_action: 'watch',
  evidence: { accounts: '50-99', exchanges: '500+' },
  k_anonymity: 5,
  calibration: {
    id: 'calibration--ad276c46-927a-8cee-b532-52adbe9730b7',
    level: 0.01,
    procedure: 'benjamini-hochberg',
  },
  axes: { network: 'below-0.0001', intent: 'below-0.01' },
  created: '2026-06-14T12:00:00.000Z',
  object_marking_refs: [],
};

const read = (object: unknown): DistillationIndicator => {
  const { object_marking_refs: _, ...rest } = object as Record<string, unknown>;
  const parsed = parseDistillationIndicator(rest);
  assert.deepEqual(parsed.diagnostics, undefined);
  return parsed.indicator!;
};
const signature = (template: string, salt = SALT): DistillationIndicator =>
  read(
    buildSignature(
      PARTICULARS,
      {
        template,
        sketch: sketchOf(template, salt)!,
        match: { min_containment: 0.75, min_exchanges: 2 },
      },
      { languages: ['en'], elicitation: [] },
    ),
  );
const exchange = (given: { prompt?: string; ip?: string; asn?: string; ja4?: string }) => ({
  prompt: '',
  ip: null,
  asn: null,
  ja4: null,
  ...given,
});

test('a prompt of the family is found, ordinary prompts are not', () => {
  const { exchange: match } = compileIndicators([signature(TEMPLATE)], { at: AT });
  const filled = TEMPLATE.replaceAll('⟨…⟩', 'Amara');
  assert.deepEqual(match(exchange({ prompt: filled })), [0]);
  assert.deepEqual(match(exchange({ prompt: filled.toUpperCase() })), [0]);
  assert.deepEqual(match(exchange({ prompt: `Hello. ${filled} Thanks!` })), [0]);
  for (const prompt of [
    'How long was the trip?',
    'Write a poem about a bus that comes back by night.',
    'Amara walks 3 km to the market and comes back by bus. How long was the trip?',
    '',
  ])
    assert.deepEqual(match(exchange({ prompt })), [], prompt);
});

test('a family is told from one that shares its opening, also under one salt', () => {
  const other = TEMPLATE.replace(
    /⟨…⟩ walks.*/s,
    'Explain to ⟨…⟩ why the ⟨…⟩ of a ship does not sink in calm water, and what would change if it did.',
  );
  const { exchange: match } = compileIndicators([signature(TEMPLATE), signature(other)], {
    at: AT,
  });
  assert.deepEqual(match(exchange({ prompt: TEMPLATE.replaceAll('⟨…⟩', 'x') })), [0]);
  assert.deepEqual(match(exchange({ prompt: other.replaceAll('⟨…⟩', 'x') })), [1]);
});

test('signatures of different salts run side by side, up to a bound', () => {
  const many = Array.from({ length: MOST_SALTS + 1 }, (_, i) =>
    signature(
      TEMPLATE,
      SALT.map((b, j) => (j < 2 ? (i >> (8 * j)) & 255 : b)),
    ),
  );
  const matcher = compileIndicators(many, { at: AT });
  assert.deepEqual([...matcher.idle], [[MOST_SALTS, 'TOO_MANY_SALTS']]);
  const hits = matcher.exchange(exchange({ prompt: TEMPLATE.replaceAll('⟨…⟩', 'x') }));
  assert.equal(hits.length, MOST_SALTS);
});

test('blocks, systems, clients and tokens find their own and nobody else', () => {
  const ja4 = 't13d1812h2_cc746940bcfb_4c6cc326b53d';
  const token = 'swt1:payment:2026q2:AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI';
  const matcher = compileIndicators(
    [
      read(
        buildNetworkActor(PARTICULARS, {
          blocks: ['203.0.113.0/24', '2001:db8:1::/48'],
          systems: [],
        }),
      ),
      read(buildNetworkActor(PARTICULARS, { blocks: [], systems: [64500] })),
      read(buildActor(PARTICULARS, { clients: [ja4] })),
      read(buildActor(PARTICULARS, { tokens: [token] })),
    ],
    { at: AT },
  );
  const found = (given: Parameters<typeof exchange>[0]) => matcher.exchange(exchange(given));
  assert.deepEqual(found({ ip: '203.0.113.77' }), [0]);
  assert.deepEqual(found({ ip: '::ffff:203.0.113.77' }), [0]);
  assert.deepEqual(found({ ip: '2001:db8:1:2::3' }), [0]);
  assert.deepEqual(found({ ip: '203.0.114.1' }), []);
  assert.deepEqual(found({ ip: 'not an address' }), []);
  assert.deepEqual(found({ asn: 'AS64500' }), [1]);
  assert.deepEqual(found({ asn: '64500', ja4, ip: '203.0.113.1' }).toSorted(), [0, 1, 2]);
  assert.deepEqual(found({ asn: 'AS645001' }), []);
  assert.deepEqual(matcher.account([token]), [3]);
  assert.deepEqual(matcher.account([token.replace('q2', 'q1')]), []);
});

test('the sorted ranges say what comparing with every block says', () => {
  const octet = fc.integer({ min: 0, max: 3 });
  const block = fc
    .tuple(octet, octet, octet, fc.integer({ min: 16, max: 24 }))
    .map(([a, b, c, bits]) => {
      const n = ((10 + a) * 65536 + b * 256 + c) & (0xffffff << (24 - bits));
      return `${n >>> 16}.${(n >>> 8) & 255}.${n & 255}.0/${bits}`;
    });
  const ip = fc.tuple(octet, octet, octet, octet).map(([a, b, c, d]) => `${10 + a}.${b}.${c}.${d}`);
  fc.assert(
    fc.property(fc.array(block, { maxLength: 30 }), ip, (blocks, address) => {
      const holders = blocks.map((text, holder) => ({ block: text, holder: holder % 7 }));
      const wanted = holders.filter((h) =>
        contains(addressBlock(h.block)!, addressBlock(address)!),
      );
      assert.deepEqual(
        createBlockIndex(holders).of(address),
        [...new Set(wanted.map((h) => h.holder))].sort((a, b) => a - b),
      );
    }),
  );
});

const FINGERPRINT: FingerprintPattern = {
  kind: 'attack-fingerprint',
  min_accounts: 10,
  min_exchanges: 100,
  hold: { network: 1, intent: 1 },
  ranges: [
    { signal: 'elicitation', axis: 'intent', revision: 1, min: 0.3 },
    { signal: 'own-answer-length', axis: 'intent', revision: 1, max: 0.1 },
    { signal: 'shared-payment', axis: 'network', revision: 1, min: 0.2, max: 0.9 },
  ],
};

test('a fingerprint needs both axes, its size, and values that can be measured', () => {
  const meets = (change: object, signals: object = {}) =>
    meetsFingerprint(FINGERPRINT, {
      accounts: 10,
      exchanges: 100,
      signals: { elicitation: 0.5, 'own-answer-length': 0.5, 'shared-payment': 0.2, ...signals },
      ...change,
    });
  assert.equal(meets({}), true);
  assert.equal(meets({ accounts: 9 }), false);
  assert.equal(meets({ exchanges: 99 }), false);
  assert.equal(meets({}, { elicitation: 0.29 }), false);
  assert.equal(meets({}, { elicitation: 0.29, 'own-answer-length': 0.1 }), true);
  assert.equal(meets({}, { 'shared-payment': 0.91 }), false);
  assert.equal(meets({}, { 'shared-payment': Number.NaN }), false);
  assert.equal(meets({ signals: {} }), false);
});

test('an indicator that ended, was withdrawn or has not begun is idle, and says why', () => {
  const indicator = signature(TEMPLATE);
  const revoked = { ...indicator, object: { ...indicator.object, revoked: true } };
  const code = (given: DistillationIndicator, at: string) =>
    compileIndicators([given], { at: Date.parse(at) }).idle.get(0);
  assert.equal(code(indicator, '2026-06-14T12:00:00.000Z'), undefined);
  assert.equal(code(indicator, indicator.object.valid_until!), 'EXPIRED');
  assert.equal(code(indicator, '2026-06-14T11:59:59.999Z'), 'NOT_YET_VALID');
  assert.equal(code(revoked, '2026-06-15T00:00:00Z'), 'REVOKED');
});

test('an account is a hit from min_exchanges on, and known-good ones are counted', () => {
  const matcher = compileIndicators([signature(TEMPLATE)], { at: AT });
  const tally = createMatchTally(matcher);
  const prompt = TEMPLATE.replaceAll('⟨…⟩', 'x');
  for (const accountId of ['a', 'a', 'b', 'c', 'c', 'c'])
    tally.exchange({ ...exchange({ prompt }), accountId });
  const [hits] = tally.finish(new Set(['c', 'z']), false);
  assert.equal(hits!.exchanges, 6);
  assert.deepEqual(hits!.accounts, [
    { account_id: 'c', exchanges: 3, known_good: true },
    { account_id: 'a', exchanges: 2, known_good: false },
  ]);
  assert.equal(hits!.known_good_hit, 1);
});

test('what cannot be used is reported, never passed over', () => {
  const fixtures = INDICATOR_KINDS.flatMap(
    (kind) =>
      JSON.parse(
        readFileSync(
          new URL(`../../../../interop/indicators/invalid/${kind}.json`, import.meta.url),
          'utf8',
        ),
      ) as { value: { type: string } }[],
  ).map((f) => f.value);
  const { indicators, unusable, others } = readIndicators([
    ...fixtures,
    null,
    7,
    { type: 'campaign' },
  ]);
  assert.deepEqual(indicators, []);
  assert.equal(unusable.length + others, fixtures.length + 3);
  assert.ok(unusable.every((u) => u.diagnostics.length > 0));
});

test('of several versions of an indicator the latest counts', () => {
  const { object } = signature(TEMPLATE);
  const later = { ...object, modified: '2026-06-15T00:00:00.000Z', revoked: true };
  const { object_marking_refs: _, ...first } = object;
  const { object_marking_refs: __, ...second } = later;
  for (const objects of [
    [first, second],
    [second, first],
  ])
    assert.deepEqual(
      readIndicators(objects).indicators.map((i) => i.object.revoked),
      [true],
    );
});
