import {
  EVASION_CASES,
  type EvasionCase,
  evadedSpec,
  REFERENCES,
  type ReferenceName,
  referenceSpec,
} from './evasion-cases.ts';
import { pairedDifference } from './paired-difference.ts';
import { finished, type Plan, type Results, type Suite } from './suite.ts';
import { briefly, number, pointOf, recallOf, sum } from './tables.ts';
import { type Job, job } from './work/job.ts';
import type { ScanResult } from './work/scan-job.ts';
import type { WorldSpec } from './work/world-spec.ts';

const jobsOf = ({ seeds }: Plan, world: WorldSpec): Job<'scan'>[] =>
  seeds.map((seed) => job('scan', { world }, seed));

/** There is one campaign per world. */
const found = ({ tally }: ScanResult): boolean =>
  tally.campaigns.some((c) => c.seen_as === 'distillation');

const meanOf = (worlds: readonly ScanResult[], value: (world: ScanResult) => number): number =>
  sum(worlds.map(value)) / worlds.length;

/** What a harvest costs its operator, per world. */
const costsOf = (worlds: readonly ScanResult[], rewrites: boolean) => {
  const harvested = meanOf(worlds, (w) => w.sent.harvested);
  return {
    accounts: meanOf(worlds, (w) => sum(w.tally.campaigns.map((c) => c.accounts))),
    harvested,
    cards: meanOf(worlds, (w) => w.sent.cards),
    addresses: meanOf(worlds, (w) => w.sent.addresses),
    days: meanOf(worlds, (w) => w.days),
    /** Tokens carried beside the data set for each prompt of it. */
    carried: meanOf(worlds, (w) => w.sent.otherTokens) / harvested,
    /** A model reads and writes each prompt once: twice its tokens. */
    rewritten: rewrites ? (2 * meanOf(worlds, (w) => w.sent.promptTokens)) / harvested : 0,
  };
};

const pairsOf = (results: Results, plan: Plan, evasion: EvasionCase) =>
  plan.seeds.flatMap((seed) => {
    const [before] = finished(results, [
      job('scan', { world: referenceSpec(plan, evasion.from) }, seed),
    ]);
    const [after] = finished(results, [job('scan', { world: evadedSpec(plan, evasion) }, seed)]);
    return before === undefined || after === undefined ? [] : [{ before, after }];
  });

const rowOf = (results: Results, plan: Plan, evasion: EvasionCase) => {
  const pairs = pairsOf(results, plan, evasion);
  if (pairs.length === 0) return null;
  const before = pairs.map((pair) => pair.before);
  const after = pairs.map((pair) => pair.after);
  const count = (first: boolean, second: boolean): number =>
    pairs.filter((pair) => found(pair.before) === first && found(pair.after) === second).length;
  const loss = pairedDifference({
    both: count(true, true),
    first: count(true, false),
    second: count(false, true),
    neither: count(false, false),
  })!;
  const [plain, cost] = [costsOf(before, false), costsOf(after, evasion.rewrites ?? false)];
  return {
    from: evasion.from,
    name: evasion.name,
    pairs: pairs.length,
    before: recallOf(before),
    after: recallOf(after),
    loss,
    accounts: cost.accounts / plain.accounts,
    cards: cost.cards / plain.cards,
    addresses: cost.addresses / plain.addresses,
    days: (cost.days * plain.harvested) / cost.harvested,
    // Chance moves the mix by a few per cent: less than a twentieth is none.
    carried:
      Math.abs(cost.carried - plain.carried) < plain.carried / 20
        ? 0
        : cost.carried - plain.carried,
    rewritten: cost.rewritten,
  };
};

type Row = NonNullable<ReturnType<typeof rowOf>>;

const points = (value: number | null): string =>
  value === null
    ? '–'
    : `${value > 0 ? '−' : value < 0 ? '+' : ''}${number(Math.abs(100 * value))}`;

const lossText = ({ loss }: Row): string =>
  `${points(loss.value)} points [${points(loss.low)} to ${points(loss.high)}]`;

/** 4.02 → '× 4'; what costs nothing is said so. */
const timesText = (factor: number): string =>
  Math.abs(factor - 1) < 0.05 ? 'the same' : `× ${number(factor, 1)}`;

const tokensText = ({ carried, rewritten }: Row): string => {
  const parts = [
    ...(Math.abs(carried) >= 1 ? [`${number(carried)} carried`] : []),
    ...(rewritten > 0 ? [`${number(rewritten)} to rewrite`] : []),
  ];
  return parts.length === 0 ? 'none' : parts.join(', ');
};

const worst = (rows: readonly Row[], from: ReferenceName): string[] => {
  const own = rows.filter((row) => row.from === from);
  if (own.length === 0) return [];
  const [first] = own.toSorted((a, b) => b.loss.value - a.loss.value);
  const untouched = own.filter((row) => row.loss.value <= 0).map((row) => row.name);
  return [
    `Against a ${from} operator the evasion that takes most from the detector is "${first!.name}" (${lossText(first!)}); ${untouched.length} of ${own.length} evasions lost it no campaign on balance${untouched.length > 0 ? `: ${untouched.join(', ')}` : ''}.`,
  ];
};

export const evasionSuite: Suite = {
  name: 'evasion',
  title: 'Evasion, measured',
  question: 'What does each evasion take from the detector, and what does it cost the operator?',
  jobs: (plan) => {
    const references = (Object.keys(REFERENCES) as ReferenceName[]).map((name) =>
      referenceSpec(plan, name),
    );
    const evaded = EVASION_CASES.map((evasion) => evadedSpec(plan, evasion));
    return [...references, ...evaded].flatMap((world) => jobsOf(plan, world));
  },
  report: (results, plan) => {
    const rows = EVASION_CASES.map((evasion) => rowOf(results, plan, evasion)).filter(
      (row) => row !== null,
    );
    return {
      answers: (Object.keys(REFERENCES) as ReferenceName[]).flatMap((from) => worst(rows, from)),
      method: [
        'For each seed the world with the evasion is compared with the same world without it: same ordinary accounts, one campaign. The loss is the difference in recall over these pairs; its interval is that of Newcombe for paired outcomes.',
        'Costs come from the world: accounts, payment instruments and addresses used; days until as many prompts are answered as without the evasion; tokens per harvested prompt that are carried beside the data set beyond what the unevaded operator carries, and, where prompts are rewritten or translated, twice the tokens of the prompt for one pass through a model (an estimate: prices differ).',
        'Careless: one card for ten accounts, sign-ups within hours, rented address blocks, orders to all accounts, steady hours. Careful: the centre of the grid. Both carry 50 % unrelated traffic.',
      ],
      limits: [
        'No language model rewrote or translated anything. Rewording replaces known words, moves sentences and adds frames; translated prompts are the same composed data set in the eight languages of the simulator. An operator with a model varies more, so these two losses are lower bounds.',
        'A slower harvest is seen in one log of 14 days; a longer log sees more of it.',
        'Unrelated traffic that is sold to customers pays for itself; it is a cost only where it has to be made up.',
      ],
      tables: [
        {
          caption: 'Loss of recall against the unevaded campaign of the same seed, and its price',
          head: [
            'operator',
            'evasion',
            'pairs',
            'recall before',
            'recall after',
            'loss',
            'accounts',
            'cards',
            'addresses',
            'days for the same harvest',
            'tokens per harvested prompt',
          ],
          rows: rows.map((row) => [
            row.from,
            row.name,
            `${row.pairs}`,
            briefly(row.before),
            briefly(row.after),
            lossText(row),
            timesText(row.accounts),
            timesText(row.cards),
            timesText(row.addresses),
            number(row.days),
            tokensText(row),
          ]),
        },
      ],
      charts: [
        {
          kind: 'rows',
          title: 'Campaigns found in spite of the evasion',
          x: 'campaigns found',
          y: '',
          points: rows.map((row) => pointOf(row.name, row.from, row.after)),
        },
      ],
      data: rows,
    };
  },
};
