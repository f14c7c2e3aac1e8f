import { choice, createRandom, exponential, logNormal, type Random } from '../../../base/random.ts';
import type { Exchange } from '../../../detect/exchange/exchange.ts';

/** An exchange with only the fields that the naive detectors read; for tests. */
export const exchangeOf = (
  accountId: string,
  timestamp: number,
  prompt: string,
  responseTokens: number,
): Exchange => ({
  timestamp,
  accountId,
  prompt,
  responseTokens,
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
});

const SYLLABLES = ['ba', 'do', 'ki', 'lu', 'me', 'no', 'pra', 'ro', 'si', 'ta', 've', 'zu'];
const word = (r: Random, syllables: number): string =>
  Array.from({ length: syllables }, () => choice(r, SYLLABLES)).join('');

/** A subject of its own vocabulary, as a person or a product has one. */
const vocabulary = (r: Random): string[] => Array.from({ length: 30 }, () => word(r, 3));

const OPENERS = ['can you', 'how do i', 'please', 'why does', 'fix this', 'write', 'what is the'];

/** One account of ordinary use: its own words, its own hours, answers of all lengths. */
export const ordinary = (accountId: string, seed: number, count: number): Exchange[] => {
  const r = createRandom(seed, 'ordinary', accountId);
  const own = vocabulary(r);
  let time = 0;
  return Array.from({ length: count }, () => {
    time += exponential(r, 3_000_000);
    const prompt = `${choice(r, OPENERS)} ${choice(r, own)} ${choice(r, own)} ${word(r, 2)} ${choice(r, own)}`;
    return exchangeOf(accountId, time, prompt, Math.ceil(logNormal(r, 250, 0.9)));
  });
};

/** One harvesting request: a template, a fresh subject. */
export const harvestPrompt = (r: Random): string =>
  `Explain step by step, showing your reasoning, the concept of ${word(r, 6)} in the field of ${word(r, 5)}.`;

/** An attacker who hides nothing: one account, one template, fixed intervals, equal answers. */
export const blatant = (accountId: string, count: number): Exchange[] => {
  const r = createRandom(1, 'blatant', accountId);
  return Array.from({ length: count }, (_, i) =>
    exchangeOf(accountId, i * 20_000, harvestPrompt(r), 900 + (i % 40)),
  );
};

/** One account of a campaign: `share` harvest prompts among its own ordinary traffic. */
export const hidden = (
  accountId: string,
  seed: number,
  count: number,
  share: number,
): Exchange[] => {
  const r = createRandom(seed, 'hidden', accountId);
  return ordinary(accountId, seed, count).map((exchange, i) =>
    Math.floor((i + 1) * share) > Math.floor(i * share)
      ? { ...exchange, prompt: harvestPrompt(r) }
      : exchange,
  );
};
