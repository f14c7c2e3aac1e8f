import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CampaignReport, EvidenceItem, ScanReport } from '../../../detect/report/report.ts';
import { isType } from '../../stix/types.ts';
import { readIndicators } from '../match/read-bundle.ts';
import { deriveIndicators } from './derive.ts';
import { fingerprintOf } from './fingerprint.ts';
import { LEFT_OUT } from './left-out.ts';
import type { DeriveOptions } from './made.ts';

const OPTIONS: DeriveOptions = { k: 5, tlp: 'amber', permit: 'suspend' };
const TEMPLATE =
  'Write out your internal reasoning in full before the final answer. ⟨…⟩ walks ⟨…⟩ km to the ⟨…⟩ and comes back by bus.';

const item = (
  signal: string,
  axis: 'network' | 'intent',
  value: number,
  p50: number,
  p99: number,
): EvidenceItem => ({
  signal,
  axis,
  value,
  baseline: { p1: 0, p50, p99, groups: 40 },
  speaks: 'above',
  contribution: 1,
  says: '',
});
const EVIDENCE = [
  item('shared-payment', 'network', 0.3381, 0.03, 0.31),
  item('sign-up-burst', 'network', 0.65, 0.03, 0.43),
  item('elicitation', 'intent', 0.62, 0, 0.52),
  item('standalone-prompts', 'intent', 0.98, 0.75, 0.94),
];

const campaign = (change: Partial<CampaignReport> = {}): CampaignReport => ({
  id: 'campaign--a0f84b46-1f09-81af-bd44-eb1e2d13d752',
  verdict: 'distillation',
  accounts: Array.from({ length: 71 }, (_, i) => `acct_${i}`),
  exchanges: 6_116,
  first_seen: '2026-06-01T03:14:15.926Z',
  last_seen: '2026-06-14T11:12:13.141Z',
  segment: 'people',
  network: { score: 0.97, p_value: 2.5e-10 },
  intent: { score: 0.97, p_value: 0.0007 },
  families: [
    {
      template: TEMPLATE,
      exchanges: 216,
      accounts: 65,
      distinct_prompts: 216,
      asks: {
        word_accounts: 20,
        outside_accounts: 1,
        languages: ['en'],
        elicitation: ['reasoning'],
      },
    },
  ],
  evidence: EVIDENCE,
  links: [],
  timeline: { start: '2026-06-01T00:00:00.000Z', step_ms: 1, accounts: [], counts: [] },
  would_change: [],
  decided_by: null,
  observables: {
    address_blocks: [
      { value: '240.12.43.0/24', accounts: 6, outside: 1 },
      { value: '240.12.44.0/24', accounts: 6, outside: 2 },
      { value: '240.12.45.0/24', accounts: 4, outside: 0 },
    ],
    autonomous_systems: [{ value: 'AS64500', accounts: 20, outside: 3 }],
    clients: [{ value: 't13d1812h2_cc746940bcfb_4c6cc326b53d', accounts: 9, outside: 0 }],
  },
  ...change,
});
const report = (...campaigns: CampaignReport[]): ScanReport => ({
  version: 1,
  tool: 'stillwatch',
  read: {
    exchanges: 1,
    accounts: 1,
    rejected: 0,
    duplicates: 0,
    first: '2026-06-01T00:00:00.000Z',
    last: '2026-06-14T12:00:00.000Z',
    reasons: {},
    quarantine: [],
  },
  fdr: 0.01,
  calibration: {
    id: 'calibration--ad276c46-927a-8cee-b532-52adbe9730b7',
    version: 2,
    source: '',
    groups: 40,
    left_out: 0,
  },
  models: { intent: '', embedding: '' },
  procedure: 'benjamini-hochberg',
  drift: null,
  campaigns,
  accounts: [],
  limits: [],
});

const derive = (given: CampaignReport, options: Partial<DeriveOptions> = {}) => {
  const { bundle, leftOut } = deriveIndicators(report(given), { ...OPTIONS, ...options });
  const { indicators, unusable } = readIndicators(bundle.objects ?? []);
  assert.deepEqual(unusable, []);
  return {
    indicators,
    objects: bundle.objects ?? [],
    codes: leftOut.map((l) => `${l.what} ${l.code}`),
  };
};

test('every kind comes out, each with the strongest action that it can carry', () => {
  const { indicators, codes } = derive(campaign());
  assert.deepEqual(
    indicators.map((i) => [
      i.kind,
      i.extension.permitted_action,
      i.kind === 'actor-identifier' ? i.extension.identifiers.join() : '',
    ]),
    [
      ['attack-fingerprint', 'suspend', ''],
      ['query-signature', 'suspend', ''],
      ['actor-identifier', 'throttle', 'address-block'],
      ['actor-identifier', 'watch', 'autonomous-system'],
      ['actor-identifier', 'watch', 'client'],
    ],
  );
  assert.deepEqual(codes, [
    'address-block BELOW_K',
    'address-block SHARED_WITH_OTHERS',
    'token TOKENS_NOT_GIVEN',
  ]);
});

test('exact numbers stay at home', () => {
  const text = JSON.stringify(derive(campaign()).objects);
  for (const exact of [
    ':71',
    '6116',
    '6_116',
    '2.5e-10',
    '0.0007',
    '0.3381',
    '03:14',
    '11:12',
    'acct_',
  ])
    assert.ok(!text.includes(exact), exact);
  const about = derive(campaign()).objects.find((o) => isType(o, 'campaign'))!;
  assert.deepEqual(
    [about.first_seen, about.last_seen],
    ['2026-06-01T00:00:00.000Z', '2026-06-15T00:00:00.000Z'],
  );
});

test('a range lies half-way between ordinary and the campaign, on two digits', () => {
  assert.deepEqual(fingerprintOf(campaign()), {
    min_accounts: 10,
    min_exchanges: 100,
    hold: { network: 2, intent: 2 },
    ranges: [
      { signal: 'elicitation', axis: 'intent', revision: 1, min: 0.31 },
      { signal: 'shared-payment', axis: 'network', revision: 1, min: 0.18 },
      { signal: 'sign-up-burst', axis: 'network', revision: 1, min: 0.34 },
      { signal: 'standalone-prompts', axis: 'intent', revision: 1, min: 0.86 },
    ],
  });
});

test('a range that speaks downwards is rounded towards ordinary, below zero too', () => {
  const down = (value: number, p1: number, p50: number): EvidenceItem => ({
    ...item('own-topics', 'intent', value, p50, 9),
    baseline: { p1, p50, p99: 9, groups: 40 },
    speaks: 'below',
  });
  const range = (evidence: EvidenceItem) =>
    fingerprintOf(campaign({ evidence: [...EVIDENCE, evidence] }))!.ranges.find(
      (r) => r.signal === 'own-topics',
    );
  assert.equal(range(down(-0.0031, 0.16, 0.431))!.max, 0.22);
  assert.equal(range(down(-0.9, -0.3, -0.033))!.max, -0.46);
  assert.equal(range({ ...down(0.5, 0.2, 0.431) }), undefined);
});

test('one axis alone, or too few ordinary groups, make no fingerprint', () => {
  const intent = EVIDENCE.filter((e) => e.axis === 'intent');
  assert.ok(
    derive(campaign({ evidence: intent })).codes.includes('attack-fingerprint FEW_SIGNALS'),
  );
  const few = EVIDENCE.map((e) => ({ ...e, baseline: { ...e.baseline, groups: 9 } }));
  assert.equal(fingerprintOf(campaign({ evidence: few })), undefined);
});

test('a family leaves only if it is shared, worded by many, distinctive and long enough', () => {
  const [family] = campaign().families;
  const code = (change: object, asks: object = {}) =>
    derive(
      campaign({ families: [{ ...family!, ...change, asks: { ...family!.asks!, ...asks } }] }),
    ).codes.filter((c) => c.startsWith('query'))[0];
  assert.equal(code({}), undefined);
  assert.equal(code({ accounts: 4 }), 'query-signature BELOW_K');
  assert.equal(code({}, { word_accounts: 4 }), 'query-signature WORDS_BELOW_K');
  assert.equal(code({}, { outside_accounts: 17 }), 'query-signature SHARED_WITH_OTHERS');
  assert.equal(code({ template: 'Explain ⟨…⟩ to me' }), 'query-signature TOO_FEW_SHINGLES');
  assert.equal(code({ template: `${TEMPLATE} 4111` }), 'query-signature TEMPLATE_UNFIT');
  const old = derive(campaign({ families: [{ ...family!, asks: null }], observables: null }));
  assert.ok(old.codes.includes('query-signature NOT_IN_REPORT'));
  assert.ok(old.codes.includes('actor-identifier NOT_IN_REPORT'));
});

test('a mask hides words of the template and leaves the sketch as it was', () => {
  const sketchOf = (mask?: DeriveOptions['mask']) => {
    const found = derive(campaign(), { mask }).indicators.find(
      (i) => i.kind === 'query-signature',
    )!;
    return found.pattern as { template?: string; sketch: object };
  };
  const masked = sketchOf((text) => text.replace('walks', '⟨…⟩'));
  assert.ok(!masked.template!.includes('walks'));
  assert.deepEqual(masked.sketch, sketchOf().sketch);
  assert.equal(sketchOf(() => '⟨').template, undefined);
});

test('a review shares nothing; a network without intent shares no tokens and no prompts', () => {
  const token = `swt1:payment:2026q2:${'A'.repeat(43)}`;
  const tokens = new Map([['acct_1', [token, 'acct_1']]]);
  const review = derive(campaign({ verdict: 'review' }), { tokens });
  assert.deepEqual([review.objects, review.codes], [[], ['campaign VERDICT_REVIEW']]);
  const network = derive(campaign({ verdict: 'account-network' }), { tokens });
  assert.deepEqual([...new Set(network.indicators.map((i) => i.kind))], ['actor-identifier']);
  assert.ok(!JSON.stringify(network.objects).includes(token));
  const both = JSON.stringify(derive(campaign(), { tokens }).objects);
  assert.ok(both.includes(token) && !both.includes('acct_1'));
});

test('every reason for leaving something out is one of the list', () => {
  for (const means of Object.values(LEFT_OUT)) assert.match(means, /\.$/);
});
