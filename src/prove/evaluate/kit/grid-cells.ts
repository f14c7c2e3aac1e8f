/** The cells of the grid: a stated centre, one factor varied at a time, and named crosses. */
import type { NetworkEvidence, ScheduleKind } from '../../simulate/options.ts';
import type { Plan } from './suite.ts';
import { CENTRE, specOf, type WorldSpec } from './work/world-spec.ts';

export interface GridCell {
  readonly factor: string;
  readonly value: string;
  readonly world: WorldSpec;
}

const UNRELATED = [0, 0.5, 0.75, 0.9, 0.95];
const ACCOUNTS = [20, 40, 150, 1000];
const EXCHANGES = [6, 25, 60, 200];
const NETWORKS: readonly NetworkEvidence[] = ['none', 'weak', 'strong'];
const LANGUAGES = ['en', 'zh', 'ru', 'es', 'mix'] as const;

type Change = Partial<Omit<WorldSpec, 'ordinary'>>;

/** Where two factors work together. */
const CROSSES: readonly (readonly [name: string, change: Change])[] = [
  [
    '150 × 25 exchanges, own addresses and cards',
    { accounts: 150, exchanges: 25, evade: ['own-cards'] },
  ],
  ['20 accounts, 90 % unrelated', { accounts: 20, unrelated: 0.9 }],
  ['150 accounts, 95 % unrelated', { accounts: 150, unrelated: 0.95 }],
  ['1,000 accounts × 6 exchanges', { accounts: 1000, exchanges: 6 }],
  ['200 exchanges each, 95 % unrelated', { exchanges: 200, unrelated: 0.95 }],
  ['no network evidence, 0 % unrelated', { network: 'none', unrelated: 0 }],
  ['strong network evidence, 95 % unrelated', { network: 'strong', unrelated: 0.95 }],
];

/** A benchmark small enough that forty accounts ask each of its questions once. */
const SAME_TEXT: Change = { accounts: 40, exchanges: 25, unrelated: 0, harvest: 'benchmark' };

export const gridCells = ({ ordinary, sources }: Plan): GridCell[] => {
  const cell = (factor: string, value: string, change: Change = {}): GridCell => ({
    factor,
    value,
    world: specOf(ordinary, change),
  });
  const schedules: ScheduleKind[] =
    sources.arrivals.length > 0 ? ['steady', 'human', 'real'] : ['steady', 'human'];
  return [
    ...UNRELATED.map((u) =>
      cell('unrelated traffic', `${Math.round(100 * u)} %`, { unrelated: u }),
    ),
    ...ACCOUNTS.map((accounts) => cell('accounts', accounts.toLocaleString('en'), { accounts })),
    ...EXCHANGES.map((exchanges) => cell('exchanges per account', `${exchanges}`, { exchanges })),
    ...NETWORKS.map((network) => cell('network evidence', network, { network })),
    ...schedules.map((schedule) => cell('schedule', schedule, { schedule })),
    ...LANGUAGES.map((language) =>
      cell('language (composed harvest)', language, { language, harvest: 'composed' }),
    ),
    ...CROSSES.map(([name, change]) => cell('cross', name, change)),
    cell('same text', 'benchmark sharded over 40 accounts', SAME_TEXT),
    cell('same text', 'benchmark run once by one account', {
      ...SAME_TEXT,
      campaigns: 0,
      relays: 0,
    }),
  ];
};

export const centreInWords = `${CENTRE.accounts} accounts, about ${CENTRE.exchanges} exchanges each in 14 days, ${100 * CENTRE.unrelated} % of them unrelated, ${CENTRE.network} network evidence, ${CENTRE.schedule} schedule, English`;
