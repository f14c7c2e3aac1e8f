/** Honest use that looks like a campaign in one way or another, done by programs. */
import { below, between, chance, integer, logNormal, type Random } from '../../base/random.ts';
import { addAccount, type Cast, dayWithin, groupSize, maybe, randomOf } from './cast.ts';
import type { Corpus } from './corpus.ts';
import { newCard, newDomain, newOrganization } from './identity.ts';
import { personStream } from './people.ts';
import type { Prompts } from './prompts.ts';
import { DAY, HOUR, type Profile, profileOf } from './schedule.ts';
import { PACES } from './stream.ts';
import { listVoice, mixedVoice, type Segment, type Voice } from './voice.ts';

/** Activity only between two moments, milliseconds after the start. */
export const windowProfile = (cast: Cast, from: number, until: number): Profile =>
  profileOf(cast.options, (at) => {
    const offset = at - cast.options.start;
    return offset >= from && offset < until ? 1 : 0;
  });

/** A program's traffic is cut into streams of at most this many exchanges, which overlap. */
const PARALLEL = 1200;

const inParallel = (count: number): number => Math.max(1, Math.ceil(count / PARALLEL));

/**
 * A laboratory that runs public evaluations: 1 to 5 accounts of one organization send the same
 * list, some of them several times. Half of them told the provider so.
 */
export const addBenchmark = (cast: Cast, number: number, corpus: Corpus): void => {
  const random = randomOf(cast, 'benchmark', number);
  const organization = newOrganization(random);
  const emailDomain = newDomain(random);
  const attestation = maybe(random, 0.5, 'evaluation research');
  const items = Math.min(corpus.size, Math.round(logNormal(random, 350, 0.6)));
  const start = below(random, Math.max(1, corpus.size - items));
  const list: Segment = { corpus, start, size: items };
  const accounts = integer(random, 1, 5);
  for (let i = 0; i < accounts; i++) {
    const account = addAccount(cast, random, 'benchmark', (own) => ({
      organization,
      emailDomain,
      attestation,
      client: { ...own.client, temperature: 0 },
    }));
    const runs = chance(random, 0.3) ? integer(random, 2, 3) : 1;
    for (let run = 0; run < runs; run++) {
      const from = between(random, 0, Math.max(1, cast.options.days - 2)) * DAY;
      cast.streams.push({
        account,
        pace: PACES.program,
        profile: windowProfile(cast, from, from + between(random, 3, 40) * HOUR),
        count: items,
        fixed: true,
        voice: () => listVoice(list),
        punctual: true,
      });
    }
  }
};

/** One researcher who runs a slice of a data set once: the text of a harvest, not the deed. */
export const addHarvestTextEvaluation = (cast: Cast, number: number, corpus: Corpus): void => {
  const random = randomOf(cast, 'harvest-text', number);
  const account = addAccount(cast, random, 'benchmark');
  const items = Math.min(corpus.size, integer(random, 80, 900));
  const start = below(random, Math.max(1, corpus.size - items));
  const from = between(random, 0, Math.max(1, cast.options.days - 1)) * DAY;
  cast.streams.push({
    account,
    pace: PACES.program,
    profile: windowProfile(cast, from, from + between(random, 4, 60) * HOUR),
    count: items,
    fixed: true,
    voice: () => listVoice({ corpus, start, size: items }),
    punctual: true,
  });
};

/** A corpus one product could live on: topics of one trade, or one plain list. */
const isProduct = (corpus: Corpus): boolean => corpus.kind === 'topic' || corpus.kind === 'plain';

/** Customers ask again what others asked before. */
const productVoice = (prompts: Prompts, random: Random, count: number, topics: number): Voice => {
  const corpus = prompts.pick(random, isProduct);
  const own = prompts.take(random, corpus, Math.min(count, corpus.size / 3), topics);
  return mixedVoice(scattered(own), own[0]!, 0.2, random);
};

/** Goes through several segments in turn. */
const scattered = (segments: readonly Segment[]): Voice => {
  const voices = segments.map(listVoice);
  let turn = 0;
  return { next: (fresh) => voices[turn++ % voices.length]!.next(fresh) };
};

/** One account, one subject, day and night, many people behind it. */
export const addProduct = (cast: Cast, number: number): void => {
  const random = randomOf(cast, 'product', number);
  const account = addAccount(cast, random, 'single-purpose-product');
  const count = logNormal(random, (700 * cast.options.days) / 14, 0.7);
  const topics = integer(random, 1, 12);
  cast.streams.push({
    account,
    pace: { session: 2.5, turns: 1.6, gap: 35, sigma: 0.9 },
    profile: cast.steady,
    count,
    voice: (prompts, own, n) => productVoice(prompts, own, n, topics),
    endUsers: Math.ceil(count / 4),
    punctual: true,
  });
};

/** One account through which the customers of an application talk about everything. */
export const addPlatform = (cast: Cast, number: number): void => {
  const random = randomOf(cast, 'platform', number);
  const account = addAccount(cast, random, 'multi-user-platform');
  const count = logNormal(random, (2500 * cast.options.days) / 14, 0.5);
  const streams = Math.max(8, inParallel(count));
  for (let i = 0; i < streams; i++)
    cast.streams.push({
      ...personStream(cast, random, account, count / streams),
      endUsers: Math.ceil(count / streams / 3),
    });
};

/** Batch hours: every night, or every few hours. */
const batchProfile = (cast: Cast, random: Random): Profile => {
  const every = [24, 24, 12, 6][below(random, 4)]!;
  const first = below(random, every);
  return profileOf(cast.options, (at) =>
    (at / HOUR) % every >= first && (at / HOUR) % every < first + 1.5 ? 1 : 0,
  );
};

/** One instruction over many documents, in batches; `accounts` of one organization with one card. */
export const addPipeline = (cast: Cast, number: number, accounts: number): void => {
  const random = randomOf(cast, 'pipeline', number);
  const organization = newOrganization(random);
  const card = newCard(random);
  const emailDomain = newDomain(random);
  const profile = batchProfile(cast, random);
  const shared: { corpus: Corpus | null } = { corpus: null };
  for (let i = 0; i < accounts; i++) {
    const account = addAccount(
      cast,
      random,
      'document-pipeline',
      accounts > 1 ? () => ({ organization, card, emailDomain }) : () => ({ organization }),
    );
    cast.streams.push({
      account,
      pace: { session: 60, turns: 1, gap: 3, sigma: 0.6 },
      profile,
      count: logNormal(random, (220 * cast.options.days) / 14, 0.7),
      voice: (prompts, own, n) => {
        shared.corpus ??= prompts.pick(own, (c) => c.kind === 'template');
        return scattered(prompts.take(own, shared.corpus, n));
      },
      punctual: true,
    });
  }
};

/** A team whose members all run the same coding tool, on partly the same tasks. */
export const addCodingAgents = (cast: Cast, number: number): void => {
  const random = randomOf(cast, 'coding-agent', number);
  const size = groupSize(cast, random, 20, 60);
  const tool = `forge-agent/${1 + number}.${below(random, 9)}.0`;
  for (let i = 0; i < size; i++) {
    const account = addAccount(cast, random, 'coding-agent', (own) => ({
      client: {
        ...own.client,
        userAgent: tool,
        ja4: AGENT_JA4,
        stream: true,
        tools: true,
        systemPrompt: AGENT_PROMPT,
        sendsMessages: true,
        sendsConversation: true,
      },
    }));
    const base = personStream(cast, random, account);
    cast.streams.push({
      ...base,
      pace: PACES.agent,
      count: base.count * 1.5,
      voice: (prompts, own, n) => {
        const corpus = prompts.pick(own, (c) => c.sharedTasks || /coding/.test(c.name));
        const segments = prompts.take(own, corpus, n);
        const common = { corpus, start: corpus.units[0]!.start, size: Math.min(25, corpus.size) };
        return mixedVoice(scattered(segments), common, 0.3, own);
      },
    });
  }
};

const AGENT_JA4 = 't13d1714h2_5b57614c22b0_9b1a33b4cd1e';
const AGENT_PROMPT =
  'You are Forge, a coding agent. Use the tools to read, edit and test the files of the repository. Plan first, then act, and stop when the tests pass.';

/** Where a room of people meets: day of the world and hours after its midnight (UTC). */
export interface Meeting {
  readonly from: number;
  readonly until: number;
}

export const meeting = (
  cast: Cast,
  random: Random,
  first: number,
  last: number,
  hours: number,
  zone: number,
): Meeting => {
  const from = dayWithin(cast, random, first, last) * DAY + ((34 - zone) % 24) * HOUR;
  return { from, until: from + hours * HOUR };
};
