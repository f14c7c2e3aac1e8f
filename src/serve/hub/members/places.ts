/** Collections and sharing groups: where members meet, and who is in which circle. */
import { randomUUID } from 'node:crypto';
import { StillwatchError } from '../../../base/errors.ts';
import type { Collection, SharingGroup } from '../../store/records.ts';
import type { Records, RecordsWriter } from '../../store/store.ts';
import { groupMarking } from '../access/audience.ts';
import { nextCollectionKey, OWN_ROOT, STIX_2_1 } from '../prepare.ts';
import { announce, memberNamed, type Office } from './changes.ts';
import { gained } from './since.ts';

const MAX_CONTENT_LENGTH = 10 << 20;
const ROOT = /^[a-z0-9][a-z0-9-]{0,60}$/;
/** First parts of paths that the hub itself answers on. */
const RESERVED: ReadonlySet<string> = new Set([
  'taxii2',
  'api',
  'stream',
  'ledger',
  'blinding',
  'health',
  'metrics',
]);

const makeRoot = async (records: RecordsWriter, path: string): Promise<void> => {
  if (!ROOT.test(path) || RESERVED.has(path))
    throw new StillwatchError(
      'USAGE',
      'That cannot be the path of an API root',
      'Use small letters, digits and hyphens, and none of the words that the hub answers on.',
    );
  const root = { path, title: path, maxContentLength: MAX_CONTENT_LENGTH };
  await records.putNew('api-root', path, root);
};

export type NewCollection = Pick<Collection, 'title' | 'kind' | 'members' | 'listed'> &
  Partial<Pick<Collection, 'id' | 'apiRoot' | 'description' | 'alias'>>;

/** @throws StillwatchError `USAGE`, `HUB_TAKEN`. */
export const addCollection = (office: Office, given: NewCollection): Promise<Collection> =>
  office.store.write(async ({ records }) => {
    const all = (await records.list('collection')).map(({ value }) => value);
    const root = given.apiRoot ?? OWN_ROOT;
    const collection: Collection = {
      mediaTypes: [STIX_2_1],
      ...given,
      apiRoot: root,
      id: given.id ?? randomUUID(),
      key: await nextCollectionKey(records),
    };
    if (
      all.some(
        ({ id, apiRoot: of, alias }) =>
          id === collection.id ||
          (of === root && alias !== undefined && alias === collection.alias),
      )
    )
      throw new StillwatchError(
        'HUB_TAKEN',
        'There is a collection of that id or alias already',
        'Choose another.',
      );
    if (root !== OWN_ROOT) await makeRoot(records, root);
    await records.put('collection', collection.id, collection);
    return collection;
  });

export const collectionsIn = async (
  records: Pick<Records, 'list'>,
): Promise<readonly Collection[]> =>
  (await records.list('collection')).map(({ value }) => value).sort((a, b) => a.key - b.key);

/** By id, alias or title. @throws StillwatchError `HUB_UNKNOWN`. */
export const collectionNamed = async (
  records: Pick<Records, 'list'>,
  name: string,
): Promise<Collection> => {
  const found = (await collectionsIn(records)).filter(
    ({ id, alias, title }) => id === name || alias === name || title === name,
  );
  if (found.length === 1) return found[0]!;
  throw new StillwatchError(
    found.length === 0 ? 'HUB_UNKNOWN' : 'HUB_AMBIGUOUS',
    `${found.length === 0 ? 'No collection is' : `${found.length} collections are`} called ${name}`,
    '`stillwatch hub collection list` shows them with their ids.',
  );
};

/** @throws StillwatchError `HUB_UNKNOWN`, `HUB_AMBIGUOUS`. */
export const groupNamed = async (
  records: Pick<Records, 'list'>,
  name: string,
): Promise<SharingGroup> => {
  const found = (await records.list('group'))
    .map(({ value }) => value)
    .filter(({ id, name: called }) => id === name || called === name);
  if (found.length === 1) return found[0]!;
  throw new StillwatchError(
    found.length === 0 ? 'HUB_UNKNOWN' : 'HUB_AMBIGUOUS',
    `${found.length === 0 ? 'No group is' : `${found.length} groups are`} called ${name}`,
    '`stillwatch hub group list` shows them with their ids.',
  );
};

/** An empty circle: what is marked with it is for nobody until somebody joins. */
export const addGroup = (office: Office, name: string): Promise<SharingGroup> =>
  office.store.write(async ({ records }) => {
    const group: SharingGroup = { id: randomUUID(), name, members: [] };
    await records.put('group', group.id, group);
    return group;
  });

const changeGroup = (
  office: Office,
  groupName: string,
  memberName: string,
  joins: boolean,
): Promise<SharingGroup> =>
  office.store.write(async (writing) => {
    const now = office.clock();
    const { records } = writing;
    const group = await groupNamed(records, groupName);
    const member = await memberNamed(records, memberName);
    if (group.members.includes(member.id) === joins) return group;
    const others = group.members.filter((id) => id !== member.id);
    const changed = { ...group, members: joins ? [...others, member.id] : others };
    await records.put('group', group.id, changed);
    if (joins) await gained(records, member.id, { [`group ${groupMarking(group)}`]: now });
    const what = `${joins ? 'joined' : 'left'} group ${group.id}`;
    await announce(office, writing, member, what, now, 'role-changed');
    return changed;
  });

export const joinGroup = (office: Office, group: string, member: string): Promise<SharingGroup> =>
  changeGroup(office, group, member, true);
export const leaveGroup = (office: Office, group: string, member: string): Promise<SharingGroup> =>
  changeGroup(office, group, member, false);
