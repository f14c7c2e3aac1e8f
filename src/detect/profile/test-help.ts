import fc from 'fast-check';
import { below, chance, createRandom, type Random } from '../../base/random.ts';
import type { Exchange } from '../exchange/exchange.ts';
import { type Accumulator, createAccumulator } from './accumulator.ts';
import { createObserver, observe } from './observe.ts';
import type { Profile } from './profile.ts';
import { profileOf } from './profile-of.ts';

export const START = Date.UTC(2026, 2, 1);

/** An exchange of which only what matters to a test is said. */
export const exchangeOf = (given: Partial<Exchange> = {}): Exchange => ({
  timestamp: START,
  accountId: 'a',
  prompt: 'How do I fold a paper crane?',
  responseTokens: 100,
  exchangeId: null,
  organizationId: null,
  endUserId: null,
  conversationId: null,
  model: null,
  promptTokens: null,
  reasoningTokens: null,
  maxTokens: null,
  temperature: null,
  n: null,
  logprobs: false,
  stream: false,
  tools: false,
  systemPrompt: null,
  finishReason: null,
  status: null,
  ip: null,
  asn: null,
  country: null,
  userAgent: null,
  ja4: null,
  priorTurns: 0,
  contextHash: 0,
  promptHash: null,
  templateId: null,
  ...given,
});

export const accumulate = (
  exchanges: readonly Exchange[],
  into: Accumulator = createAccumulator(),
): Accumulator => {
  const observer = createObserver();
  for (const exchange of exchanges) observe(into, exchange, observer);
  return into;
};

export const profileOfAll = (exchanges: readonly Exchange[]): Profile =>
  profileOf(accumulate(exchanges));

const orNull = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | null> =>
  fc.option(value, { nil: null, freq: 2 });
const among = <T>(...values: readonly T[]): fc.Arbitrary<T> => fc.constantFrom(...values);

/**
 * One exchange from a world so small that everything collides: equal times, one prompt in several
 * cases and spacings, labels that come back, texts that nobody would write, any field missing.
 */
export const hostileExchange: fc.Arbitrary<Exchange> = fc
  .record({
    timestamp: fc.oneof(
      among(START, START + 1, START + 999, START + 1_000, START - 86_400_000),
      fc.integer({ min: 946_684_800_000, max: 4_102_444_799_999 }),
    ),
    prompt: fc.oneof(
      among('', 'Hi there', 'hi  THERE', 'HI\nthere ', 'hi\n\nthere', '\ud800', 'a'.repeat(6_000)),
      among('b '.repeat(400), `${'b '.repeat(200)} ${'b '.repeat(200)}`),
      fc.string({ unit: 'binary', maxLength: 40 }),
    ),
    responseTokens: fc.oneof(among(0, 1, 4_095, 4_096, 1_000_000_000), fc.nat(5_000)),
    conversationId: orNull(among('c1', 'c2', '')),
    endUserId: orNull(among('u1', 'u2')),
    organizationId: orNull(among('o1', 'o2')),
    model: orNull(among('m1', 'm2', '__proto__')),
    promptTokens: orNull(fc.nat(1_000_000_000)),
    reasoningTokens: orNull(fc.nat(100)),
    n: orNull(fc.integer({ min: 1, max: 3 })),
    logprobs: fc.boolean(),
    tools: fc.boolean(),
    systemPrompt: orNull(among('Be brief.', 'BE BRIEF.')),
    finishReason: orNull(among('stop', 'length')),
    status: orNull(among(200, 400, 429, 500)),
    ip: orNull(among('203.0.113.7', '203.0.113.9', '2001:db8::1', '::ffff:10.0.0.1', 'nonsense')),
    asn: orNull(among('AS1', 'AS2')),
    country: orNull(among('DE', 'JP')),
    userAgent: orNull(among('x/1', 'x/2')),
    ja4: orNull(among('t1', 't2')),
    priorTurns: among(0, 0, 1, 5),
    contextHash: among(0, 0, 1, 0xffffffff),
    promptHash: orNull(among('h1', 'h2')),
    templateId: orNull(among('t1', 't2')),
  })
  .map(exchangeOf);

/** `given` or, in a fraction of calls, null. */
const maybe = <T>(r: Random, given: T): T | null => (chance(r, 0.1) ? null : given);

/**
 * A crowd that overflows every sketch: thousands of seconds, prompts, addresses, clients, models,
 * conversations and refusals, half of them seen before, in no order of time.
 */
export const crowd = (seed: number, exchanges: number): Exchange[] => {
  const r = createRandom(seed, 'crowd');
  const wide = 2 + below(r, 1_500);
  return Array.from({ length: exchanges }, () => {
    const name = below(r, wide);
    return exchangeOf({
      timestamp: START + below(r, 60) * 86_400_000 + below(r, 86_400_000),
      prompt: `${chance(r, 0.5) ? 'Explain' : 'explain'} item ${name} step by step`,
      responseTokens: below(r, 3_000),
      conversationId: maybe(r, `c${below(r, wide)}`),
      endUserId: maybe(r, `u${below(r, wide)}`),
      organizationId: maybe(r, `o${below(r, 20)}`),
      model: maybe(r, `m${below(r, 20)}`),
      systemPrompt: maybe(r, `s${below(r, 20)}`),
      status: chance(r, 0.3) ? 429 : 200,
      ip: maybe(r, `10.${below(r, 9)}.${below(r, 9)}.${below(r, 9)}`),
      asn: maybe(r, `AS${below(r, 20)}`),
      country: maybe(r, `X${below(r, 20)}`),
      userAgent: maybe(r, `x/${below(r, 20)}`),
      ja4: maybe(r, `t${below(r, 20)}`),
      contextHash: below(r, wide),
    });
  });
};
