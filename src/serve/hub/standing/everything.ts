/** Finding the versions of an object and the labels of audiences, for the hub's own work. */
import { type AudienceLabel, type Reader, parseLabel } from '../access/audience.ts';
import { groupMarking } from '../access/audience.ts';
import type { Visible } from '../access/visible.ts';
import type { Member } from '../../store/records.ts';
import type { Store, VersionRow } from '../../store/store.ts';

const HUB: Reader = {
  member: { id: '', tier: 'operator', vetting: 'vetted', rights: {} },
  groups: new Set(),
  memberOf: new Set(),
};
const MOST_VERSIONS = 1000;

/** Every version of an object in a collection, whoever may see it; oldest first. */
export const versionsOf = async (
  store: Store,
  visible: Visible,
  collection: number,
  id: string,
): Promise<readonly VersionRow[]> => {
  const { rows } = await visible.ask(HUB, (audiences) =>
    store.page({ collection, audiences, after: 0, ids: [id], versions: ['all'] }, MOST_VERSIONS),
  );
  return rows;
};

export const labelOfAudience = async (store: Store, audience: number): Promise<string> => {
  const found = (await store.audiences(audience - 1)).find(({ id }) => id === audience);
  return found!.label;
};

/** Every member as a reader. */
export const readersOf = async (
  records: Pick<Store['records'], 'list'>,
): Promise<readonly (Reader & { readonly member: Member })[]> => {
  const groups = (await records.list('group')).map(({ value }) => value);
  const all = new Set(groups.map(groupMarking));
  return (await records.list('member')).map(({ value: member }) => ({
    member,
    groups: all,
    memberOf: new Set(
      groups.filter(({ members }) => members.includes(member.id)).map(groupMarking),
    ),
  }));
};

const LEVELS = [null, 'clear', 'green', 'amber', 'amber+strict'] as const;
const levelOf = ({ tlp }: AudienceLabel): number =>
  tlp === 'red' ? Number.POSITIVE_INFINITY : LEVELS.indexOf(tlp);

/**
 * Whether all who may see what bears `subject` may see what bears `word` too. What is said to a few must not
 * show in what is told to many.
 */
export const reachesAllOf = (word: AudienceLabel, subject: AudienceLabel): boolean =>
  levelOf(word) <= levelOf(subject) &&
  levelOf(word) < Number.POSITIVE_INFINITY &&
  word.markings.every((marking) => subject.markings.includes(marking));

export { parseLabel };
