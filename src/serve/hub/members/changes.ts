/**
 * Every change of who is a member and what a member may do. Each is one transaction: the record, an event
 * that wakes every process, and, where it changes who belongs, an entry of the ledger.
 */
import { StillwatchError } from '../../../base/errors.ts';
import type { MEMBERSHIP_CHANGES } from '../../../share/ledger/record.ts';
import type { Contact, Member, Rights, Tier, Vetting } from '../../store/records.ts';
import type { Store, Writing } from '../../store/store.ts';
import { newMember } from '../access/issue.ts';
import type { HubLedger } from '../ledger/record.ts';
import { gained } from './since.ts';

/** What every change needs: where, and at what time (epoch milliseconds). */
export interface Office {
  readonly store: Store;
  readonly ledger: HubLedger;
  readonly clock: () => number;
}

export const unknownMember = (name: string): StillwatchError =>
  new StillwatchError(
    'HUB_UNKNOWN',
    `There is no member ${name}`,
    '`stillwatch hub member list` shows them with their ids.',
  );

/** By id, or by a name that only one has. @throws StillwatchError `HUB_UNKNOWN`, `HUB_AMBIGUOUS`. */
export const memberNamed = async (
  records: Pick<Store['records'], 'get' | 'list'>,
  name: string,
): Promise<Member> => {
  const direct = await records.get('member', name);
  if (direct !== undefined) return direct;
  const named = (await records.list('member')).filter(({ value }) => value.name === name);
  if (named.length > 1)
    throw new StillwatchError(
      'HUB_AMBIGUOUS',
      `${named.length} members are named ${name}`,
      `Give the id: ${named.map(({ id }) => id).join(', ')}.`,
    );
  if (named[0] === undefined) throw unknownMember(name);
  return named[0].value;
};

export type MembershipChange = (typeof MEMBERSHIP_CHANGES)[number];

/** Says it to every process, and to the ledger when it changes who belongs. */
export const announce = async (
  { ledger }: Office,
  writing: Writing,
  member: Pick<Member, 'id'>,
  what: string,
  now: number,
  change?: MembershipChange,
): Promise<void> => {
  await writing.appendEvents([
    { at: now * 1000, kind: 'member-changed', body: { member: member.id, change: what } },
  ]);
  if (change !== undefined)
    await ledger.recordIn(writing, [
      { kind: 'membership', at: now, member: { id: member.id, change: what }, change },
    ]);
};

export interface NewMember {
  readonly name: string;
  readonly tier: Tier;
  /** Whether somebody has checked who they are; if not, they are pending and may do nothing. */
  readonly vetted: boolean;
  readonly contacts?: readonly Contact[];
}

export const addMember = (office: Office, given: NewMember): Promise<Member> => {
  const now = office.clock();
  const member: Member = {
    ...newMember(given.name, given.tier, now, given.vetted ? 'vetted' : 'pending'),
    contacts: given.contacts ?? [],
  };
  return office.store.write(async (writing) => {
    const { records } = writing;
    if ((await records.list('member')).some(({ value }) => value.name === member.name))
      throw new StillwatchError(
        'HUB_TAKEN',
        `There is a member named ${member.name} already`,
        'Choose another name, or change that member.',
      );
    await records.put('member', member.id, member);
    await gained(records, member.id, { member: now });
    await announce(office, writing, member, 'added', now, 'added');
    return member;
  });
};

/** Reads, changes and writes back in one transaction. */
export const changeMember = (
  office: Office,
  name: string,
  edit: (
    member: Member,
    writing: Writing,
    now: number,
  ) => Promise<{
    readonly member: Member;
    readonly what: string;
    readonly change?: MembershipChange;
  }>,
): Promise<Member> =>
  office.store.write(async (writing) => {
    const now = office.clock();
    const before = await memberNamed(writing.records, name);
    const { member, what, change } = await edit(before, writing, now);
    await writing.records.put('member', member.id, member);
    await announce(office, writing, member, what, now, change);
    return member;
  });

const VETTING_CHANGE: Readonly<Record<Vetting, MembershipChange>> = {
  pending: 'role-changed',
  vetted: 'vetted',
  // Taken back for a time: the ledger knows no finer word, and the event says it exactly.
  suspended: 'role-changed',
  revoked: 'revoked',
};

/** @throws StillwatchError `HUB_UNKNOWN`; `HUB_REVOKED` for one that was revoked, which is for ever. */
export const setVetting = (office: Office, name: string, vetting: Vetting): Promise<Member> =>
  changeMember(office, name, async (member, { records }, now) => {
    if (member.vetting === 'revoked' && vetting !== 'revoked')
      throw new StillwatchError(
        'HUB_REVOKED',
        `${member.name} was revoked and does not come back`,
        'Add a new member with new keys and tokens.',
      );
    if (vetting === 'vetted' && member.vetting !== 'vetted')
      await gained(records, member.id, { member: now });
    // What a revoked member held is worthless even if somebody undoes the revocation in the database.
    if (vetting === 'revoked')
      for (const { id, value } of await records.list('token'))
        if (value.member === member.id) await records.remove('token', id);
    return { member: { ...member, vetting }, what: vetting, change: VETTING_CHANGE[vetting] };
  });

export const setTier = (office: Office, name: string, tier: Tier): Promise<Member> =>
  changeMember(office, name, async (member, { records }, now) => {
    if (tier !== member.tier) await gained(records, member.id, { member: now });
    return { member: { ...member, tier }, what: `tier ${tier}`, change: 'role-changed' };
  });

export const setContacts = (
  office: Office,
  name: string,
  contacts: readonly Contact[],
): Promise<Member> =>
  changeMember(office, name, async (member) => ({
    member: { ...member, contacts },
    what: 'contacts',
  }));

/** Rights of one member in one collection; undefined gives the collection's own rule back. */
export const grant = (
  office: Office,
  name: string,
  collection: string,
  rights: Rights | undefined,
): Promise<Member> =>
  changeMember(office, name, async (member, { records }, now) => {
    if ((await records.get('collection', collection)) === undefined)
      throw new StillwatchError(
        'HUB_UNKNOWN',
        `There is no collection ${collection}`,
        '`stillwatch hub collection list` shows them with their ids.',
      );
    const { [collection]: _before, ...others } = member.rights;
    await gained(records, member.id, { [`collection ${collection}`]: now });
    return {
      member: {
        ...member,
        rights: rights === undefined ? others : { ...others, [collection]: rights },
      },
      what: `rights ${collection}`,
      change: 'role-changed',
    };
  });
