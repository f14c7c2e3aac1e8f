/** From STIX objects to what they say of an indicator: sightings and opinions (STIX 2.1, 5.2 and 4.14). */
import type { Saying } from './standing.ts';

export interface Said {
  /** The indicator that it speaks of. */
  readonly about: string;
  readonly says: Saying;
  /** A known-good account was hit, or an appeal upheld. */
  readonly falseHit: boolean;
}

type Json = Readonly<Record<string, unknown>>;
const INDICATOR = /^indicator--/;
const FALSE_HITS: ReadonlySet<unknown> = new Set(['matched-known-good', 'appeal-upheld']);

const OPINIONS: Readonly<Record<string, Saying>> = {
  'strongly-agree': 'agree',
  agree: 'agree',
  neutral: 'neutral',
  disagree: 'dispute',
  'strongly-disagree': 'dispute',
};

/** What an object says, of each indicator it names; empty for what says nothing. */
export const saidBy = (object: Json): readonly Said[] => {
  const revoked = object.revoked === true;
  if (object.type === 'sighting') {
    const about = object.sighting_of_ref;
    if (typeof about !== 'string' || !INDICATOR.test(about)) return [];
    // 5.2: a count of 0 says that it was looked for and not seen; that speaks neither for nor against.
    const says = revoked || object.count === 0 ? 'unseen' : 'seen';
    return [{ about, says, falseHit: false }];
  }
  if (object.type === 'opinion') {
    const given = String(object.opinion);
    if (!Object.hasOwn(OPINIONS, given) || !Array.isArray(object.object_refs)) return [];
    const says = revoked ? 'neutral' : OPINIONS[given]!;
    const falseHit = says === 'dispute' && FALSE_HITS.has(object.explanation);
    // Naming one object twice says no more than once.
    return [...new Set<unknown>(object.object_refs)]
      .filter((ref): ref is string => typeof ref === 'string' && INDICATOR.test(ref))
      .map((about) => ({ about, says, falseHit }));
  }
  return [];
};
