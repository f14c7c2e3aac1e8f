import type { Profile, PromptSample } from '../profile/profile.ts';

/** The sampled prompts of all accounts, one row each, accounts ascending. */
export interface PromptTable {
  readonly count: number;
  readonly accountOf: Int32Array;
  /** Account a has rows starts[a] … starts[a+1]). */
  readonly starts: Int32Array;
  /** Sketch key: equal prompts of different accounts have equal keys. */
  readonly keys: Float64Array;
  /** How often the account asked it. */
  readonly times: Int32Array;
  readonly samples: readonly PromptSample[];
}

/**
 * Takes at most `limit` prompts in all, the same number from each account. The samples are
 * coordinated (smallest hashes first), so a cut keeps shared prompts shared.
 */
export const createPromptTable = (profiles: readonly Profile[], limit: number): PromptTable => {
  const perAccount = capacityPerAccount(profiles, limit);
  const samples: PromptSample[] = [];
  const accounts: number[] = [];
  const keys: number[] = [];
  const times: number[] = [];
  const starts = new Int32Array(profiles.length + 1);
  profiles.forEach((profile, account) => {
    const { prompts } = profile;
    for (let i = 0; i < Math.min(perAccount, prompts.keys.length); i++) {
      accounts.push(account);
      keys.push(prompts.keys[i]!);
      times.push(prompts.counts[i]!);
      samples.push(prompts.values[i]!);
    }
    starts[account + 1] = samples.length;
  });
  return {
    count: samples.length,
    accountOf: Int32Array.from(accounts),
    starts,
    keys: Float64Array.from(keys),
    times: Int32Array.from(times),
    samples,
  };
};

const capacityPerAccount = (profiles: readonly Profile[], limit: number): number => {
  let most = 0;
  for (const profile of profiles) most = Math.max(most, profile.prompts.keys.length);
  for (let cap = most; cap > 1; cap--) {
    let total = 0;
    for (const profile of profiles) total += Math.min(cap, profile.prompts.keys.length);
    if (total <= limit) return cap;
  }
  return 1;
};
