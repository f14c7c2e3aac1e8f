import { createRandom, uniform } from '../../base/random.ts';
import { logPoissonUpperTail } from '../../base/tails.ts';
import type { Embedding } from '../family/embedding/embedding.ts';
import { FAMILY_DEFAULTS, type Families, findFamilies } from '../family/find-families.ts';
import { createPromptTable, type PromptTable } from '../family/prompt-table.ts';
import { findCandidates, networkComponents } from './candidates.ts';
import type { ContentGroup } from './content-groups.ts';
import { askersOf } from './habits.ts';
import type { MembershipContext } from './membership.ts';
import {
  clumpsAmong,
  createNetworkIndex,
  linkedShare,
  measureNetwork,
  type NetworkEvidence,
  sharedLogP,
} from './network-evidence.ts';
import type { Population } from './population.ts';
import { type RefinedGroup, refineAll, refineByContent, sharedPart } from './refine.ts';
import { findSharedKeys, type SharedKeys } from './shared-keys.ts';

/** A set of accounts that content suggested, with the independent evidence of identity. */
export interface Candidate {
  readonly group: ContentGroup;
  readonly network: NetworkEvidence;
  /** ln of the network p-value: identity tested on a set that content chose. */
  readonly logP: number;
}

/** A candidate after its members were weighed; no two share most of their accounts. */
export interface Operation {
  readonly candidate: Candidate;
  readonly group: RefinedGroup;
  readonly network: NetworkEvidence;
}

/** Accounts between which conversations and cards move, whatever they talk about. */
export interface Relay {
  readonly accounts: readonly number[];
  readonly network: NetworkEvidence;
  /** ln of the chance of as many hand-offs among as many ordinary accounts. */
  readonly logP: number;
}

export interface Search {
  readonly population: Population;
  readonly table: PromptTable;
  readonly families: Families;
  /** What turned prompts into points. */
  readonly embedding: string;
  readonly shared: SharedKeys;
  readonly candidates: readonly Candidate[];
  readonly operations: readonly Operation[];
  readonly relays: readonly Relay[];
}

export interface SearchOptions {
  /** Most prompts that are embedded and clustered; bounds time and memory. */
  readonly promptLimit: number;
  readonly minEntities: number;
  readonly seed: number;
  /** Texts to points; the built-in lexical one unless told. */
  readonly embedding?: Embedding;
  /** Called at the start of each stage with its name. */
  readonly onStage?: (stage: string) => void;
}

export const SEARCH_DEFAULTS: SearchOptions = { promptLimit: 400_000, minEntities: 5, seed: 1 };

/** Only candidates with at least this much identity evidence are worth weighing member by member. */
const WORTH_REFINING = Math.log(0.01);
/** Where fewer members are joined than this, they may be a crowd around somebody else's links. */
const TIGHT = 0.25;
/** Operations that share this much of the smaller one are the same. */
const SAME_OPERATION = 0.5;

/** A candidate lies within an operation when this much of it does. */
const WITHIN = 0.8;

/** Of the candidates that lie within an operation, all of them tested, the strongest. */
const strongestWithin = (
  candidates: readonly Candidate[],
  accounts: readonly number[],
): Candidate | null => {
  const members = new Set(accounts);
  let best: Candidate | null = null;
  for (const candidate of candidates) {
    if (best !== null && candidate.logP >= best.logP) continue;
    const own = candidate.group.accounts.filter((a) => members.has(a)).length;
    if (own >= WITHIN * candidate.group.accounts.length) best = candidate;
  }
  return best;
};

const NOBODY: ReadonlySet<number> = new Set();

/** Accounts of relays that merely pass through a set: most of each relay lies elsewhere. */
const relayedThrough = (
  relays: readonly Relay[],
  accounts: readonly number[],
): ReadonlySet<number> =>
  new Set(
    relays
      .filter((relay) => sharedPart(new Set(accounts), relay.accounts) < SAME_OPERATION)
      .flatMap((relay) => relay.accounts),
  );

const refineCandidates = (
  context: MembershipContext,
  candidates: readonly Candidate[],
  minEntities: number,
  measure: (accounts: readonly number[]) => NetworkEvidence,
  test: (accounts: readonly number[]) => number,
  relays: readonly Relay[],
): Operation[] => {
  const operations: Operation[] = [];
  const taken: ReadonlySet<number>[] = [];
  const promising = candidates
    .filter(({ logP }) => logP < WORTH_REFINING)
    .map((candidate) => ({
      candidate,
      linked: linkedShare(candidate.network, candidate.group.accounts.length),
    }))
    // The tightest first: a crowd around an operation holds its links too, among many others.
    .sort((a, b) => b.linked - a.linked || a.candidate.logP - b.candidate.logP);
  const explained = new Set<number>();
  for (const { candidate, linked } of promising) {
    // What known operations, or relays in a loose crowd, explain is no evidence for another one.
    const strangers = linked >= TIGHT ? NOBODY : relayedThrough(relays, candidate.group.accounts);
    const rest = candidate.group.accounts.filter((a) => !explained.has(a) && !strangers.has(a));
    if (rest.length < minEntities) continue;
    if (rest.length < candidate.group.accounts.length && test(rest) > WORTH_REFINING) continue;
    for (const group of refineAll(context, candidate.group, minEntities)) {
      if (taken.some((known) => sharedPart(known, group.accounts) > SAME_OPERATION)) continue;
      taken.push(new Set(group.accounts));
      for (const a of group.accounts) explained.add(a);
      const tested = strongestWithin(candidates, group.accounts) ?? candidate;
      operations.push({ candidate: tested, group, network: measure(group.accounts) });
    }
  }
  return operations;
};

/** Fewest hand-offs that make a relay, and one honest moved conversation to be expected anywhere. */
const MIN_HAND_OFFS = 4;
const HONEST_HAND_OFFS = 1;

/** Moved conversations in a set of accounts. */
export interface HandOffs {
  readonly handOffs: number;
  readonly accounts: number;
}

/** ln p of as many moved conversations in a set, if they moved in it as often as elsewhere. */
export const relayLogP = (own: HandOffs, elsewhere: HandOffs): number => {
  const rate = elsewhere.handOffs / Math.max(1, elsewhere.accounts);
  return logPoissonUpperTail(own.handOffs, rate * own.accounts + HONEST_HAND_OFFS);
};

const findRelays = (
  population: Population,
  shared: SharedKeys,
  minEntities: number,
  measure: (accounts: readonly number[]) => NetworkEvidence,
): Relay[] => {
  const relays: Relay[] = [];
  const total = shared.keys.filter((key) => key.kind === 'hand-off').length;
  for (const accounts of networkComponents(population, shared)) {
    if (accounts.length < minEntities) continue;
    const inside = new Set(accounts.flatMap((a) => shared.keysOf[a]!));
    let handOffs = 0;
    for (const key of inside) if (shared.keys[key]!.kind === 'hand-off') handOffs++;
    if (handOffs < MIN_HAND_OFFS) continue;
    const elsewhere = {
      handOffs: total - handOffs,
      accounts: population.ids.length - accounts.length,
    };
    relays.push({
      accounts,
      network: measure(accounts),
      logP: relayLogP({ handOffs, accounts: accounts.length }, elsewhere),
    });
  }
  return relays;
};

/** From profiles to operations: families, candidates, evidence of identity, members. */
export const searchCampaigns = (
  population: Population,
  options: SearchOptions = SEARCH_DEFAULTS,
): Search => {
  const state = createRandom(options.seed);
  const random = (): number => uniform(state);
  options.onStage?.('prompt families');
  const table = createPromptTable(population.profiles, options.promptLimit);
  const { embedding = FAMILY_DEFAULTS.embedding } = options;
  const familyOptions = { ...FAMILY_DEFAULTS, embedding };
  const families = findFamilies(table, population.ids.length, familyOptions, random);
  options.onStage?.('links');
  const shared = findSharedKeys(population);
  const groupOptions = { minEntities: options.minEntities, entityOf: population.entityOf };
  const groups = findCandidates(population, families, groupOptions);
  const index = createNetworkIndex(population, shared);
  const measure = (accounts: readonly number[]): NetworkEvidence =>
    measureNetwork(index, accounts, random);
  options.onStage?.('campaigns');
  const context: MembershipContext = {
    population,
    table,
    topicOf: families.topicOf,
    draws: families.draws,
    shared,
    askers: askersOf(table),
  };
  const { minEntities } = options;
  const candidates = groups.map((found): Candidate => {
    const group = refineByContent(context, found, minEntities);
    const network = measure(group.accounts);
    return { group, network, logP: sharedLogP(network) };
  });
  const relays = findRelays(population, shared, minEntities, measure);
  const test = (accounts: readonly number[]): number =>
    sharedLogP({ clumps: clumpsAmong(index, accounts) });
  return {
    population,
    table,
    families,
    embedding: embedding.id,
    shared,
    candidates,
    operations: refineCandidates(context, candidates, minEntities, measure, test, relays),
    relays,
  };
};
