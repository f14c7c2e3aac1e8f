/** Composes a world: how many of whom, what they have to say, and how much of it. */
import { StillwatchError } from '../../base/errors.ts';
import {
  between,
  createRandom,
  integer,
  logNormal,
  type Random,
  shuffle,
} from '../../base/random.ts';
import { type Cast, createCast, groupSize, randomOf, type StreamPlan } from './cast.ts';
import type { Corpus } from './corpus.ts';
import { everydayCorpora, evaluationCorpora } from './grammar/everyday.ts';
import { HARVEST_FAMILIES, harvestCorpus } from './grammar/harvest.ts';
import {
  addBenchmark,
  addCodingAgents,
  addHarvestTextEvaluation,
  addPipeline,
  addPlatform,
  addProduct,
} from './groups.ts';
import { addCampaign, addRelay, USUAL_LIMITS } from './operators.ts';
import type { WorldOptions } from './options.ts';
import { addFriendsPlan, addPeople } from './people.ts';
import { createPrompts, type Prompts } from './prompts.ts';
import { addClassroom, addHackathon, addLargeCustomer } from './rooms.ts';
import { HOUR } from './schedule.ts';
import { joinShare, type Stream } from './stream.ts';
import { type Shard, shardOf } from './voice.ts';

/** The files a world is composed from, or the grammars that stand in for them. */
export interface Sources {
  readonly harvest: readonly Corpus[];
  readonly everyday: readonly Corpus[];
  readonly evaluation: readonly Corpus[];
}

export const sourcesOf = (o: WorldOptions): Sources => ({
  harvest:
    o.harvest.length > 0
      ? o.harvest
      : shuffle(
          createRandom(o.seed, 'families'),
          HARVEST_FAMILIES.map((family) => harvestCorpus(family, o.language)),
        ),
  everyday: o.everyday.length > 0 ? o.everyday : everydayCorpora(),
  evaluation: o.evaluation.length > 0 ? o.evaluation : evaluationCorpora(),
});

/** One campaign's data set and how many prompts of it each account asks. */
export interface CampaignPlan {
  readonly shard: Shard;
  readonly counts: readonly number[];
  readonly corpus: string;
  readonly part: string;
}

/**
 * Splits a shard between accounts inside the wanted ranges. A small data set is given to as few
 * accounts as allowed before anybody has to ask a prompt twice.
 */
const shareOut = (o: WorldOptions, random: Random, available: number): number[] => {
  const [fewest, most] = o.campaignAccounts;
  const [low, high] = o.perAccount;
  let size = integer(random, fewest, most);
  // At a middling load per account, so that the accounts still differ in volume.
  const middling = (low + Math.min(high, 2 * low)) / 2;
  size = Math.max(fewest, Math.min(size, Math.floor(available / middling)));
  const counts = Array.from({ length: size }, () => integer(random, low, high));
  const total = counts.reduce((a, b) => a + b, 0);
  if (total <= available) return counts;
  const shrink = Math.max(0, (available - size * low) / (total - size * low));
  return counts.map((n) => low + Math.floor((n - low) * shrink));
};

/** One corpus each; when there are more campaigns than corpora, the largest pieces are cut again. */
const cutCorpora = (o: WorldOptions, corpora: readonly Corpus[]): number[] => {
  const parts = corpora.map((_, i) => (i < o.campaigns ? 1 : 0));
  for (let i = corpora.length; i < o.campaigns; i++) {
    const room = corpora.map((corpus, k) => corpus.size / (parts[k]! + 1));
    parts[room.indexOf(Math.max(...room))]!++;
  }
  return parts;
};

const planCampaigns = (o: WorldOptions, corpora: readonly Corpus[]): CampaignPlan[] => {
  const cuts = cutCorpora(o, corpora);
  const pieces = corpora.flatMap((corpus, k) =>
    Array.from({ length: cuts[k]! }, (_, part) => ({ corpus, part, parts: cuts[k]! })),
  );
  // First pieces first: the order of --harvest decides who gets which corpus.
  pieces.sort((a, b) => a.part - b.part);
  return pieces.map(({ corpus, part, parts }, i) => {
    // The permutation belongs to the corpus, so that the parts of one file are disjoint.
    const shard = shardOf(corpus, part, parts, createRandom(o.seed, 'shard', corpus.name));
    const counts = shareOut(o, createRandom(o.seed, 'campaign-size', i), shard.size);
    return { shard, counts, corpus: corpus.name, part: `${part + 1}/${parts}` };
  });
};

/** Instances of a hard group: `per3000` at 3,000 accounts, in proportion elsewhere, at least one. */
const instances = (o: WorldOptions, per3000: number): number[] =>
  Array.from({ length: Math.max(1, Math.round((per3000 * o.accounts) / 3000)) }, (_, i) => i);

const addHardGroups = (cast: Cast, sources: Sources): void => {
  const o = cast.options;
  const at = (corpora: readonly Corpus[], i: number): Corpus => corpora[i % corpora.length]!;
  for (const i of instances(o, 2)) addBenchmark(cast, i, at(sources.evaluation, i));
  for (const i of instances(o, 2)) addHarvestTextEvaluation(cast, i, at(sources.harvest, i));
  for (const i of instances(o, 6)) addProduct(cast, i);
  for (const i of instances(o, 5)) addPipeline(cast, i, 1);
  for (const i of instances(o, 1))
    addPipeline(cast, 1000 + i, groupSize(cast, randomOf(cast, 'pipeline-size', i), 3, 8));
  for (const i of instances(o, 1)) addCodingAgents(cast, i);
  for (const i of instances(o, 1)) addClassroom(cast, i);
  for (const i of instances(o, 1)) addLargeCustomer(cast, i);
  for (const i of instances(o, 30)) addFriendsPlan(cast, i);
  for (const i of instances(o, 2)) addPlatform(cast, i);
  for (const i of instances(o, 1)) addHackathon(cast, i);
};

/** Factor on the free streams that reaches the wanted number of exchanges. */
const scaleOf = (o: WorldOptions, streams: readonly StreamPlan[]): number => {
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

const createStream = (
  o: WorldOptions,
  prompts: Prompts,
  plan: StreamPlan,
  number: number,
  scale: number,
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
    answer: plan.answer ?? [logNormal(random, 110, 0.7), between(random, 0.45, 0.9)],
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

/** A world that is ready to run. */
export interface WorldPlan {
  readonly options: WorldOptions;
  readonly cast: Cast;
  readonly streams: readonly Stream[];
  readonly campaigns: readonly CampaignPlan[];
  readonly sources: Sources;
  readonly prompts: Prompts;
}

/** Plans the whole world; memory grows with accounts and never with exchanges. Throws USAGE. */
export const planWorld = (options: WorldOptions): WorldPlan => {
  const cast = createCast(options);
  const sources = sourcesOf(options);
  const campaigns = planCampaigns(options, sources.harvest);
  campaigns.forEach(({ counts, shard }, i) => {
    addCampaign(cast, i, counts, shard);
  });
  for (let i = 0; i < options.relays; i++) {
    const random = createRandom(options.seed, 'relay-size', i);
    addRelay(cast, i, groupSize(cast, random, 20, 60));
  }
  addHardGroups(cast, sources);
  const people = options.accounts - cast.accounts.length;
  if (people < options.accounts * 0.05)
    throw new StillwatchError(
      'USAGE',
      `${options.accounts} accounts leave no room for ordinary people beside ${cast.accounts.length} others`,
      'Raise --accounts, or lower --campaigns or --campaign-accounts.',
    );
  addPeople(cast, people);
  const prompts = createPrompts(sources.everyday);
  const scale = scaleOf(options, cast.streams);
  // Prompts are dealt in random order, so that a corpus that runs out runs out for everybody alike.
  const order = shuffle(
    createRandom(options.seed, 'deal'),
    cast.streams.map((_, i) => i),
  );
  const streams = order.map((i) => createStream(options, prompts, cast.streams[i]!, i, scale));
  return { options, cast, streams, campaigns, sources, prompts };
};
