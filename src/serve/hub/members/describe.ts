/** All that the hub knows of a member, without any secret. */
import type { MemberKey } from '../../../share/sharing/signing/member-key.ts';
import type { Member, SharingGroup, Token } from '../../store/records.ts';
import type { Store } from '../../store/store.ts';
import { memberNamed } from './changes.ts';
import { keysOf } from './keys.ts';
import { tokensOf } from './tokens.ts';

export interface DescribedMember extends Member {
  readonly tokens: readonly Token[];
  readonly keys: readonly MemberKey[];
  readonly groups: readonly Pick<SharingGroup, 'id' | 'name'>[];
}

/** @throws StillwatchError `HUB_UNKNOWN`, `HUB_AMBIGUOUS`. */
export const describeMember = async (
  store: Pick<Store, 'records'>,
  name: string,
): Promise<DescribedMember> => {
  const member = await memberNamed(store.records, name);
  const groups = (await store.records.list('group'))
    .filter(({ value }) => value.members.includes(member.id))
    .map(({ value: { id, name: called } }) => ({ id, name: called }));
  return {
    ...member,
    tokens: await tokensOf(store, member.id),
    keys: await keysOf(store.records, member.id),
    groups,
  };
};
