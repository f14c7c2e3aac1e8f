import { hash32 } from '../../../base/hash.ts';
import { below, createRandom, type Random } from '../../../base/random.ts';
import type { Exchange } from '../../../detect/exchange/exchange.ts';
import { DIMENSIONS, embed, topicWord } from './lexical-embedding.ts';

/** Count, mean and sum of squared deviations, updated one value at a time (Welford 1962). */
export interface Moments {
  n: number;
  mean: number;
  squares: number;
}

/** Standard deviation over mean; NaN below two values or when the mean is 0. */
export const variation = ({ n, mean, squares }: Moments): number =>
  n < 2 || mean === 0 ? Number.NaN : Math.sqrt(squares / n) / mean;

const add = (m: Moments, value: number): void => {
  m.n++;
  const delta = value - m.mean;
  m.mean += delta / m.n;
  m.squares += delta * (value - m.mean);
};

export const TOPICS = 64;
/** Prompts kept per account. An account of the disclosed campaigns sent about 670 in all. */
export const WINDOW = 200;

/** What the naive detectors remember of one account; at most 26 kB. */
export interface AccountTrace {
  readonly lengths: Moments;
  readonly gaps: Moments;
  readonly topics: Uint32Array;
  exchanges: number;
  reasoning: number;
  lastTimestamp: number;
  /** Prompts in the window, at most WINDOW: a uniform sample of the account's exchanges. */
  kept: number;
  /** Their embeddings, one after another, with room to grow. */
  window: Int8Array;
  readonly random: Random;
}

/** Prompts that ask for the reasoning, as the open detectors list them; eight languages. */
const REASONING =
  /step[- ]by[- ]step|chain[- ]of[- ]thought|(?:show|explain) (?:all )?your (?:work|reasoning|thinking)|think (?:aloud|out loud)|逐步|一步一步|思维链|思考过程|пошагово|шаг за шагом|ход рассуждений|paso a paso|razonamiento|étape par étape|raisonnement|schritt für schritt|gedankengang|ステップバイステップ|段階的に|思考過程|단계별로|차근차근|사고 과정/i;

const createTrace = (accountId: string): AccountTrace => ({
  lengths: { n: 0, mean: 0, squares: 0 },
  gaps: { n: 0, mean: 0, squares: 0 },
  topics: new Uint32Array(TOPICS),
  exchanges: 0,
  reasoning: 0,
  lastTimestamp: Number.NaN,
  kept: 0,
  window: new Int8Array(8 * DIMENSIONS),
  // A stream per account: another account's traffic must not change this one's sample.
  random: createRandom(1, 'window', accountId),
});

/**
 * Vitter's algorithm R (ACM TOMS 11 (1985)): every prompt is kept with equal probability. While the
 * window fills it is shuffled from the inside out (Knuth, TAOCP 2, 3.4.2), so that any prefix of it
 * is a uniform sample too and windows of one size can be compared.
 */
const keep = (trace: AccountTrace, prompt: string): void => {
  const full = trace.kept === WINDOW;
  const slot = below(trace.random, full ? trace.exchanges : trace.kept + 1);
  if (slot >= WINDOW) return;
  if (!full) {
    if ((trace.kept + 1) * DIMENSIONS > trace.window.length) {
      const grown = new Int8Array(Math.min(2 * trace.window.length, WINDOW * DIMENSIONS));
      grown.set(trace.window);
      trace.window = grown;
    }
    const from = slot * DIMENSIONS;
    trace.window.copyWithin(trace.kept++ * DIMENSIONS, from, from + DIMENSIONS);
  }
  embed(prompt, trace.window, slot * DIMENSIONS);
};

const observe = (trace: AccountTrace, exchange: Exchange): void => {
  trace.exchanges++;
  add(trace.lengths, exchange.responseTokens);
  // Logs of several machines are not in order; a step back is a gap of the same length.
  const gap = Math.abs(exchange.timestamp - trace.lastTimestamp);
  if (!Number.isNaN(gap)) add(trace.gaps, gap);
  trace.lastTimestamp = exchange.timestamp;
  const topic = topicWord(exchange.prompt);
  if (topic !== '') trace.topics[hash32(topic) % TOPICS]!++;
  if (REASONING.test(exchange.prompt)) trace.reasoning++;
  keep(trace, exchange.prompt);
};

export type Traces = ReadonlyMap<string, AccountTrace>;

export interface Tracer {
  readonly observe: (exchange: Exchange) => void;
  readonly traces: Traces;
}

/** Collects traces from a reader that calls back. */
export const createTracer = (): Tracer => {
  const traces = new Map<string, AccountTrace>();
  return {
    traces,
    observe: (exchange) => {
      let trace = traces.get(exchange.accountId);
      if (trace === undefined) {
        trace = createTrace(exchange.accountId);
        traces.set(exchange.accountId, trace);
      }
      observe(trace, exchange);
    },
  };
};

/** Collects traces from a stream, in one pass and in memory bounded by accounts. */
export const traceAccounts = async (
  exchanges: AsyncIterable<Exchange> | Iterable<Exchange>,
): Promise<Traces> => {
  const tracer = createTracer();
  for await (const exchange of exchanges) tracer.observe(exchange);
  return tracer.traces;
};
