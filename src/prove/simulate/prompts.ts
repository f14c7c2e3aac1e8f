/**
 * Hands out the prompts of a world without replacement while they last. Whoever draws when a corpus
 * is exhausted starts a new pass over it; the number of passes is part of world.json, because
 * repeats that come from reuse are not a property of the people.
 */
import { below, chance, choice, integer, type Random, weighted } from '../../base/random.ts';
import type { Corpus, Unit } from './corpus.ts';
import { personVoice, type Segment, type Voice } from './voice.ts';

/** Topics a person keeps to in a corpus of topics. */
const TOPICS = 4;
/** Units looked at to find one that is long enough. */
const LOOKED_AT = 12;
/** Prompts of one topic of a grammar that count when corpora are weighed against each other. */
const UNIT_WEIGHT = 20_000;

interface Stock {
  readonly corpus: Corpus;
  readonly weight: number;
  /** Prompts handed out of each unit in this pass. */
  readonly taken: Float64Array;
  /** Units that still hold something. */
  open: Unit[];
  passes: number;
}

export interface Prompts {
  /** An ordinary person who will ask about `count` times. */
  readonly person: (random: Random, count: number, language: string) => Voice;
  /** Contiguous prompts of one corpus, for groups that share a source. */
  readonly take: (random: Random, corpus: Corpus, count: number, units?: number) => Segment[];
  /** A corpus with some property, or any. */
  readonly pick: (random: Random, wanted: (corpus: Corpus) => boolean) => Corpus;
  readonly passes: () => Readonly<Record<string, number>>;
}

const indexOf = (corpus: Corpus): Map<Unit, number> => new Map(corpus.units.map((u, i) => [u, i]));

export const createPrompts = (corpora: readonly Corpus[]): Prompts => {
  const stocks: Stock[] = corpora.map((corpus) => ({
    corpus,
    weight:
      corpus.units.reduce((sum, u) => sum + Math.min(u.size, UNIT_WEIGHT), 0) *
      // Document processing is rare among people; its pipelines take it directly.
      (corpus.kind === 'template' ? 0.1 : 1),
    taken: new Float64Array(corpus.units.length),
    open: [...corpus.units],
    passes: 0,
  }));
  const numbers = new Map(corpora.map((c) => [c, indexOf(c)]));
  const left = (stock: Stock, unit: Unit): number =>
    unit.size - stock.taken[numbers.get(stock.corpus)!.get(unit)!]!;

  const takeFrom = (stock: Stock, unit: Unit, count: number): Segment => {
    const i = numbers.get(stock.corpus)!.get(unit)!;
    const size = Math.min(count, unit.size - stock.taken[i]!);
    const start = unit.start + stock.taken[i]!;
    stock.taken[i]! += size;
    if (stock.taken[i] === unit.size) {
      const at = stock.open.indexOf(unit);
      stock.open[at] = stock.open.at(-1)!;
      stock.open.pop();
    }
    return { corpus: stock.corpus, start, size };
  };

  /** The shortest of some open units that suffices, or else the longest. */
  const suitable = (random: Random, stock: Stock, count: number): Unit => {
    if (stock.open.length === 0) {
      stock.open = [...stock.corpus.units];
      stock.taken.fill(0);
      stock.passes++;
    }
    let best = choice(random, stock.open);
    for (let i = 1; i < LOOKED_AT; i++) {
      const other = choice(random, stock.open);
      const [a, b] = [left(stock, best), left(stock, other)];
      if (a < count ? b > a : b >= count && b < a) best = other;
    }
    return best;
  };

  const take = (random: Random, stock: Stock, count: number, units = 1): Segment[] => {
    const segments: Segment[] = [];
    let missing = Math.max(1, Math.round(count));
    // Enough rounds for any real corpus; a voice begins again when its segments are used up.
    for (let round = 0; missing > 0 && round < 400; round++) {
      const portion = Math.ceil(missing / Math.max(1, units - round));
      const segment = takeFrom(stock, suitable(random, stock, portion), portion);
      segments.push(segment);
      missing -= segment.size;
    }
    return segments;
  };

  const stockOf = (corpus: Corpus): Stock => stocks.find((s) => s.corpus === corpus)!;

  return {
    person: (random, count, language) => {
      const speaks = (c: Corpus, tongue: string): boolean =>
        c.language === null || c.language === tongue;
      const segments: Segment[] = [];
      let missing = Math.max(1, Math.round(count));
      // People are drawn until enough has been said; rarely more than two or three are needed.
      while (missing > 0 && segments.length < 60) {
        const tongue = chance(random, 0.8) ? language : 'en';
        const weights = stocks.map((s) => (speaks(s.corpus, tongue) ? s.weight : 0));
        if (!weights.some((w) => w > 0)) weights.fill(1);
        const stock = stocks[weighted(random, weights)]!;
        if (stock.corpus.kind === 'person') {
          const segment = takeFrom(stock, suitable(random, stock, missing), missing);
          segments.push(segment);
          missing -= segment.size;
        } else {
          const share = chance(random, 0.5) ? missing : Math.ceil(missing / 2);
          const topics = stock.corpus.kind === 'topic' ? integer(random, 1, TOPICS) : 1;
          const taken = take(random, stock, share, topics);
          segments.push(...taken);
          missing -= taken.reduce((sum, s) => sum + s.size, 0);
        }
      }
      return personVoice(segments, random);
    },
    take: (random, corpus, count, units) => take(random, stockOf(corpus), count, units),
    pick: (random, wanted) => {
      const fitting = corpora.filter(wanted);
      const from = fitting.length > 0 ? fitting : corpora;
      return from[below(random, from.length)]!;
    },
    passes: () => Object.fromEntries(stocks.map((s) => [s.corpus.name, s.passes])),
  };
};
