/**
 * The operator of the demo: one data set cut between three labs, one pool of cards and one of rented
 * address blocks at all of them, other account ids at each. And one honest institute that looks alike.
 */
import { between, createRandom, type Random, shuffle } from '../../base/random.ts';
import type { Corpus } from '../simulate/corpus.ts';
import { grammar } from '../simulate/grammar/grammar.ts';
import { HARVEST_FAMILIES, type HarvestFamily, templatesOf } from '../simulate/grammar/harvest.ts';
import { packOf, slotsOf } from '../simulate/grammar/languages.ts';
import { newCard } from '../simulate/identity.ts';
import type { AccountRow, TrafficRow } from '../simulate/rows.ts';
import { simulate } from '../simulate/simulate.ts';
import { LAB_NAMES, type LabName } from './lab-name.ts';

/** What somebody sends to one lab, oldest first, and the accounts they do it with. */
export interface Hand {
  readonly rows: readonly TrafficRow[];
  readonly accounts: readonly AccountRow[];
}

export interface Hydra {
  /** The kind of prompt that is harvested. */
  readonly family: string;
  readonly hands: Readonly<Record<LabName, Hand>>;
}

/**
 * An honest institute that tests models. At A it runs questions of the kind that the operator asks, from a
 * machine that it rents where the operator rents its own, and it signed up in the same days. At B and C it is
 * a customer like others, and it pays with the same card everywhere.
 */
export interface Institute {
  readonly card: string;
  /** At lab A: its account there, and what it sends. */
  readonly hand: Hand;
  readonly account: string;
}

export interface HydraRequest {
  readonly seed: number;
  /** Accounts of the operator at each lab. */
  readonly accounts: number;
  /** Exchanges that each account is to make, about. */
  readonly perAccount: number;
  readonly start: number;
  readonly days: number;
}

/** Cards and blocks that the operator has: the same at every lab. */
const CARDS = 8;
const BLOCKS = 4;

/**
 * Blocks of a part of IPv6 that IANA has given to nobody (4000::/3): the firewall refuses documentation and
 * reserved ranges, and a simulated accusation must not name anybody's real address.
 */
const blocksOf = (random: Random): readonly string[] => {
  const hex = (): string => Math.floor(between(random, 0x1000, 0xffff)).toString(16);
  return Array.from({ length: BLOCKS }, () => `4${hex().slice(1)}:${hex()}:${hex()}`);
};

/** Templates that the operator varies. */
const TEMPLATES = 3;

const dataSet = (family: HarvestFamily): Corpus => {
  const pack = packOf('en');
  const { size, at } = grammar(templatesOf[family](pack).slice(0, TEMPLATES), slotsOf(pack));
  return {
    name: `grammar:${family}:en:${TEMPLATES}`,
    sha256: null,
    kind: 'plain',
    language: 'en',
    sharedTasks: false,
    units: [{ key: 'all', start: 0, size }],
    size,
    at: (i) => ({ text: at(i), responseTokens: null, followUp: null }),
  };
};

/** The same place in a shorter list, for as long as the world lasts. */
const dealer = <T>(pool: readonly T[]): ((key: string) => T) => {
  const dealt = new Map<string, T>();
  return (key) => {
    const known = dealt.get(key) ?? pool[dealt.size % pool.length]!;
    dealt.set(key, known);
    return known;
  };
};

export const createHydra = (
  request: HydraRequest,
): { readonly hydra: Hydra; readonly institute: Institute } => {
  const { seed, accounts, perAccount, start, days } = request;
  const random = createRandom(seed, 'demo-operator');
  const [family] = shuffle(random, [...HARVEST_FAMILIES]);
  // One account more than the operator has: at A it is the institute's.
  const size = accounts + 1;
  const world = simulate({
    world: 'hydra',
    accounts: Math.max(200, Math.ceil(size * 3 * 1.4)),
    campaigns: 3,
    campaignAccounts: [size, size],
    perAccount: [Math.ceil(perAccount * 0.7), Math.ceil(perAccount * 1.3)],
    unrelated: [0],
    network: 'strong',
    seed: seed * 16,
    days,
    start,
    harvest: [dataSet(family!)],
  });
  const campaignOf = new Map(
    world.labels.flatMap((l) => (l.campaign === null ? [] : [[l.account_id, l.campaign]])),
  );
  const rows = [...world.exchanges];
  const cards = Array.from({ length: CARDS }, () => newCard(random));
  const blocks = blocksOf(random);
  const card = newCard(random);
  const hands = LAB_NAMES.map((name, i) => {
    const campaign = `campaign-${i + 1}`;
    const cardOf = dealer(cards);
    const blockOf = dealer(blocks);
    const members = world.accounts.filter((a) => campaignOf.get(a.account_id) === campaign);
    const spare = members[0]!.account_id;
    const place = (row: TrafficRow): TrafficRow => {
      const host = row.ip.split(/[.:]/);
      return { ...row, ip: `${blockOf(host.slice(0, 3).join())}::${Number(host[3] ?? 1) + 1}` };
    };
    const own = rows.filter((row) => campaignOf.get(row.account_id) === campaign).map(place);
    const dressed = members.map(
      (account): AccountRow =>
        account.account_id === spare
          ? {
              ...account,
              payment_fingerprint: card,
              email_domain: 'evaluation-institute.example',
              tier: 'team',
            }
          : { ...account, payment_fingerprint: cardOf(account.payment_fingerprint ?? '') },
    );
    const isSpare = (one: { readonly account_id: string }): boolean => one.account_id === spare;
    const part = (wanted: boolean): Hand => ({
      rows: own.filter((row) => isSpare(row) === wanted),
      accounts: dressed.filter((account) => isSpare(account) === wanted),
    });
    return { name, spare, hydra: part(false), institute: part(true) };
  });
  const [first] = hands;
  return {
    hydra: {
      family: family!,
      hands: Object.fromEntries(hands.map((hand) => [hand.name, hand.hydra])) as Record<
        LabName,
        Hand
      >,
    },
    institute: { card, hand: first!.institute, account: first!.spare },
  };
};
