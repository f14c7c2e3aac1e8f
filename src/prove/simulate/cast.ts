/** Collects the accounts and streams of a world while it is planned. */
import { below, chance, createRandom, exponential, type Random } from '../../base/random.ts';
import { hexId, type Identity, ordinaryIdentity } from './identity.ts';
import { createInternet, type Internet } from './network.ts';
import type { WorldOptions } from './options.ts';
import type { Prompts } from './prompts.ts';
import type { Group, Label } from './rows.ts';
import {
  DAY,
  HOUR,
  humanProfile,
  type Profile,
  RHYTHMS,
  type Rhythm,
  steadyProfile,
  traceProfile,
} from './schedule.ts';
import type { Account, Beat, Pace, Pool } from './stream.ts';
import type { Voice } from './voice.ts';

/** A stream before its prompts are drawn. */
export interface StreamPlan {
  readonly account: Account;
  readonly pace: Pace;
  readonly profile: Profile;
  /** Exchanges wanted; scaled to reach --exchanges unless `fixed`. */
  readonly count: number;
  readonly fixed?: boolean;
  readonly voice: (prompts: Prompts, random: Random, count: number) => Voice;
  readonly pool?: Pool;
  readonly beat?: Beat;
  readonly harvest?: boolean;
  readonly endUsers?: number;
  readonly answer?: readonly [median: number, sigma: number];
  readonly limits?: number;
  /** Programs and classes keep to their hours; people are up to two hours late. */
  readonly punctual?: boolean;
}

export interface Cast {
  readonly options: WorldOptions;
  readonly internet: Internet;
  /** Epoch milliseconds of the release, or null. */
  readonly releaseAt: number | null;
  readonly accounts: Account[];
  readonly streams: StreamPlan[];
  readonly steady: Profile;
  readonly human: (rhythm: Rhythm, zone: number) => Profile;
  /** A recorded account of the options, turned by whole days. */
  readonly recorded: (trace: number, turn: number) => Profile;
}

export const createCast = (options: WorldOptions): Cast => {
  const profiles = new Map<string, Profile>();
  const kept = (key: string, make: () => Profile): Profile => {
    const profile = profiles.get(key) ?? make();
    profiles.set(key, profile);
    return profile;
  };
  return {
    options,
    internet: createInternet(options.seed),
    // Releases happen in working hours.
    releaseAt: options.releasePivot
      ? options.start + Math.floor(options.days / 2) * DAY + 17 * HOUR
      : null,
    accounts: [],
    streams: [],
    steady: steadyProfile(options),
    human: (rhythm, zone) => kept(`${rhythm} ${zone}`, () => humanProfile(options, rhythm, zone)),
    recorded: (index, turn) =>
      kept(`${index} turned ${turn}`, () => {
        const { name, weights } = options.arrivals[index]!;
        const cut = Math.floor((turn / options.days) * weights.length);
        return traceProfile(options, {
          name,
          weights: [...weights.slice(cut), ...weights.slice(0, cut)],
        });
      }),
  };
};

/** An account like everybody's, with what a group changes about it. */
export const addAccount = (
  cast: Cast,
  random: Random,
  group: Group,
  change: (identity: Identity) => Partial<Identity> = () => ({}),
  label: Label = 'benign',
  campaign: string | null = null,
): Account => {
  const { options, internet } = cast;
  const ordinary = ordinaryIdentity(random, internet, options.start, options.days);
  const identity = { ...ordinary, ...change(ordinary) };
  const account: Account = {
    id: `acct_${hexId(random, 2)}`,
    identity,
    client: identity.client,
    label,
    group,
    campaign,
    adoptsAt: (cast.releaseAt ?? 0) + exponential(random, 20) * DAY,
  };
  cast.accounts.push(account);
  return account;
};

export const rhythmOf = (random: Random): Rhythm =>
  (Object.keys(RHYTHMS) as Rhythm[])[below(random, 3)]!;

/** When an account's person is awake. */
export const waking = (cast: Cast, random: Random, account: Account): Profile =>
  cast.human(rhythmOf(random), account.identity.country.zone);

/** Random numbers of one instance of a group, independent of all others. */
export const randomOf = (cast: Cast, ...path: (string | number)[]): Random =>
  createRandom(cast.options.seed, ...path);

/** Members of a group of accounts; smaller in a small world, so that honest people stay the most. */
export const groupSize = (cast: Cast, random: Random, low: number, high: number): number => {
  const scale = Math.min(1, cast.options.accounts / 2000);
  const size = low + below(random, high - low + 1);
  return Math.max(2, Math.round(size * scale));
};

/** Days after the start, or the last possible day of a short world. */
export const dayWithin = (cast: Cast, random: Random, low: number, high: number): number =>
  Math.min(cast.options.days - 1, low + below(random, high - low + 1));

export const maybe = <T>(random: Random, p: number, value: T): T | null =>
  chance(random, p) ? value : null;
