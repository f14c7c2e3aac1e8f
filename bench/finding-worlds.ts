/**
 * Worlds of three labs with many operators, for `finding-to-decision.ts`. Each operator works at all three: the same
 * cards, other accounts, and prompts under an instruction of its own, never the same prompt
 * at two labs. All of it is simulated. The same seed and end give the same worlds.
 */
import { choice, createRandom, type Random, shuffle } from '../src/base/random.ts';
import type { Hand } from '../src/prove/demo/hydra.ts';
import { LAB_NAMES, type LabName } from '../src/prove/demo/lab-name.ts';
import type { Corpus } from '../src/prove/simulate/corpus.ts';
import { grammar } from '../src/prove/simulate/grammar/grammar.ts';
import { HARVEST_FAMILIES, templatesOf } from '../src/prove/simulate/grammar/harvest.ts';
import { packOf, slotsOf } from '../src/prove/simulate/grammar/languages.ts';
import { newCard } from '../src/prove/simulate/identity.ts';
import type { AccountRow, TrafficRow } from '../src/prove/simulate/rows.ts';
import { simulate } from '../src/prove/simulate/simulate.ts';

const DAY = 86_400_000;
const DAYS = 14;
/** That an operator pays with, the same at every lab. */
const CARDS = 8;

/** Accounts at a lab, and exchanges that each of an operator's makes, about. */
export interface LabSize {
  readonly honest: number;
  readonly perOperator: number;
  readonly perAccount: number;
  /** Share of those that are somebody's everyday use. */
  readonly unrelated: number;
}

export interface LabWorld {
  readonly honest: Hand;
  /** The operators in one order at every lab. */
  readonly operators: readonly Hand[];
}

/** An instruction of an operator's own, which stands before everything that it asks. */
const wrapperOf = (random: Random): string => {
  const { subject = [], profession = [], place = [], thing = [] } = slotsOf(packOf('en'));
  const clauses = shuffle(random, [
    `This belongs to the ${choice(random, subject)} part of our ${choice(random, thing)} collection`,
    `write as a ${choice(random, profession)} from ${choice(random, place)} would for a ${choice(random, profession)}`,
    `keep in mind what ${choice(random, subject)} has to do with ${choice(random, thing)} in ${choice(random, place)}`,
    `avoid anything about ${choice(random, subject)} that a ${choice(random, profession)} would doubt`,
    `mention ${choice(random, thing)} or ${choice(random, thing)} only where ${choice(random, subject)} needs it`,
    `end with what a ${choice(random, profession)} asks about ${choice(random, subject)}`,
    `say nothing of ${choice(random, thing)} before ${choice(random, subject)} is settled`,
    `leave room for a note by the ${choice(random, profession)} in ${choice(random, place)}`,
  ]);
  return `${clauses.join('; ')}.`;
};

interface Asks {
  readonly name: string;
  readonly texts: readonly string[];
}

const asksOf = (random: Random, i: number): Asks => {
  const family = HARVEST_FAMILIES[i % HARVEST_FAMILIES.length]!;
  const wrapper = wrapperOf(random);
  const texts = templatesOf[family](packOf('en')).slice(0, 3);
  return { name: `${family}:${i}`, texts: texts.map((text) => `${wrapper}\n${text}`) };
};

/** The part of a data set that is harvested from one lab. */
const corpusOf = ({ name, texts }: Asks, lab: number): Corpus => {
  const whole = grammar(texts, slotsOf(packOf('en')));
  const size = Math.floor(whole.size / LAB_NAMES.length);
  return {
    name: `grammar:${name}:${lab}`,
    sha256: null,
    kind: 'plain',
    language: 'en',
    sharedTasks: false,
    units: [{ key: 'all', start: 0, size }],
    size,
    at: (i) => ({
      text: whole.at(LAB_NAMES.length * i + lab),
      responseTokens: null,
      followUp: null,
    }),
  };
};

/** Customers and operators of one lab. */
const worldOf = (
  lab: number,
  seed: number,
  { honest, perOperator, perAccount, unrelated }: LabSize,
  operators: readonly Asks[],
  cards: readonly (readonly string[])[],
  start: number,
): LabWorld => {
  const world = simulate({
    world: 'hydra',
    accounts: honest + operators.length * perOperator,
    campaigns: operators.length,
    campaignAccounts: [perOperator, perOperator],
    perAccount: [Math.ceil(perAccount * 0.8), Math.ceil(perAccount * 1.2)],
    unrelated: [unrelated],
    seed,
    days: DAYS,
    start,
    harvest: operators.map((asks) => corpusOf(asks, lab)),
  });
  const campaigns = new Map(
    world.labels.flatMap(({ account_id, campaign, label }) =>
      campaign === null || label !== 'distillation'
        ? []
        : [[account_id, Number(campaign.slice('campaign-'.length)) - 1] as const],
    ),
  );
  const hands = operators.map(() => ({ rows: [] as TrafficRow[], accounts: [] as AccountRow[] }));
  const others = { rows: [] as TrafficRow[], accounts: [] as AccountRow[] };
  for (const account of world.accounts) {
    const of = campaigns.get(account.account_id) ?? -1;
    const { accounts } = hands[of] ?? others;
    const paid = cards[of];
    const payment_fingerprint =
      paid?.[accounts.length % paid.length] ?? account.payment_fingerprint;
    accounts.push({ ...account, payment_fingerprint });
  }
  for (const row of world.exchanges)
    (hands[campaigns.get(row.account_id) ?? -1] ?? others).rows.push(row);
  return { honest: others, operators: hands };
};

export interface Worlds {
  /** At A: worlds of a few operators each, in the order of the operators. */
  readonly a: readonly LabWorld[];
  /** At B and C: one world with all of them. */
  readonly others: Readonly<Record<'B' | 'C', LabWorld>>;
}

export const createWorlds = (
  seed: number,
  wanted: number,
  together: number,
  sizes: Readonly<Record<LabName, LabSize>>,
  end: number,
): Worlds => {
  const random = createRandom(seed, 'finding-to-decision');
  const operators = Array.from({ length: wanted }, (_, i) => asksOf(random, i));
  const start = end - DAYS * DAY;
  const seedOf = (lab: number, n: number): number => (seed * 3 + lab) * 1024 + n;
  const cards = operators.map(() => Array.from({ length: CARDS }, () => newCard(random)));
  const a = Array.from({ length: Math.ceil(wanted / together) }, (_, n) => {
    const [from, to] = [n * together, (n + 1) * together];
    const [asks, paid] = [operators.slice(from, to), cards.slice(from, to)];
    return worldOf(0, seedOf(0, n), sizes.A, asks, paid, start);
  });
  return {
    a,
    others: {
      B: worldOf(1, seedOf(1, 0), sizes.B, operators, cards, start),
      C: worldOf(2, seedOf(2, 0), sizes.C, operators, cards, start),
    },
  };
};

/** In the order of time. */
export const inOrder = (hands: readonly Hand[]): readonly TrafficRow[] =>
  hands
    .flatMap(({ rows }) => rows)
    .sort((a, b) => (a.timestamp < b.timestamp ? -1 : Number(a.timestamp > b.timestamp)));
