/**
 * The world of `stillwatch demo`: three labs with different honest customers, and one operator who harvests
 * from the first and is ready at the others. All of it is simulated: prompts, accounts, addresses, cards
 * and times come from a program. The same seed and end give the same world.
 */
import type { Language } from '../simulate/grammar/languages.ts';
import type { AccountRow, TrafficRow } from '../simulate/rows.ts';
import { simulate } from '../simulate/simulate.ts';
import { createHydra, type Hydra, type LookAlike } from './hydra.ts';
import { LAB_NAMES, type LabName } from './lab-name.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

export interface DemoRequest {
  readonly seed: number;
  /** Honest accounts at lab A; B and C have fewer. */
  readonly honest: number;
  /** Accounts of the operator at each lab. */
  readonly hydra: number;
  /** When the world ends, epoch milliseconds. */
  readonly end: number;
}

export interface HonestTraffic {
  /** Before the story begins: what the lab reads from its log. */
  readonly history: readonly TrafficRow[];
  /** What goes through the gateway. */
  readonly live: readonly TrafficRow[];
  readonly accounts: readonly AccountRow[];
}

export interface DemoWorld {
  /** The part that goes through the gateways, epoch milliseconds. */
  readonly from: number;
  readonly until: number;
  readonly honest: Readonly<Record<LabName, HonestTraffic>>;
  readonly hydra: Hydra;
  readonly lookAlike: LookAlike;
}

const HISTORY_DAYS = 10;
export const LIVE_DAYS = 2;
/** The operator wants each lab's part of the data set within a day. */
const HARVEST_DAYS = 1;
const PER_ACCOUNT = 80;

/** Who the customers of each lab are: they differ in number, language and who is among them. */
const CUSTOMERS: Readonly<
  Record<LabName, { readonly share: number; readonly language: Language; readonly seed: number }>
> = {
  A: { share: 1, language: 'en', seed: 1 },
  B: { share: 0.8, language: 'de', seed: 2 },
  C: { share: 0.7, language: 'es', seed: 3 },
};

const honestAt = ({ seed, honest, end }: DemoRequest, name: LabName): HonestTraffic => {
  const customers = CUSTOMERS[name];
  const days = HISTORY_DAYS + LIVE_DAYS;
  const { exchanges, accounts } = simulate({
    world: 'quiet',
    accounts: Math.round(honest * customers.share),
    seed: seed * 16 + customers.seed,
    days,
    start: end - days * DAY,
    language: customers.language,
  });
  const from = end - LIVE_DAYS * DAY;
  const history: TrafficRow[] = [];
  const live: TrafficRow[] = [];
  for (const row of exchanges) (Date.parse(row.timestamp) < from ? history : live).push(row);
  return { history, live, accounts };
};

export const createDemoWorld = (request: DemoRequest): DemoWorld => {
  const from = request.end - LIVE_DAYS * DAY;
  const { hydra, lookAlike } = createHydra({
    seed: request.seed,
    accounts: request.hydra,
    perAccount: PER_ACCOUNT,
    start: from,
    days: HARVEST_DAYS,
  });
  const honest = Object.fromEntries(
    LAB_NAMES.map((name) => [name, honestAt(request, name)]),
  ) as Record<LabName, HonestTraffic>;
  return { from, until: request.end, honest, hydra, lookAlike };
};
