/** What an operator may change, each against the same operator who does not. */
import type { Evasion } from '../../simulate/options.ts';
import type { Plan } from './suite.ts';
import { specOf, type WorldSpec } from './work/world-spec.ts';

type Change = Partial<Omit<WorldSpec, 'ordinary'>>;

export interface EvasionCase {
  readonly name: string;
  /** Which operator it starts from. */
  readonly from: ReferenceName;
  readonly change: Change;
  /** Every prompt passes through a language model once before it is sent. */
  readonly rewrites?: boolean;
}

/**
 * One campaign per world, so that pairs of worlds are pairs of campaigns. A careless operator leaves
 * every trace; a careful one is the centre of the grid; the third harvests a composed data set, which
 * exists in eight languages.
 */
export const REFERENCES = {
  careless: { campaigns: 1, network: 'strong', schedule: 'steady', jitterSeconds: 5 },
  careful: { campaigns: 1 },
  'careful, composed data set': { campaigns: 1, harvest: 'composed' },
} as const satisfies Readonly<Record<string, Change>>;
export type ReferenceName = keyof typeof REFERENCES;

const IDENTITY: readonly Evasion[] = [
  'own-cards',
  'own-addresses',
  'spread-sign-ups',
  'separate-work',
];
const COMPOSED = 'careful, composed data set';

export const EVASION_CASES: readonly EvasionCase[] = [
  { name: 'unique addresses', from: 'careless', change: { evade: ['own-addresses'] } },
  { name: 'own cards', from: 'careless', change: { evade: ['own-cards'] } },
  { name: 'sign-ups spread out', from: 'careless', change: { evade: ['spread-sign-ups'] } },
  {
    name: 'no work moved between accounts',
    from: 'careless',
    change: { evade: ['separate-work'] },
  },
  { name: 'jitter of ten minutes', from: 'careless', change: { jitterSeconds: 600 } },
  { name: 'human schedule', from: 'careless', change: { schedule: 'human' } },
  {
    name: 'all of these',
    from: 'careless',
    change: { evade: IDENTITY, jitterSeconds: 600, schedule: 'human' },
  },
  { name: 'own cards', from: 'careful', change: { evade: ['own-cards'] } },
  { name: 'sign-ups spread out', from: 'careful', change: { evade: ['spread-sign-ups'] } },
  { name: 'no work moved between accounts', from: 'careful', change: { evade: ['separate-work'] } },
  {
    name: 'a quarter of the traffic, four times the accounts',
    from: 'careful',
    change: { accounts: 160, exchanges: 15 },
  },
  { name: 'a quarter of the traffic (slower harvest)', from: 'careful', change: { exchanges: 15 } },
  { name: '75 % unrelated traffic', from: 'careful', change: { unrelated: 0.75 } },
  { name: '90 % unrelated traffic', from: 'careful', change: { unrelated: 0.9 } },
  {
    name: 'fresh accounts every 3.5 days',
    from: 'careful',
    change: { accounts: 160, exchanges: 15, accountDays: 3.5 },
  },
  {
    name: 'reworded prompts',
    from: 'careful',
    change: { evade: ['reworded-prompts'] },
    rewrites: true,
  },
  {
    name: 'own cards, spread sign-ups, no work moved',
    from: 'careful',
    change: { evade: IDENTITY },
  },
  {
    name: 'that, reworded, 90 % unrelated',
    from: 'careful',
    change: { evade: [...IDENTITY, 'reworded-prompts'], unrelated: 0.9 },
    rewrites: true,
  },
  {
    name: 'prompts in eight languages',
    from: COMPOSED,
    change: { language: 'mix' },
    rewrites: true,
  },
  {
    name: 'reworded prompts',
    from: COMPOSED,
    change: { evade: ['reworded-prompts'] },
    rewrites: true,
  },
  {
    name: 'eight languages and reworded',
    from: COMPOSED,
    change: { language: 'mix', evade: ['reworded-prompts'] },
    rewrites: true,
  },
];

export const referenceSpec = ({ ordinary }: Plan, name: ReferenceName): WorldSpec =>
  specOf(ordinary, REFERENCES[name]);

export const evadedSpec = ({ ordinary }: Plan, { from, change }: EvasionCase): WorldSpec =>
  specOf(ordinary, { ...REFERENCES[from], ...change });
