import type { AccountRecord } from '../exchange/exchange.ts';
import type { Profile } from '../profile/profile.ts';

/** All accounts of a scan in a fixed order, and who has declared to belong together. */
export interface Population {
  readonly ids: readonly string[];
  readonly profiles: readonly Profile[];
  readonly records: readonly (AccountRecord | null)[];
  /**
   * Entity of each account: accounts of one declared organization are one entity, because a
   * relation that the customer disclosed is no evidence of a hidden network.
   */
  readonly entityOf: Int32Array;
  readonly entities: number;
  /**
   * Stratum of each account: the country it mostly connects from. Content follows language and
   * language follows country, so identifiers are compared within a country.
   */
  readonly stratumOf: Int32Array;
  /** Accounts in each stratum. */
  readonly strata: readonly number[];
  /** Epoch ms of the first and last exchange; 0 when there is none. */
  readonly firstSeen: number;
  readonly lastSeen: number;
}

const organizationOf = (profile: Profile, record: AccountRecord | null): string | null => {
  if (record?.organizationId) return record.organizationId;
  const seen = profile.organizations;
  return seen !== null && seen.values.length === 1 ? seen.values[0]! : null;
};

const countryOf = ({ countries }: Profile): string => {
  if (countries === null) return '';
  let best = 0;
  for (let i = 1; i < countries.counts.length; i++)
    if (countries.counts[i]! > countries.counts[best]!) best = i;
  return countries.values[best]!;
};

/** Accounts by country, numbered in the order in which the countries appear. */
const stratify = (profiles: readonly Profile[]): Pick<Population, 'stratumOf' | 'strata'> => {
  const numbered = new Map<string, number>();
  const strata: number[] = [];
  const stratumOf = Int32Array.from(profiles, (profile) => {
    const country = countryOf(profile);
    let stratum = numbered.get(country);
    if (stratum === undefined) {
      stratum = strata.length;
      numbered.set(country, stratum);
      strata.push(0);
    }
    strata[stratum]! += 1;
    return stratum;
  });
  return { stratumOf, strata };
};

/** Orders accounts by id, so that nothing downstream depends on the order of the log. */
export const createPopulation = (
  profiles: ReadonlyMap<string, Profile>,
  records: ReadonlyMap<string, AccountRecord>,
): Population => {
  const ids = [...profiles.keys()].sort();
  const entityOf = new Int32Array(ids.length);
  const byOrganization = new Map<string, number>();
  let entities = 0;
  let firstSeen = Number.POSITIVE_INFINITY;
  let lastSeen = Number.NEGATIVE_INFINITY;
  const ordered = ids.map((id) => profiles.get(id)!);
  const known = ids.map((id) => records.get(id) ?? null);
  for (let a = 0; a < ids.length; a++) {
    firstSeen = Math.min(firstSeen, ordered[a]!.firstSeen);
    lastSeen = Math.max(lastSeen, ordered[a]!.lastSeen);
    const organization = organizationOf(ordered[a]!, known[a]!);
    const existing = organization === null ? undefined : byOrganization.get(organization);
    entityOf[a] = existing ?? entities;
    if (existing !== undefined) continue;
    if (organization !== null) byOrganization.set(organization, entities);
    entities++;
  }
  const empty = ids.length === 0;
  return {
    ids,
    profiles: ordered,
    records: known,
    entityOf,
    entities,
    ...stratify(ordered),
    firstSeen: empty ? 0 : firstSeen,
    lastSeen: empty ? 0 : lastSeen,
  };
};
