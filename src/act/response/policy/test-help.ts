import type { AccountFacts, Facts, FindingFacts, IndicatorFacts } from '../facts.ts';
import type { Policy } from './policy.ts';
import { policyFrom } from './read-policy.ts';

export const NOW = 1_800_000_000_000;

export const accountFacts = (given: Partial<AccountFacts> = {}): AccountFacts => ({
  id: 'acct',
  tier: null,
  segment: null,
  organization: null,
  exchanges: 700,
  organization_exchanges: null,
  created_at: null,
  attestation: null,
  known_good: false,
  ...given,
});

export const findingFacts = (given: Partial<FindingFacts> = {}): FindingFacts => ({
  id: 'finding--1',
  verdict: 'distillation',
  network: { score: 0.9, p_value: 1e-6 },
  intent: { score: 0.9, p_value: 1e-6 },
  level: 0.01,
  accounts: 40,
  exchanges: 26_000,
  ...given,
});

export const indicatorFacts = (given: Partial<IndicatorFacts> = {}): IndicatorFacts => ({
  id: 'indicator--1',
  standing: 'corroborated',
  permitted_action: 'suspend',
  confirmed_here: false,
  until: NOW + 1e12,
  ...given,
});

export const facts = (given: Partial<Facts> = {}): Facts => ({
  account: accountFacts(),
  finding: null,
  indicators: [],
  ...given,
});

/** A policy of given rules, one line of YAML each. */
export const policyOf = (rules: readonly string[], more = ''): Policy =>
  policyFrom(
    `version: 1\nname: test\nowner: me\nsample_to_review: 0%\n${more}\nrules:${rules.length === 0 ? ' []' : ''}\n${rules.map((rule) => `  - ${rule}\n`).join('')}`,
    'test',
  );

export const ruleLine = (when: string, action = 'verify', mode = 'live', name = 'a-rule'): string =>
  `{name: ${name}, when: '${when}', action: ${action}, reason: SHARED_INTELLIGENCE, mode: ${mode}}`;
