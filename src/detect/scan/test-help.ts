/** Small populations written out by hand; for tests. */
import { createPopulation, type Population } from '../campaign/population.ts';
import { type Search, searchCampaigns } from '../campaign/search.ts';
import type { AccountRecord } from '../exchange/exchange.ts';
import { exchangeOf, profileOfAll, START } from '../profile/test-help.ts';

export { START } from '../profile/test-help.ts';

export const HOUR = 3_600_000;

export interface Asked {
  readonly prompts: readonly string[];
  /** Epoch ms of the first prompt; the others follow, an hour apart. */
  readonly from?: number;
  readonly record?: Partial<AccountRecord>;
}

const recordOf = (accountId: string, given: Partial<AccountRecord>): AccountRecord => ({
  accountId,
  createdAt: null,
  paymentFingerprint: null,
  emailDomain: null,
  tier: null,
  organizationId: null,
  segment: null,
  attestation: null,
  ...given,
});

/** Accounts by id, in the order of their ids. */
export const populationOf = (accounts: Readonly<Record<string, Asked>>): Population =>
  createPopulation(
    new Map(
      Object.entries(accounts).map(([accountId, { prompts, from = START }]) => [
        accountId,
        profileOfAll(
          prompts.map((prompt, i) => exchangeOf({ accountId, prompt, timestamp: from + i * HOUR })),
        ),
      ]),
    ),
    new Map(
      Object.entries(accounts).flatMap(([id, { record }]) =>
        record === undefined ? [] : [[id, recordOf(id, record)] as const],
      ),
    ),
  );

export const searchOf = (accounts: Readonly<Record<string, Asked>>): Search =>
  searchCampaigns(populationOf(accounts));
