/** Worlds of an evaluation: few numbers that say everything but the seed and the corpora. */
import type { Corpus } from '../../../simulate/corpus.ts';
import type { Language } from '../../../simulate/grammar/languages.ts';
import type {
  Evasion,
  NetworkEvidence,
  Range,
  ScheduleKind,
  WorldRequest,
} from '../../../simulate/options.ts';
import type { Sources } from './sources.ts';

export interface WorldSpec {
  /** Ordinary accounts; campaigns come on top, so that a larger campaign leaves as many honest ones. */
  readonly ordinary: number;
  readonly campaigns: number;
  /** Accounts of each campaign. */
  readonly accounts: number;
  /** Mean exchanges per campaign account; they vary by 30 % around it. */
  readonly exchanges: number;
  readonly unrelated: number;
  readonly network: NetworkEvidence;
  readonly schedule: ScheduleKind;
  readonly jitterSeconds: number;
  readonly language: Language | 'mix';
  readonly relays: number;
  /** `given`: the files, or grammars without files. `composed`: grammars. `benchmark`: a public list. */
  readonly harvest: 'given' | 'composed' | 'benchmark';
  readonly evade?: readonly Evasion[];
  readonly accountDays?: number;
}

/** The centre around which one factor at a time is varied. */
export const CENTRE: Omit<WorldSpec, 'ordinary' | 'campaigns'> = {
  accounts: 40,
  exchanges: 60,
  unrelated: 0.5,
  network: 'weak',
  schedule: 'human',
  jitterSeconds: 60,
  language: 'en',
  relays: 1,
  harvest: 'given',
};

/** Campaigns never make up more than this part of the ordinary accounts, unless one alone does. */
const MOST_CAMPAIGNS = 0.16;

/** As many campaigns in one world as leave the ordinary accounts ordinary: 1 to 3. */
export const campaignsFor = (ordinary: number, accounts: number): number =>
  Math.max(1, Math.min(3, Math.floor((MOST_CAMPAIGNS * ordinary) / accounts)));

export const specOf = (
  ordinary: number,
  change: Partial<Omit<WorldSpec, 'ordinary'>> = {},
): WorldSpec => {
  const merged = { ...CENTRE, ...change };
  return { ordinary, campaigns: campaignsFor(ordinary, merged.accounts), ...merged };
};

/** A world in which nobody harvests and nobody resells. */
export const nullSpec = (ordinary: number, network: NetworkEvidence = 'weak'): WorldSpec =>
  specOf(ordinary, { campaigns: 0, relays: 0, network });

/** As far below the mean as above it. */
const around = (mean: number): Range => {
  const low = Math.max(1, Math.floor(0.7 * mean));
  return [low, 2 * mean - low];
};

/** Prompts one campaign needs if none is to be asked twice. */
export const promptsNeeded = ({ accounts, exchanges, unrelated }: WorldSpec): number =>
  Math.ceil(accounts * exchanges * 1.15 * (1 - unrelated));

/** Corpora in turn from the one that the seed points at, those that suffice before the others. */
const rotated = (corpora: readonly Corpus[], spec: WorldSpec, seed: number): Corpus[] => {
  const fit = corpora.filter((corpus) => corpus.size >= promptsNeeded(spec));
  return fit.map((_, i) => fit[(seed + i) % fit.length]!);
};

/**
 * What the campaigns of this world harvest. Empty means grammars: also where no file is large enough,
 * because a campaign that asks its prompts twice is another kind of campaign.
 */
export const harvestFor = (spec: WorldSpec, sources: Sources, seed: number): Corpus[] => {
  if (spec.harvest === 'composed') return [];
  if (spec.harvest === 'benchmark') {
    const fit = rotated(sources.evaluation, spec, seed);
    return fit.length > 0 ? fit : [...sources.evaluation];
  }
  return rotated(sources.harvest, spec, seed);
};

/** What the simulator is asked for. */
export const requestOf = (spec: WorldSpec, sources: Sources, seed: number): WorldRequest => ({
  world: spec.campaigns === 0 && spec.relays === 0 ? 'quiet' : 'mixed',
  seed,
  accounts: spec.ordinary + spec.campaigns * spec.accounts,
  campaigns: spec.campaigns,
  campaignAccounts: [spec.accounts, spec.accounts],
  perAccount: around(spec.exchanges),
  unrelated: [spec.unrelated],
  network: spec.network,
  schedule: spec.schedule,
  jitterSeconds: spec.jitterSeconds,
  language: spec.language,
  relays: spec.relays,
  harvest: harvestFor(spec, sources, seed),
  everyday: sources.kind === 'files' ? sources.everyday : [],
  evaluation: sources.kind === 'files' ? sources.evaluation : [],
  arrivals: sources.arrivals,
  ...(spec.evade === undefined ? {} : { evade: spec.evade }),
  ...(spec.accountDays === undefined ? {} : { accountDays: spec.accountDays }),
});
