/**
 * Since when a member has belonged: to the hub in its tier, to a sharing group, to a collection. The
 * stream asks, before it names something that is gone: only to those who could see it while it was there.
 */
import type { Member } from '../../store/records.ts';
import type { Records, RecordsWriter } from '../../store/store.ts';

/** `member`, `group MARKING` or `collection UUID`, each with epoch milliseconds. */
export type Since = Readonly<Record<string, number>>;

const idOf = (member: string): string => `since/${member}`;

export const sinceOf = async (
  records: Pick<Records, 'get'>,
  member: Pick<Member, 'id' | 'created'>,
): Promise<Since> => ({
  member: member.created,
  ...((await records.get('seen', idOf(member.id))) as Since | undefined),
});

export const gained = async (
  records: RecordsWriter,
  member: string,
  what: Since,
): Promise<void> => {
  const before = (await records.get('seen', idOf(member))) ?? {};
  await records.put('seen', idOf(member), { ...before, ...what });
};

/** The moment from which on a member could see what these parts guard together. */
export const couldSeeSince = (
  since: Since,
  groups: readonly string[],
  collection: string,
): number =>
  Math.max(
    since.member ?? 0,
    since[`collection ${collection}`] ?? 0,
    ...groups.map((marking) => since[`group ${marking}`] ?? 0),
  );
