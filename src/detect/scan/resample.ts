import { createRandom, uniform } from '../../base/random.ts';
import { createPopulation, type Population } from '../campaign/population.ts';
import type { AccountRecord } from '../exchange/exchange.ts';
import type { Profile } from '../profile/profile.ts';

/** Part of a population: a random half of its entities, or those that the half left. */
export type Half = 'kept' | 'left';

/**
 * A random half of the accounts. Entities stay whole, because the accounts of one organization come
 * and go together. `seed` chooses the half.
 */
export const halfOf = (population: Population, seed: number, half: Half): Population => {
  const random = createRandom(seed, 'resample');
  const kept = Array.from(
    { length: population.entities },
    () => uniform(random) < 0.5 === (half === 'kept'),
  );
  const profiles = new Map<string, Profile>();
  const records = new Map<string, AccountRecord>();
  population.ids.forEach((id, a) => {
    if (!kept[population.entityOf[a]!]) return;
    profiles.set(id, population.profiles[a]!);
    const record = population.records[a];
    if (record != null) records.set(id, record);
  });
  return createPopulation(profiles, records);
};
