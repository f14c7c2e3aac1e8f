/**
 * How well one metadata field alone tells campaign accounts from honest ones. An evaluation leaks
 * when a user agent, a model or an address range gives the answer away; this is the measure that a
 * world is held to, and that anybody can apply to another labelled log.
 */
import { hash32 } from '../../base/hash.ts';
import { below, createRandom } from '../../base/random.ts';

type Row = Readonly<Record<string, unknown>>;
/** Value of one feature for every account that has one. */
export type Feature = ReadonlyMap<string, number | string>;

export interface FieldScore {
  readonly feature: string;
  /** Area under the ROC curve of the best predictor from this feature; 0.5 tells nothing. */
  readonly auc: number;
}

/**
 * Rows looked at per account, drawn evenly over its time. The same number for everybody, because an
 * average over many rows tells how many there were, whatever the field.
 */
const SAMPLE = 8;
const NETWORK_FIELDS = ['ip', 'asn', 'country', 'user_agent', 'ja4', 'model'];

interface Sample {
  seen: number;
  readonly rows: Row[];
}

const mostFrequent = (values: readonly string[]): string => {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].reduce((a, b) => (b[1] > a[1] ? b : a))[0];
};

/** Rounded, so that the rounding errors of a sum cannot act as a fingerprint. */
const meanOf = (values: readonly number[]): number =>
  Number((values.reduce((a, b) => a + b, 0) / values.length).toPrecision(9));

/** What one field says about one account: shares, means, usual values, number of values. */
const describe = (field: string, rows: readonly Row[]): [string, number | string][] => {
  const values = rows.map((row) => row[field]).filter((v) => v !== undefined && v !== null);
  const out: [string, number | string][] = [['share of rows with it', values.length / rows.length]];
  const numbers = values.filter((v) => typeof v === 'number');
  if (numbers.length > 0) out.push(['mean', meanOf(numbers)]);
  const texts = values.filter((v) => typeof v !== 'object').map(String);
  if (texts.length === 0) return out;
  const usual = mostFrequent(texts);
  out.push(['usual value', usual]);
  if (field === 'ip') out.push(['usual /16', usual.split(/[.:]/).slice(0, 2).join('.')]);
  if (field.endsWith('_id')) out.push(['form', usual.replace(/[0-9a-f]{2,}/g, 'x')]);
  if (NETWORK_FIELDS.includes(field)) out.push(['distinct', new Set(texts).size]);
  return out;
};

/**
 * Collects per-account features of the named fields. Accounts with fewer than `sample` rows are left
 * out; give 1 for a file that has one row per account.
 */
export const createFieldTallies = (fields: readonly string[], sample = SAMPLE) => {
  const samples = new Map<string, Sample>();
  const random = createRandom(1, 'field sample');
  return {
    observe: (row: Row): void => {
      const account = String(row.account_id);
      const s = samples.get(account) ?? { seen: 0, rows: [] };
      samples.set(account, s);
      // Reservoir sampling (Vitter 1985, algorithm R).
      const at = s.seen < sample ? s.seen : below(random, s.seen + 1);
      s.seen++;
      if (at < sample) s.rows[at] = row;
    },
    features: (): Map<string, Feature> => {
      const out = new Map<string, Map<string, number | string>>();
      for (const [account, { rows }] of samples) {
        if (rows.length < sample) continue;
        for (const field of fields)
          for (const [name, value] of describe(field, rows)) {
            const feature = `${field}: ${name}`;
            const known = out.get(feature) ?? new Map<string, number | string>();
            known.set(account, value);
            out.set(feature, known);
          }
      }
      return out;
    },
  };
};

/** Area under the curve of a score, ties counted half (Mann and Whitney 1947). */
export const aucOf = (scores: readonly (readonly [score: number, positive: boolean])[]): number => {
  const sorted = scores.toSorted((a, b) => a[0] - b[0]);
  let rankSum = 0;
  let positives = 0;
  for (let i = 0; i < sorted.length; ) {
    let j = i;
    while (j < sorted.length && sorted[j]![0] === sorted[i]![0]) j++;
    const rank = (i + 1 + j) / 2;
    for (; i < j; i++)
      if (sorted[i]![1]) {
        rankSum += rank;
        positives++;
      }
  }
  const negatives = sorted.length - positives;
  if (positives === 0 || negatives === 0) return 0.5;
  return (rankSum - (positives * (positives + 1)) / 2) / (positives * negatives);
};

const FOLDS = 5;
const BINS = 20;

/**
 * Share of positives of each value as seen by the other folds, so that a value that occurs once
 * proves nothing. Numbers fall into twenty equally filled bins: the predictor need not be monotone.
 */
const foldedScores = (feature: Feature, positive: ReadonlySet<string>): [number, boolean][] => {
  const numbers = [...feature.values()]
    .filter((v) => typeof v === 'number')
    .toSorted((a, b) => a - b);
  const edges = Array.from(
    { length: BINS - 1 },
    (_, i) => numbers[Math.floor(((i + 1) * numbers.length) / BINS)]!,
  );
  const cell = (v: number | string): string =>
    typeof v === 'string' ? v : `bin ${edges.filter((edge) => edge <= v).length}`;
  const fold = (account: string): number => hash32(account, 77) % FOLDS;
  const counts = new Map<string, [all: number, positive: number]>();
  const count = (key: string, isPositive: boolean): void => {
    const c = counts.get(key) ?? [0, 0];
    counts.set(key, [c[0] + 1, c[1] + (isPositive ? 1 : 0)]);
  };
  let hits = 0;
  for (const [account, value] of feature) {
    const isPositive = positive.has(account);
    if (isPositive) hits++;
    count(cell(value), isPositive);
    count(`${cell(value)}\u0000${fold(account)}`, isPositive);
  }
  const prior = hits / Math.max(1, feature.size);
  return [...feature].map(([account, value]) => {
    const all = counts.get(cell(value))!;
    const own = counts.get(`${cell(value)}\u0000${fold(account)}`)!;
    return [(all[1] - own[1] + prior) / (all[0] - own[0] + 1), positive.has(account)];
  });
};

/** The better of a threshold in either direction and a cross-validated look-up table. */
export const scoreFeature = (feature: Feature, positive: ReadonlySet<string>): number => {
  const table = aucOf(foldedScores(feature, positive));
  const threshold = aucOf(
    [...feature].flatMap(([account, v]) =>
      typeof v === 'number' ? [[v, positive.has(account)] as const] : [],
    ),
  );
  return Math.max(table, threshold, 1 - threshold);
};

/** All features, most telling first. */
export const scoreFields = (
  features: ReadonlyMap<string, Feature>,
  positive: ReadonlySet<string>,
): FieldScore[] =>
  [...features]
    .map(([feature, values]) => ({ feature, auc: scoreFeature(values, positive) }))
    .sort((a, b) => b.auc - a.auc);
