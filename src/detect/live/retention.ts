import { createBottomK } from '../profile/bottom-k.ts';
import { CAPACITY, type Profile } from '../profile/profile.ts';

/** How long the parts of a profile are kept after its last exchange, ms. */
export interface Retention {
  /** Texts of prompts. */
  readonly prompts: number;
  /** Everything. Not shorter than `prompts`. */
  readonly profiles: number;
}

const DAY = 86_400_000;
export const RETENTION: Retention = { prompts: 30 * DAY, profiles: 90 * DAY };

/**
 * What a policy leaves of a profile: all, all but its sample of prompts, or nothing (null). Without
 * its sample the account takes part in no prompt family until it asks again.
 */
export const expireProfile = (
  profile: Profile,
  { prompts, profiles }: Retention,
  now: number,
): Profile | null => {
  const idle = now - profile.lastSeen;
  if (idle > profiles) return null;
  if (idle <= prompts || profile.prompts.keys.length === 0) return profile;
  return { ...profile, prompts: createBottomK(CAPACITY.prompts) };
};
