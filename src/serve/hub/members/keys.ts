/** Signing keys of members: registered by the operator, replaced by a rotation that both keys sign, revoked. */
import { StillwatchError } from '../../../base/errors.ts';
import { noFaults, object, oneOf, REFUSED, text } from '../../../base/parse.ts';
import {
  type SignedRotation,
  verifyRotation,
} from '../../../share/sharing/signing/key-rotation.ts';
import { knownKeys, type MemberKey, memberKey } from '../../../share/sharing/signing/member-key.ts';
import type { Records } from '../../store/store.ts';
import { announce, memberNamed, type Office } from './changes.ts';

/** After a rotation both keys may sign for a day, so that no sender has to stop. */
export const OVERLAP_MS = 24 * 3_600_000;

const idOf = (key: Pick<MemberKey, 'member' | 'id'>): string => `${key.member}/${key.id}`;

/** Keys of one member, or of all. */
export const keysOf = async (
  records: Pick<Records, 'list'>,
  member?: string,
): Promise<readonly MemberKey[]> =>
  (await records.list('key', member === undefined ? '' : `${member}/`)).map(({ value }) => value);

/** @throws StillwatchError `HUB_UNKNOWN`, `HUB_TAKEN`, `MEMBER_KEY_UNUSABLE`. */
export const addKey = (
  office: Office,
  name: string,
  wish: { readonly publicKey: string; readonly validUntil?: number | undefined },
): Promise<MemberKey> =>
  office.store.write(async (writing) => {
    const now = office.clock();
    const member = await memberNamed(writing.records, name);
    const key = memberKey({ member: member.id, validFrom: now, ...wish });
    // A key names whoever signs with it: nobody may have that of another, nor revive one that was revoked.
    if ((await keysOf(writing.records)).some(({ id }) => id === key.id))
      throw new StillwatchError('HUB_TAKEN', 'This key is registered already', 'Make a new key.');
    await writing.records.put('key', idOf(key), key);
    await announce(office, writing, member, `key ${key.id} added`, now, 'key-added');
    return key;
  });

const rotationParser = object<SignedRotation>({
  rotation: object<SignedRotation['rotation']>({
    type: oneOf(['stillwatch-key-rotation']),
    version: oneOf([1]),
    hub: text(256),
    member: text(256),
    from: text(64),
    to: text(64),
    created: text(64),
  }),
  signatures: object<SignedRotation['signatures']>({ from: text(128), to: text(128) }),
});

/** Reads a rotation from outside. @throws StillwatchError `MEMBER_KEY_ROTATION_REFUSED`. */
export const parseRotation = (value: unknown): SignedRotation => {
  const faults = noFaults();
  const parsed = rotationParser(value, '', faults);
  if (parsed !== REFUSED) return parsed;
  throw new StillwatchError(
    'MEMBER_KEY_ROTATION_REFUSED',
    `The change of key cannot be read: ${faults.list[0]}`,
    'Make it with a client that signs rotations.',
  );
};

/** @throws StillwatchError `HUB_UNKNOWN`, and the codes of `verifyRotation`. */
export const rotateKey = (
  office: Office,
  name: string,
  rotation: SignedRotation,
): Promise<{ readonly ended: MemberKey; readonly begun: MemberKey }> =>
  office.store.write(async (writing) => {
    const now = office.clock();
    const member = await memberNamed(writing.records, name);
    const keys = knownKeys(await keysOf(writing.records));
    const changed = verifyRotation(rotation, {
      hub: office.ledger.origin,
      member: member.id,
      keys,
      now,
      overlap: OVERLAP_MS,
    });
    for (const key of [changed.ended, changed.begun])
      await writing.records.put('key', idOf(key), key);
    const what = `key ${changed.ended.id} replaced by ${changed.begun.id}`;
    await announce(office, writing, member, what, now, 'key-added');
    return changed;
  });

/** @throws StillwatchError `HUB_UNKNOWN`. */
export const revokeKey = (office: Office, name: string, id: string): Promise<MemberKey> =>
  office.store.write(async (writing) => {
    const now = office.clock();
    const member = await memberNamed(writing.records, name);
    const key = await writing.records.get('key', `${member.id}/${id}`);
    if (key === undefined)
      throw new StillwatchError(
        'HUB_UNKNOWN',
        `${member.name} has no key ${id}`,
        '`stillwatch hub member show` lists its keys.',
      );
    if (key.revokedAt !== undefined) return key;
    const revoked = { ...key, revokedAt: now };
    await writing.records.put('key', idOf(key), revoked);
    await announce(office, writing, member, `key ${id} revoked`, now, 'key-revoked');
    return revoked;
  });
