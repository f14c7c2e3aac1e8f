/** What a world is made of, with every default in one place. */
import { StillwatchError } from '../../base/errors.ts';
import type { ArrivalTrace } from './arrivals.ts';
import type { Corpus } from './corpus.ts';
import type { Language } from './grammar/languages.ts';

export const WORLDS = ['quiet', 'hydra', 'sharded', 'relay', 'mixed'] as const;
export type World = (typeof WORLDS)[number];
export const NETWORKS = ['strong', 'weak', 'none'] as const;
export type NetworkEvidence = (typeof NETWORKS)[number];
export const SCHEDULES = ['steady', 'human', 'real'] as const;
export type ScheduleKind = (typeof SCHEDULES)[number];

/** What an operator does to look like less of a network, each apart from the others. */
export const EVASIONS = [
  'own-cards',
  'own-addresses',
  'spread-sign-ups',
  'separate-work',
  'reworded-prompts',
] as const;
export type Evasion = (typeof EVASIONS)[number];

/** Lowest and highest value, both included. */
export type Range = readonly [low: number, high: number];

export interface WorldOptions {
  readonly world: World;
  /** All accounts of the world, campaigns and relays included. */
  readonly accounts: number;
  /** Wanted number of exchanges, or null for what the accounts ask by themselves. */
  readonly exchanges: number | null;
  readonly seed: number;
  readonly days: number;
  /** Epoch milliseconds of the first hour. */
  readonly start: number;
  /** Share of a campaign account's exchanges that is resold everyday use; one value per campaign in turn. */
  readonly unrelated: readonly number[];
  readonly network: NetworkEvidence;
  /** Seconds within which the accounts of one operator act on the same order. */
  readonly jitterSeconds: number;
  readonly schedule: ScheduleKind;
  readonly releasePivot: boolean;
  readonly language: Language | 'mix';
  readonly campaigns: number;
  readonly relays: number;
  readonly campaignAccounts: Range;
  /** Exchanges per campaign account over the whole world, harvest and unrelated together. */
  readonly perAccount: Range;
  readonly harvest: readonly Corpus[];
  readonly everyday: readonly Corpus[];
  readonly evaluation: readonly Corpus[];
  readonly arrivals: readonly ArrivalTrace[];
  /** What campaigns do to escape; undefined is not written into world.json. */
  readonly evade?: readonly Evasion[] | undefined;
  /** Days after which a campaign leaves an account for a fresh one; undefined for never. */
  readonly accountDays?: number | undefined;
}

export const evades = (o: WorldOptions, evasion: Evasion): boolean =>
  o.evade?.includes(evasion) ?? false;

/** What a caller must say: the world; everything else has a default. */
export type WorldRequest = Partial<WorldOptions> & { readonly world: World };

const ACCOUNTS = { quiet: 3000, hydra: 4000, sharded: 2000, relay: 2000, mixed: 3600 } as const;
const CAMPAIGNS = { quiet: 0, hydra: 1, sharded: 1, relay: 0, mixed: 4 } as const;
const RELAYS = { quiet: 0, hydra: 0, sharded: 0, relay: 2, mixed: 2 } as const;
const UNRELATED = {
  quiet: [0],
  hydra: [0.5],
  sharded: [0],
  relay: [0],
  mixed: [0, 0.5, 0.75, 0.9],
} as const;
/** The disclosed networks asked about 26 times per account and day (reporting of February 2026). */
const HYDRA_PER_DAY = 26;
/** A campaign never takes more than this share of a world when its size is left to us. */
const CAMPAIGN_SHARE = 0.3;

/** Exchanges per account of a world that is left to itself, rounded up. */
const PER_ACCOUNT = 80;
const SMALLEST = 150;

/** Fewer accounts for fewer exchanges; in the hydra world, which has a fixed rate, also more for more. */
const accountsFor = (world: World, exchanges: number | null): number => {
  if (exchanges === null) return ACCOUNTS[world];
  if (world === 'hydra') return Math.max(SMALLEST, Math.round(exchanges / (HYDRA_PER_DAY * 14)));
  return Math.max(SMALLEST, Math.min(ACCOUNTS[world], Math.round(exchanges / PER_ACCOUNT)));
};

const usage = (message: string, remedy: string): StillwatchError =>
  new StillwatchError('USAGE', message, remedy);

const hydraRange = (request: WorldRequest, accounts: number, days: number): Range => {
  const mean = request.exchanges == null ? HYDRA_PER_DAY * days : request.exchanges / accounts;
  return [Math.ceil(mean * 0.6), Math.ceil(mean * 1.4)];
};

/** Fills in defaults and refuses what cannot be: throws USAGE. */
export const resolveOptions = (request: WorldRequest): WorldOptions => {
  const { world } = request;
  const accounts = request.accounts ?? accountsFor(world, request.exchanges ?? null);
  const days = request.days ?? 14;
  const unrelated = request.unrelated ?? UNRELATED[world];
  const scale = days / 14;
  const room = Math.max(8, Math.floor(accounts * CAMPAIGN_SHARE));
  const campaignAccounts: Range =
    request.campaignAccounts ??
    (world === 'hydra'
      ? [Math.ceil(accounts / 2), Math.ceil(accounts / 2)]
      : [Math.min(40, room), Math.min(150, room)]);
  const mean = (campaignAccounts[0] + campaignAccounts[1]) / 2;
  const fits = Math.max(1, Math.floor(room / mean));
  const campaigns =
    world === 'quiet' || world === 'relay'
      ? 0
      : (request.campaigns ?? Math.min(CAMPAIGNS[world], fits));
  const options: WorldOptions = {
    world,
    accounts,
    exchanges: request.exchanges ?? null,
    seed: request.seed ?? 1,
    days,
    // A Monday, so that weeks begin where people's weeks do.
    start: request.start ?? Date.UTC(2026, 5, 1),
    unrelated,
    network: request.network ?? 'weak',
    jitterSeconds: request.jitterSeconds ?? 60,
    schedule: request.schedule ?? 'human',
    releasePivot: request.releasePivot ?? false,
    language: request.language ?? 'en',
    campaigns,
    relays: request.relays ?? RELAYS[world],
    campaignAccounts,
    perAccount:
      request.perAccount ??
      (world === 'hydra'
        ? hydraRange(request, accounts, days)
        : [Math.max(1, Math.round(25 * scale)), Math.max(1, Math.round(150 * scale))]),
    harvest: request.harvest ?? [],
    everyday: request.everyday ?? [],
    evaluation: request.evaluation ?? [],
    arrivals: request.arrivals ?? [],
    // Absent unless asked for, so that the options of every other world stay as they were.
    ...(request.evade === undefined || request.evade.length === 0 ? {} : { evade: request.evade }),
    ...(request.accountDays === undefined ? {} : { accountDays: request.accountDays }),
  };
  check(options);
  return options;
};

const check = (o: WorldOptions): void => {
  const whole = (name: string, value: number, low: number): void => {
    if (!Number.isSafeInteger(value) || value < low)
      throw usage(`${name} is ${value}`, `Give ${name} as a whole number of at least ${low}.`);
  };
  whole('accounts', o.accounts, 10);
  whole('seed', o.seed, 0);
  whole('days', o.days, 1);
  whole('campaigns', o.campaigns, 0);
  if (o.exchanges !== null) whole('exchanges', o.exchanges, 1);
  for (const [name, [low, high]] of [
    ['campaign-accounts', o.campaignAccounts],
    ['per-account', o.perAccount],
  ] as const) {
    whole(name, low, 1);
    whole(name, high, low);
  }
  if (o.unrelated.length === 0 || o.unrelated.some((u) => !(u >= 0 && u < 1)))
    throw usage(`unrelated is ${o.unrelated.join(', ')}`, 'Give a share of 0 or more and below 1.');
  if (o.accountDays !== undefined && !(o.accountDays > 0 && o.accountDays <= o.days))
    throw usage(
      `account-days is ${o.accountDays}`,
      `Give --account-days above 0 and at most the ${o.days} days of the world.`,
    );
  if (!(o.jitterSeconds >= 0))
    throw usage(`jitter is ${o.jitterSeconds}`, 'Give --jitter in seconds, 0 or more.');
  if (o.schedule === 'real' && o.arrivals.length === 0)
    throw usage(
      'the schedule "real" needs arrivals of real accounts',
      'Name files with --arrivals, or use --schedule human.',
    );
  if (o.campaigns * o.campaignAccounts[0] > 0.8 * o.accounts)
    throw usage(
      `${o.campaigns} campaigns of ${o.campaignAccounts.join('-')} accounts leave too few honest ones among ${o.accounts}`,
      'Raise --accounts, or lower --campaigns or --campaign-accounts.',
    );
};
