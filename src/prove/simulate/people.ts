/** Ordinary accounts: most of every world. */
import { below, chance, integer, logNormal, type Random } from '../../base/random.ts';
import { addAccount, type Cast, randomOf, type StreamPlan, waking } from './cast.ts';
import type { Identity } from './identity.ts';
import { type Account, PACES } from './stream.ts';

/** Median exchanges of a person in two weeks, and the deviation of its logarithm. */
const MEDIAN = 22;
const SIGMA = 1.3;

/** Share of people who ask as much as an account of a campaign in the same world does. */
const HEAVY = 0.06;

/** Exchanges of one person over the world, before scaling. */
export const personCount = (cast: Cast, random: Random): number => {
  const { days, perAccount } = cast.options;
  // Volume alone must not tell: some honest accounts are as busy as the busiest others.
  if (chance(random, HEAVY)) return integer(random, ...perAccount);
  return Math.max(2, logNormal(random, (MEDIAN * days) / 14, SIGMA));
};

/** A person's own talk: what everybody else in this file and the groups build on. */
export const personStream = (
  cast: Cast,
  random: Random,
  account: Account,
  count = personCount(cast, random),
): StreamPlan => ({
  account,
  pace: PACES.person,
  profile: waking(cast, random, account),
  count,
  voice: (prompts, own, n) => prompts.person(own, n, account.identity.country.language),
});

/** Two or three accounts of one household: one card, one home address. */
const household = (cast: Cast, number: number, size: number): void => {
  let first: Identity | null = null;
  for (let i = 0; i < size; i++) {
    const random = randomOf(cast, 'household', number, i);
    const account = addAccount(cast, random, 'person', (own) => {
      first ??= own;
      return {
        country: first.country,
        card: first.card,
        addresses: [first.addresses[0]!, ...own.addresses.slice(1)],
      };
    });
    cast.streams.push(personStream(cast, random, account));
  }
};

/** Fills the world with `count` accounts of people; one in eleven lives with another customer. */
export const addPeople = (cast: Cast, count: number): void => {
  let left = count;
  for (let number = 0; left > 0; number++) {
    const random = randomOf(cast, 'person', number);
    if (left >= 3 && chance(random, 0.04)) {
      const size = integer(random, 2, 3);
      household(cast, number, size);
      left -= size;
    } else {
      cast.streams.push(personStream(cast, random, addAccount(cast, random, 'person')));
      left--;
    }
  }
};

/** Two to four friends who use one account: benign, though it is not what the plan is for. */
export const addFriendsPlan = (cast: Cast, number: number): void => {
  const random = randomOf(cast, 'friends-plan', number);
  const account = addAccount(cast, random, 'friends-plan');
  const friends = 2 + below(random, 3);
  for (let i = 0; i < friends; i++) cast.streams.push(personStream(cast, random, account));
};
