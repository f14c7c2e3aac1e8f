/** From a planned stream to one that runs: its volume, its prompts, the size of its answers. */
import { StillwatchError } from '../../base/errors.ts';
import { below, between, choice, createRandom, logNormal, type Random } from '../../base/random.ts';
import type { StreamPlan } from './cast.ts';
import type { Corpus } from './corpus.ts';
import { USUAL_LIMITS } from './operators.ts';
import type { WorldOptions } from './options.ts';
import type { Prompts } from './prompts.ts';
import { HOUR } from './schedule.ts';
import { joinShare, type Stream } from './stream.ts';

/** Factor on the free streams that reaches the wanted number of exchanges. */
export const scaleOf = (o: WorldOptions, streams: readonly StreamPlan[]): number => {
  if (o.exchanges === null) return 1;
  let fixed = 0;
  let free = 0;
  for (const s of streams) {
    if (s.fixed === true) fixed += s.count;
    else free += s.count;
  }
  const factor = (o.exchanges - fixed) / free;
  if (factor * free < o.accounts)
    throw new StillwatchError(
      'USAGE',
      `${o.exchanges} exchanges are too few: campaigns, relays and fixed runs alone ask ${Math.round(fixed)}, and ${o.accounts} accounts ask at least once`,
      'Raise --exchanges, or lower --campaigns, --campaign-accounts, --per-account or --unrelated.',
    );
  return factor;
};

/** Rows looked at in each corpus for answer lengths that are known. */
const LENGTHS = 300;

/**
 * Known answer lengths of all corpora alike. Where a corpus tells no lengths they are drawn around
 * one of these: were they invented, the corpora that tell theirs, mostly harvests, would stand out.
 */
export const knownLengths = (corpora: readonly Corpus[], seed: number): number[][] =>
  corpora
    .map((corpus) => {
      const random = createRandom(seed, 'lengths', corpus.name);
      return Array.from({ length: LENGTHS }, () => corpus.at(below(random, corpus.size)))
        .map((prompt) => prompt.responseTokens ?? 0)
        .filter((tokens) => tokens > 0);
    })
    .filter((lengths) => lengths.length > 0);

/** Median of a stream's answers; without any known length, what chat answers are usually like. */
const answerMedian = (random: Random, lengths: readonly (readonly number[])[]): number =>
  lengths.length > 0 ? choice(random, choice(random, lengths)) : logNormal(random, 110, 0.7);

/** `scale` multiplies the volume of free streams; `lengths` are those of `knownLengths`. */
export const createStream = (
  o: WorldOptions,
  prompts: Prompts,
  plan: StreamPlan,
  number: number,
  scale: number,
  lengths: readonly (readonly number[])[],
): Stream => {
  const random = createRandom(o.seed, 'stream', number);
  const count = Math.max(1, Math.round(plan.count * (plan.fixed === true ? 1 : scale)));
  const joined = plan.account.identity.createdAt - o.start;
  return {
    number,
    random,
    voice: plan.voice(prompts, random, count),
    home: plan.account,
    pool: plan.pool ?? null,
    profile: plan.profile,
    pace: plan.pace,
    beat: plan.beat ?? null,
    harvest: plan.harvest ?? false,
    endUsers: plan.endUsers ?? 0,
    shift: plan.punctual === true ? 0 : between(random, 0, 2) * HOUR,
    // People differ more in what they ask for than one person does from day to day.
    answer: plan.answer ?? [answerMedian(random, lengths), between(random, 0.45, 0.9)],
    limits: plan.limits ?? USUAL_LIMITS,
    remaining: count,
    share: joinShare(plan.profile, joined),
    sessionLeft: 0,
    opens: false,
    talkLeft: 0,
    nextAt: Math.max(0, joined),
    account: plan.account,
    conversation: 0,
    endUser: 0,
    messages: [],
    retry: null,
  };
};
