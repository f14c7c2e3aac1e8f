/** Which worlds a model is fitted on: many small ones, each hard in another way. */
import { LANGUAGES } from '../simulate/grammar/languages.ts';
import type { WorldRequest } from '../simulate/options.ts';
import type { Material } from './material.ts';

/** Campaigns of one world take these shares of unrelated traffic in turn. */
const UNRELATED = [[0, 0.5, 0.75], [0.9], [0.5, 0.75, 0.9], [0.75, 0.9, 0.95]] as const;
const NETWORKS = ['weak', 'none', 'strong'] as const;
const SIZES = [
  [40, 150],
  [25, 60],
] as const;
const VOLUMES = [
  [25, 150],
  [12, 80],
  [8, 40],
] as const;
/** Half of the worlds speak English, as most logs do; the others take every language in turn. */
const SPOKEN = LANGUAGES.flatMap((language) =>
  language === 'en' ? (['mix'] as const) : (['en', language] as const),
);

const turn = <T>(list: readonly T[], i: number): T => list[i % list.length]!;

export interface WorldPlan {
  readonly name: string;
  readonly request: WorldRequest;
}

/**
 * The world of one seed. Conditions turn with the seed at different rates, so that consecutive seeds
 * meet every combination sooner or later, and the same seed is always the same world.
 */
export const worldOf = (seed: number, accounts: number, material: Material): WorldPlan => ({
  name: `${material.name}-${seed}`,
  request: {
    world: 'mixed',
    seed,
    accounts,
    campaigns: 3,
    campaignAccounts: turn(SIZES, seed),
    perAccount: turn(VOLUMES, seed),
    unrelated: turn(UNRELATED, seed),
    network: turn(NETWORKS, Math.floor(seed / 2)),
    language: turn(SPOKEN, seed),
    schedule: seed % 5 === 0 ? 'steady' : 'human',
    releasePivot: seed % 4 === 3,
    ...(seed % 3 === 1 ? { evade: ['reworded-prompts'] as const } : {}),
    harvest: material.harvest,
    everyday: material.everyday,
    evaluation: material.evaluation,
  },
});
