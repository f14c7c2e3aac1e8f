/**
 * Scan reports with known content for the tests of everything a person sees: two distillation
 * campaigns, one account network and one group to review. Invented, deterministic by seed, shaped
 * like a real scan; no figure in it was measured.
 */
import type {
  AccountReport,
  CampaignReport,
  LinkReport,
  ScanReport,
  TimelineReport,
} from '../../detect/report/report.ts';
import { EVIDENCE, FAMILIES, type Kind, LIMITS, WOULD_CHANGE } from './fixture-content.ts';

const START = Date.UTC(2026, 0, 3);
const STEP = 3 * 3_600_000;

export interface CampaignSpec {
  readonly kind: Kind;
  readonly accounts: number;
}

const TYPICAL: readonly CampaignSpec[] = [
  { kind: 'distillation', accounts: 84 },
  { kind: 'distillation', accounts: 140 },
  { kind: 'account-network', accounts: 23 },
  { kind: 'review', accounts: 11 },
];

/** mulberry32: a uniform number from 0 to 1 per call. */
const randomOf = (seed: number) => {
  let state = seed >>> 0;
  return (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
};

/** A hydra's shape: accounts are taken into use one after another and dropped near their quota. */
const timelineOf = (accounts: readonly string[], random: () => number): TimelineReport => {
  const steps = 112;
  const counts = accounts.map((_, row) => {
    const begin = Math.floor((row / accounts.length) * steps * 0.6 + random() * 8);
    const end = Math.min(steps, begin + 30 + Math.floor(random() * 30));
    return Array.from({ length: steps }, (_, step) => {
      const night = step % 8 < 2;
      const rate = step >= begin && step < end ? (night ? 0.6 : 3) : 0;
      return rate > 0 && random() < 0.55 ? 1 + Math.floor(random() * rate * 2) : 0;
    });
  });
  return { start: new Date(START).toISOString(), step_ms: STEP, accounts, counts };
};

const KINDS = ['family', 'complementary-coverage', 'payment', 'sign-up', 'synchrony', 'hand-off'];

const linksOf = (accounts: readonly string[], random: () => number): LinkReport[] => {
  const links = new Map<string, LinkReport>();
  const wanted = Math.min(400, Math.floor(accounts.length * 2.6));
  for (let tries = 0; links.size < wanted && tries < wanted * 20; tries++) {
    const i = Math.floor(random() * accounts.length);
    // Accounts that were signed up together are linked more often than others.
    const j = Math.floor(random() < 0.7 ? Math.floor(i / 9) * 9 + random() * 9 : random() * 1e4);
    const [a, b] = [accounts[i]!, accounts[j % accounts.length]!];
    if (a >= b) continue;
    const first = Math.floor(random() ** 2 * KINDS.length);
    const kinds = [KINDS[first]!, ...(random() < 0.4 ? [KINDS[(first + 1) % KINDS.length]!] : [])];
    links.set(`${a} ${b}`, { a, b, llr: Number((2 + random() * 9).toFixed(2)), kinds });
  }
  return [...links.values()].toSorted((x, y) => y.llr - x.llr);
};

const SCORES: Readonly<Record<Kind, readonly [number, number, number, number]>> = {
  distillation: [0.9, 2e-5, 0.86, 4e-5],
  'account-network': [0.82, 3e-4, 0.22, 0.41],
  review: [0.44, 0.03, 0.58, 0.008],
};

const hex = (random: () => number, digits: number): string =>
  Array.from({ length: digits }, () => Math.floor(random() * 16).toString(16)).join('');

const campaignOf = (spec: CampaignSpec, random: () => number): CampaignReport => {
  const accounts = Array.from({ length: spec.accounts }, () => `acct_${hex(random, 10)}`);
  const timeline = timelineOf(accounts, random);
  const exchanges = timeline.counts.flat().reduce((sum, count) => sum + count, 0);
  const [network, networkP, intent, intentP] = SCORES[spec.kind];
  const drift = random() * 0.09;
  return {
    id: `campaign--${hex(random, 8)}-${hex(random, 4)}-5${hex(random, 3)}-a${hex(random, 3)}-${hex(random, 12)}`,
    verdict: spec.kind,
    accounts,
    exchanges,
    first_seen: new Date(START + 2 * STEP).toISOString(),
    last_seen: new Date(START + 110 * STEP).toISOString(),
    segment: 'api-self-serve',
    network: { score: Number((network + drift).toFixed(3)), p_value: networkP },
    intent: { score: Number((intent + drift).toFixed(3)), p_value: intentP },
    families: FAMILIES[spec.kind].map((template, i) => ({
      template,
      exchanges: Math.floor((exchanges * 0.6) / (i + 1)),
      accounts: Math.floor(spec.accounts / (1 + i * 0.4)),
      distinct_prompts: Math.floor(((exchanges * 0.6) / (i + 1)) * 0.98),
      asks: {
        word_accounts: Math.floor(spec.accounts / 3),
        outside_accounts: 1,
        languages: ['en'],
        elicitation: ['reasoning'],
      },
    })),
    evidence: EVIDENCE[spec.kind],
    links: linksOf(accounts, random),
    timeline,
    would_change: WOULD_CHANGE[spec.kind],
    observables: {
      address_blocks: [{ value: '240.12.43.0/24', accounts: 6, outside: 1 }],
      autonomous_systems: [{ value: 'AS4200023757', accounts: 9, outside: 40 }],
      clients: [],
    },
    decided_by: {
      level: 0.01,
      axis_level: 0.005,
      procedure: 'benjamini-hochberg',
      calibration: 'calibration--self-3f2a91',
      calibration_version: 2,
      model: 'intent-test',
      network: null,
      intent: { pool: 'persons', groups: 240, borrowed: true, extrapolated: true },
    },
  };
};

const accountsOf = (campaign: CampaignReport, random: () => number): AccountReport[] =>
  campaign.accounts.map((account_id, row) => ({
    account_id,
    verdict: campaign.verdict,
    campaign: campaign.id,
    exchanges: campaign.timeline.counts[row]!.reduce((sum, count) => sum + count, 0),
    network: { ...campaign.network, score: campaign.network.score * (0.5 + random() / 2) },
    intent: { ...campaign.intent, score: campaign.intent.score * (0.3 + random() / 2) },
  }));

export const buildReport = (specs: readonly CampaignSpec[] = TYPICAL, seed = 7): ScanReport => {
  const random = randomOf(seed);
  const campaigns = specs.map((spec) => campaignOf(spec, random));
  const single: AccountReport = {
    account_id: 'acct_lonely_01',
    verdict: 'review',
    campaign: null,
    exchanges: 4_210,
    network: { score: 0.04, p_value: 0.62 },
    intent: { score: 0.71, p_value: 0.0031 },
  };
  return {
    version: 1,
    tool: 'stillwatch 0.1.0',
    read: {
      exchanges: 214_332,
      accounts: 3_212,
      rejected: 1_204,
      duplicates: 33,
      first: new Date(START).toISOString(),
      last: new Date(START + 111 * STEP).toISOString(),
      reasons: { 'missing account_id': 104, 'not JSON': 1_100 },
      quarantine: [
        { source: 'traffic-2026-01-03.jsonl', line: 1_203, reason: 'not JSON' },
        { source: 'traffic-2026-01-03.jsonl', line: 88_120, reason: 'missing account_id' },
        { source: 'traffic-2026-01-09.parquet', line: null, reason: 'missing account_id' },
      ],
    },
    fdr: 0.01,
    calibration: {
      id: 'calibration--self-3f2a91',
      version: 2,
      source: 'the scanned population itself, 2 954 accounts taken as ordinary',
      groups: 312,
      left_out: 21,
    },
    models: { intent: 'intent-5a1f0c9e2b7d', embedding: 'lexical-words-64' },
    procedure: 'benjamini-hochberg',
    drift: {
      false_alarms: 0.01,
      tests: 18,
      alarms: [
        { segment: 'people', signal: 'response-length', accounts: 2_954, log_evidence: 12.4 },
      ],
    },
    campaigns,
    accounts: [...campaigns.flatMap((campaign) => accountsOf(campaign, random)), single],
    limits: LIMITS,
  };
};

/** A report of a scan that found nothing. */
export const emptyReport = (): ScanReport => ({ ...buildReport([]), accounts: [] });
