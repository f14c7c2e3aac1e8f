/** Composes a world: how many of whom, what they have to say, and how much of it. */
import { StillwatchError } from '../../base/errors.ts';
import { createRandom, shuffle } from '../../base/random.ts';
import { type CampaignPlan, planCampaigns } from './campaign-plan.ts';
import { type Cast, createCast, groupSize, randomOf } from './cast.ts';
import type { Corpus } from './corpus.ts';
import { createStream, knownLengths, scaleOf } from './create-stream.ts';
import { evaluationCorpora, everydayCorpora } from './grammar/everyday.ts';
import { HARVEST_FAMILIES, harvestCorpus } from './grammar/harvest.ts';
import { rewordedCorpus } from './grammar/rewording.ts';
import {
  addBenchmark,
  addCodingAgents,
  addHarvestTextEvaluation,
  addPipeline,
  addPlatform,
  addProduct,
} from './groups.ts';
import { addCampaign, addRelay } from './operators.ts';
import { evades, type WorldOptions } from './options.ts';
import { addFriendsPlan, addPeople } from './people.ts';
import { createPrompts, type Prompts } from './prompts.ts';
import { addClassroom, addHackathon, addLargeCustomer } from './rooms.ts';
import type { Stream } from './stream.ts';

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
  // Only operators reword: a researcher who runs the same text runs it as it is.
  const harvested = evades(options, 'reworded-prompts')
    ? sources.harvest.map((corpus) => rewordedCorpus(corpus, options.seed))
    : sources.harvest;
  const campaigns = planCampaigns(options, harvested);
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
  const lengths = knownLengths(Object.values(sources).flat(), options.seed);
  // Prompts are dealt in random order, so that a corpus that runs out runs out for everybody alike.
  const order = shuffle(
    createRandom(options.seed, 'deal'),
    cast.streams.map((_, i) => i),
  );
  const streams = order.map((i) =>
    createStream(options, prompts, cast.streams[i]!, i, scale, lengths),
  );
  return { options, cast, streams, campaigns, sources, prompts };
};
