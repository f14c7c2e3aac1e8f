/**
 * Who may see what: the one decision behind every path of the hub (objects, manifests, versions, counts,
 * status codes, stream). Nothing else in the hub looks at a marking.
 */
import { allMarkingRefs, strictestTlp } from '../../../share/stix/markings.ts';
import { type TlpLevel, tlpLevelOf } from '../../../share/stix/tlp.ts';
import type { StixObject } from '../../../share/stix/types.ts';
import type { Collection, Member, Rights, SharingGroup } from '../../store/records.ts';

/** What decides who may see an object. Objects with equal labels have one audience. */
export interface AudienceLabel {
  /** The strictest level on the object or any part of it; null when it has none. */
  readonly tlp: TlpLevel | null;
  /** Other markings, in order; those that name a sharing group narrow the audience. */
  readonly markings: readonly string[];
  /** Kept only with TLP:RED, which is for named recipients and whoever wrote it. */
  readonly origin: string | null;
}

/** What the hub knows of the reader, all that the decision needs. */
export interface Reader {
  readonly member: Pick<Member, 'id' | 'tier' | 'vetting' | 'rights'>;
  /** Markings of every sharing group there is, and of those this reader is in. */
  readonly groups: ReadonlySet<string>;
  readonly memberOf: ReadonlySet<string>;
}

export const groupMarking = (group: Pick<SharingGroup, 'id'>): string =>
  `marking-definition--${group.id}`;

export const labelOf = (object: StixObject, origin: string | null): AudienceLabel => {
  const tlp = strictestTlp(object) ?? null;
  return {
    tlp,
    markings: allMarkingRefs(object)
      .filter((ref) => tlpLevelOf(ref) === undefined)
      .sort(),
    origin: tlp === 'red' ? origin : null,
  };
};

/** The label as the store keeps it; equal labels have equal texts. */
export const labelText = ({ tlp, markings, origin }: AudienceLabel): string =>
  JSON.stringify({ tlp, markings, origin });

/** Reads what `labelText` wrote. */
export const parseLabel = (text: string): AudienceLabel => JSON.parse(text) as AudienceLabel;

/** Tiers that a TLP level reaches; operators and auditors are decided before. */
const reaches = (tlp: TlpLevel | null, tier: Member['tier']): boolean => {
  switch (tlp) {
    case null:
    case 'clear':
    case 'green':
      return true;
    // Observers stand outside the organizations that share: what may not leave those is not for them.
    case 'amber':
    case 'amber+strict':
      return tier === 'founder' || tier === 'member';
    case 'red':
      return false;
  }
};

/**
 * Whether a reader may see what bears a label, within a collection that the reader may read.
 *
 * A marking of a sharing group is for that group alone, and all markings hold together: two groups mean
 * those who are in both. An empty group is nobody. The hub's operator and auditor see everything.
 */
export const maySee = (reader: Reader, label: AudienceLabel): boolean => {
  const { tier, vetting, id } = reader.member;
  if (vetting !== 'vetted') return false;
  if (tier === 'operator' || tier === 'auditor') return true;
  const named = label.markings.filter((marking) => reader.groups.has(marking));
  if (!named.every((marking) => reader.memberOf.has(marking))) return false;
  // FIRST, TLP 2.0: RED is for the eyes of individual recipients; here the groups it names, and its author.
  if (label.tlp === 'red') return label.origin === id || (named.length > 0 && tier !== 'observer');
  return reaches(label.tlp, tier);
};

const TIERS: readonly Member['tier'][] = ['founder', 'member', 'observer'];

/**
 * Whether all who may see what bears `inner` may see what bears `outer` too, whoever joins later. It is
 * asked for those who are in no other groups than they must be: whoever is in more sees no less.
 */
export const isWithin = (inner: AudienceLabel, outer: AudienceLabel): boolean =>
  TIERS.every((tier) => {
    const reader: Reader = {
      member: { id: 'nobody', tier, vetting: 'vetted', rights: {} },
      groups: new Set([...inner.markings, ...outer.markings]),
      memberOf: new Set(inner.markings),
    };
    return !maySee(reader, inner) || maySee(reader, outer);
  });

const NOTHING: Rights = { read: false, write: false };

/** What a reader may do in a collection, before any scope of a token. */
export const rightsIn = (
  { member }: Pick<Reader, 'member'>,
  collection: Pick<Collection, 'id' | 'members'>,
): Rights => {
  if (member.vetting !== 'vetted') return NOTHING;
  if (member.tier === 'operator') return { read: true, write: true };
  if (member.tier === 'auditor') return { read: true, write: false };
  const rights = Object.hasOwn(member.rights, collection.id)
    ? member.rights[collection.id]!
    : collection.members;
  return member.tier === 'observer' ? { read: rights.read, write: false } : rights;
};
