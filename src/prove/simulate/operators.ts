/** Networks of accounts run by one operator: campaigns that harvest, and relays that resell. */
import {
  below,
  between,
  chance,
  exponential,
  integer,
  logNormal,
  type Random,
  shuffle,
} from '../../base/random.ts';
import { addAccount, type Cast, randomOf, waking } from './cast.ts';
import { type Identity, newCard } from './identity.ts';
import { type Address, ordinaryAddresses, rentedBlocks } from './network.ts';
import { type Evasion, evades, type NetworkEvidence } from './options.ts';
import { personStream } from './people.ts';
import { clippedProfile, DAY, HOUR, type Profile } from './schedule.ts';
import { type Account, type Beat, PACES, type Pool } from './stream.ts';
import type { Shard } from './voice.ts';

/** What each grade of network evidence plants. */
interface Traces {
  readonly rotation: number;
  readonly handOff: number;
  readonly handOver: number;
  readonly limits: number;
  readonly synchrony: number;
}

export const USUAL_LIMITS = 0.004;

const TRACES: Readonly<Record<NetworkEvidence, Traces>> = {
  strong: { rotation: 0.3, handOff: 0.06, handOver: 0.9, limits: 0.015, synchrony: 0.6 },
  weak: { rotation: 0.1, handOff: 0.02, handOver: 0.5, limits: 0.006, synchrony: 0.25 },
  none: { rotation: 0, handOff: 0, handOver: 0, limits: USUAL_LIMITS, synchrony: 0 },
};

/** Cards for each account: ten accounts on one, or a third of them in groups of two to four. */
const cards = (random: Random, network: NetworkEvidence, size: number): (string | null)[] => {
  const out = new Array<string | null>(size).fill(null);
  if (network === 'none') return out;
  const sharing = network === 'strong' ? size : Math.round(size / 3);
  for (let i = 0; i < sharing; ) {
    const card = newCard(random);
    const together = network === 'strong' ? integer(random, 8, 12) : integer(random, 2, 4);
    for (let k = 0; k < together && i < sharing; k++) out[i++] = card;
  }
  return shuffle(random, out);
};

/** Sign-ups: within hours, in bursts over days, or whenever (null). */
const signUps = (cast: Cast, random: Random, size: number): (number | null)[] => {
  const { network, start } = cast.options;
  if (network === 'none') return new Array<null>(size).fill(null);
  if (network === 'strong') {
    const day = start - between(random, 1, 25) * DAY;
    return Array.from({ length: size }, () => day + between(random, 0, 5) * HOUR);
  }
  // Bought over months, a dozen at a time, and a quarter of them one by one.
  const bursts = Array.from(
    { length: Math.max(3, Math.round(size / 12)) },
    () => start - exponential(random, 80) * DAY,
  );
  return Array.from({ length: size }, (_, i) =>
    chance(random, 0.25) ? null : bursts[i % bursts.length]! + between(random, 0, 20) * HOUR,
  );
};

/** What moves between the accounts of an operator. */
const tracesOf = (cast: Cast, label: 'reseller' | 'distillation'): Traces =>
  label === 'distillation' && evades(cast.options, 'separate-work')
    ? TRACES.none
    : TRACES[cast.options.network];

/** When account `i` of `size` replaces another: evenly through the world, or null. */
const freshSignUp = (cast: Cast, i: number, size: number): number | null => {
  const { accountDays, days, start } = cast.options;
  if (accountDays === undefined) return null;
  return start + ((i + 0.5) / size) * Math.max(0, days - accountDays) * DAY;
};

/** The days on which an account is used, when it is left for a fresh one after some. */
const whileUsed = (cast: Cast, account: Account, profile: Profile): Profile => {
  const { accountDays, start } = cast.options;
  if (accountDays === undefined || account.label !== 'distillation') return profile;
  const from = account.identity.createdAt - start;
  return clippedProfile(profile, from, from + accountDays * DAY);
};

/** Accounts of one operator, with the evidence that the options ask for. */
export const addOperator = (
  cast: Cast,
  random: Random,
  name: string,
  label: 'reseller' | 'distillation',
  size: number,
): Pool => {
  const { network } = cast.options;
  // Relays are somebody else's business: only campaigns escape.
  const escapes = (evasion: Evasion): boolean =>
    label === 'distillation' && evades(cast.options, evasion);
  const paid = cards(random, network, size);
  const joined = signUps(cast, random, size);
  const rented = rentedBlocks(random, cast.internet, 3 + below(random, 3));
  const place = (own: Identity): readonly Address[] => {
    if (network === 'strong' && !escapes('own-addresses'))
      return [rented[below(random, rented.length)]!()];
    if (network === 'none') return own.addresses;
    return ordinaryAddresses(random, cast.internet, own.country, own.client.hosted, true);
  };
  const accounts = Array.from({ length: size }, (_, i) =>
    addAccount(
      cast,
      random,
      label === 'reseller' ? 'relay' : 'campaign',
      (own) => ({
        card: (escapes('own-cards') ? null : paid[i]) ?? own.card,
        createdAt:
          (label === 'distillation' ? freshSignUp(cast, i, size) : null) ??
          (escapes('spread-sign-ups') ? null : joined[i]) ??
          own.createdAt,
        addresses: place(own),
      }),
      label,
      name,
    ),
  );
  const { rotation, handOff, handOver } = tracesOf(cast, label);
  return { accounts, rotation, handOff, handOver };
};

/** Resold everyday use: 2 to 6 paying people per account, who know nothing about the operator. */
export const addCustomers = (
  cast: Cast,
  random: Random,
  pool: Pool,
  account: Account,
  total: number,
): void => {
  if (total < 1) return;
  const people = Math.min(Math.ceil(total / 2), integer(random, 2, 6));
  const shares = Array.from({ length: people }, () => logNormal(random, 1, 0.6));
  const sum = shares.reduce((a, b) => a + b, 0);
  const { limits } = tracesOf(cast, account.label === 'reseller' ? 'reseller' : 'distillation');
  for (const share of shares) {
    const stream = personStream(cast, random, account, (total * share) / sum);
    cast.streams.push({
      ...stream,
      profile: whileUsed(cast, account, stream.profile),
      pool,
      fixed: true,
      limits,
    });
  }
};

/** A relay: tens of accounts that carry other people's conversations, and nothing else. */
export const addRelay = (cast: Cast, number: number, size: number): void => {
  const random = randomOf(cast, 'relay', number);
  const pool = addOperator(cast, random, `relay-${number + 1}`, 'reseller', size);
  for (const account of pool.accounts)
    addCustomers(cast, random, pool, account, between(random, 40, 260) * (cast.options.days / 14));
};

const harvestProfile = (cast: Cast, random: Random, account: Account): Profile => {
  const { schedule, arrivals, days } = cast.options;
  if (schedule === 'steady') return cast.steady;
  if (schedule === 'human') return waking(cast, random, account);
  // Whole days, so that nights stay nights; accounts of one trace need not move together.
  return cast.recorded(below(random, arrivals.length), below(random, days));
};

/** A campaign: accounts that ask one data set between them, each prompt once. */
export const addCampaign = (
  cast: Cast,
  number: number,
  counts: readonly number[],
  shard: Shard,
): void => {
  const { options } = cast;
  const random = randomOf(cast, 'campaign', number);
  const traces = tracesOf(cast, 'distillation');
  const pool = addOperator(cast, random, `campaign-${number + 1}`, 'distillation', counts.length);
  const unrelated = options.unrelated[number % options.unrelated.length]!;
  const beat: Beat = {
    period: between(random, 0.4, 1.5) * HOUR,
    jitter: options.jitterSeconds * 1000,
    share: traces.synchrony,
  };
  const answer = [logNormal(random, 130, 0.6), between(random, 0.35, 0.6)] as const;
  const turns = chance(random, 0.3) ? 1.3 : 1.05;
  pool.accounts.forEach((account, i) => {
    // What an account asks in all is what a provider sees; the mixture divides it.
    const total = counts[i]!;
    const count = Math.max(1, Math.round(total * (1 - unrelated)));
    cast.streams.push({
      account,
      pool: { ...pool, rotation: 0 },
      pace: { ...PACES.harvest, turns },
      profile: whileUsed(cast, account, harvestProfile(cast, random, account)),
      count,
      fixed: true,
      harvest: true,
      beat,
      answer,
      limits: traces.limits,
      voice: () => shard,
    });
    addCustomers(cast, random, pool, account, total - count);
  });
};
