/**
 * The world of `stillwatch demo`: three labs with different honest customers, and one operator who harvests
 * from the first and is ready at the others. All of it is simulated: prompts, accounts, addresses, cards
 * and times come from a program. The same seed and end give the same world.
 */
import type { Language } from '../simulate/grammar/languages.ts';
import type { AccountRow, TrafficRow } from '../simulate/rows.ts';
import { simulate } from '../simulate/simulate.ts';
import { createHydra, type Hand, type Hydra, type Institute } from './hydra.ts';
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
  readonly institute: Institute;
  /** The institute's account at each lab. */
  readonly instituteAt: Readonly<Record<LabName, string>>;
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

/** The customer with the most requests in the story: at B and C that is the institute. */
const busiest = ({ live }: HonestTraffic): string => {
  const counts = Map.groupBy(live, (row) => row.account_id);
  return [...counts].sort(([a, x], [b, y]) => y.length - x.length || (a < b ? -1 : 1))[0]![0];
};

const withCard = (honest: HonestTraffic, account: string, card: string): HonestTraffic => ({
  ...honest,
  accounts: honest.accounts.map((one) =>
    one.account_id === account ? { ...one, payment_fingerprint: card } : one,
  ),
});

const withMore = (honest: HonestTraffic, { rows, accounts }: Hand): HonestTraffic => ({
  ...honest,
  live: [...honest.live, ...rows].sort((a, b) => (a.timestamp < b.timestamp ? -1 : 1)),
  accounts: [...honest.accounts, ...accounts],
});

export const createDemoWorld = (request: DemoRequest): DemoWorld => {
  const from = request.end - LIVE_DAYS * DAY;
  const { hydra, institute } = createHydra({
    seed: request.seed,
    accounts: request.hydra,
    perAccount: PER_ACCOUNT,
    start: from,
    days: HARVEST_DAYS,
  });
  const [a, b, c] = LAB_NAMES.map((name) => honestAt(request, name)) as [
    HonestTraffic,
    HonestTraffic,
    HonestTraffic,
  ];
  const instituteAt = { A: institute.account, B: busiest(b), C: busiest(c) };
  return {
    from,
    until: request.end,
    honest: {
      A: withMore(a, institute.hand),
      B: withCard(b, instituteAt.B, institute.card),
      C: withCard(c, instituteAt.C, institute.card),
    },
    hydra,
    institute,
    instituteAt,
  };
};
