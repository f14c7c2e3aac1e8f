/** Turns a request that is due into a row of the log. Called in the order of time. */
import { mix32 } from '../../base/hash.ts';
import { below, chance, choice, logNormal, type Random, uniform } from '../../base/random.ts';
import { NEW_MODEL } from './client.ts';
import type { Prompt } from './corpus.ts';
import type { ChatMessage, TrafficRow } from './rows.ts';
import type { Account, Due, Stream } from './stream.ts';

export interface Clock {
  /** Epoch milliseconds of the start of the world. */
  readonly start: number;
  /** Epoch milliseconds of the release of a new model, or null. */
  readonly releaseAt: number | null;
  /** Salt of the opaque ids. */
  readonly salt: number;
}

/** Numbered rows and conversations get ids that tell nothing about their order. */
export interface Counters {
  rows: number;
  conversations: number;
}

const FAILURES = 0.003;
const DAY = 86_400_000;
/** Operators move this share of their harvest within a day of a release (disclosed: nearly half). */
const PIVOT = 0.48;
const OPENINGS = [
  'Sure.',
  'Here is one way to see it.',
  'Good question.',
  'Let me explain.',
  'In short:',
  'It depends.',
  'Yes.',
  'Certainly.',
];

const HEX4 = Array.from({ length: 65_536 }, (_, n) => n.toString(16).padStart(4, '0'));
const hex8 = (n: number): string => HEX4[(n >>> 16) & 0xffff]! + HEX4[n & 0xffff]!;
/** mix32 is a bijection, so the first half alone keeps 2³² ids apart. */
const opaque = (prefix: 'ex' | 'conv' | 'eu', n: number, salt: number): string =>
  `${prefix}_${hex8(mix32(n ^ salt))}${hex8(mix32(Math.imul(n, 0x9e3779b1) + prefix.length))}`;

/** Another account of the operator that exists already, or the same when none was found. */
const otherAccount = (stream: Stream, now: number): Account => {
  const { random, account } = stream;
  let best = account;
  for (let i = 0; i < 5; i++) {
    const other = choice(random, stream.pool!.accounts);
    if (other === account || other.identity.createdAt > now) continue;
    best = other;
    // A conversation can only go on where its earlier turns can be sent.
    if (other.client.sendsMessages) break;
  }
  return best;
};

const modelOf = (random: Random, stream: Stream, now: number, clock: Clock): string => {
  const { client, adoptsAt } = stream.account;
  const usual = chance(random, client.otherShare) ? client.otherModel : client.model;
  if (clock.releaseAt === null || now < clock.releaseAt) return usual;
  const share = stream.harvest
    ? PIVOT * Math.min(1, (now - clock.releaseAt) / (DAY / 2))
    : now >= adoptsAt
      ? 0.7
      : 0;
  return chance(random, share) ? NEW_MODEL : usual;
};

/** Moves the stream to the account that this request is sent by. */
const route = (due: Due, now: number, counters: Counters): void => {
  const { stream } = due;
  const { pool, random } = stream;
  if (due.opens && stream.retry === null)
    stream.account =
      pool !== null && chance(random, pool.rotation) ? otherAccount(stream, now) : stream.home;
  if (due.fresh && stream.retry === null) {
    stream.conversation = counters.conversations++;
    stream.messages = [];
    stream.endUser = popular(random, stream.endUsers);
  } else if (pool !== null && !due.opens && chance(random, pool.handOff)) {
    stream.account = otherAccount(stream, now);
    // Another account cannot know the id, only the turns.
    stream.conversation = counters.conversations++;
  }
};

/** A few of the people behind a platform write most. */
const popular = (random: Random, people: number): number =>
  Math.floor(people * uniform(random) ** 2);

const tokensOf = (prompt: Prompt, stream: Stream, cap: number): number =>
  Math.min(
    cap,
    prompt.responseTokens ??
      Math.max(1, Math.round(logNormal(stream.random, stream.answer[0], stream.answer[1]))),
  );

const answerTo = (random: Random, text: string): string =>
  `${choice(random, OPENINGS)} ${text.slice(0, 48)}${below(random, 90) + 10}`;

/** The row; changes the conversation of the stream. */
export const render = (due: Due, clock: Clock, counters: Counters): TrafficRow => {
  const { stream } = due;
  const { random } = stream;
  const now = Math.floor(clock.start + due.at);
  route(due, now, counters);
  const { account } = stream;
  const { client, identity } = account;
  const prompt = stream.retry ?? stream.voice.next(due.fresh);
  stream.retry = null;

  const limited = due.more && chance(random, stream.limits);
  const status = limited ? 429 : chance(random, FAILURES) ? 500 : 200;
  const ok = status === 200;
  const earlier = stream.messages;
  const asked: ChatMessage = { role: 'user', content: prompt.text };
  const turns = client.sendsMessages ? [...earlier, asked] : undefined;
  const cap = client.maxTokens ?? 16_384;
  const tokens = ok ? tokensOf(prompt, stream, cap) : 0;
  const model = modelOf(random, stream, now, clock);
  const place = pickAddress(random, account);
  let history = 0;
  for (const m of earlier) history += m.content.length;

  const row: TrafficRow = {
    timestamp: new Date(now).toISOString(),
    exchange_id: opaque('ex', counters.rows++, clock.salt),
    account_id: account.id,
    organization_id: identity.organization ?? undefined,
    end_user_id:
      client.sendsEndUser || stream.endUsers > 0
        ? opaque('eu', stream.number * 100_003 + stream.endUser, clock.salt)
        : undefined,
    conversation_id: client.sendsConversation
      ? opaque('conv', stream.conversation, ~clock.salt)
      : undefined,
    model,
    prompt: turns === undefined ? prompt.text : undefined,
    messages: turns,
    system_prompt: client.systemPrompt,
    prompt_tokens: Math.ceil((prompt.text.length + (turns === undefined ? 0 : history)) / 4),
    response_tokens: tokens,
    reasoning_tokens:
      ok && (model === 'sw-reason-1' || model === NEW_MODEL)
        ? Math.round(tokens * logNormal(random, 1.2, 0.6))
        : undefined,
    max_tokens: client.maxTokens,
    temperature: client.temperature,
    n: chance(random, client.samplesShare) ? 4 : undefined,
    logprobs: chance(random, client.logprobsShare) ? true : undefined,
    stream: client.stream,
    tools: client.tools,
    finish_reason: !ok ? undefined : tokens >= cap ? 'length' : 'stop',
    status,
    ip: place.ip,
    asn: place.asn,
    country: place.country,
    user_agent: client.userAgent,
    ja4: client.ja4,
  };
  if (limited) afterLimit(stream, prompt, now);
  else if (ok && due.continues)
    stream.messages = [
      ...earlier,
      asked,
      { role: 'assistant', content: answerTo(random, prompt.text) },
    ];
  return row;
};

/** A refused request is sent again with the next turn, by another account where there is one. */
const afterLimit = (stream: Stream, prompt: Prompt, now: number): void => {
  stream.retry = prompt;
  const { pool, random } = stream;
  if (pool !== null && chance(random, pool.handOver)) stream.account = otherAccount(stream, now);
};

const pickAddress = (
  random: Random,
  account: Account,
): Account['identity']['addresses'][number] => {
  const { addresses } = account.identity;
  return addresses.length > 1 && chance(random, 0.25)
    ? addresses[1 + below(random, addresses.length - 1)]!
    : addresses[0]!;
};
