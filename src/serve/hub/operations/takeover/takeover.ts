/** Takes over a medallion installation into a store. What is there already stays as it is. */
import { randomUUID } from 'node:crypto';
import { visible } from '../../../../base/safe-text.ts';
import type { Collection, Discovery, Token } from '../../../store/records.ts';
import type { NewVersion, Store } from '../../../store/store.ts';
import { microsOf } from '../../../store/version-key.ts';
import { labelText } from '../../access/audience.ts';
import { newMember } from '../../access/issue.ts';
import { secretsOf } from '../../access/secret.ts';
import { nextCollectionKey, STIX_2_1 } from '../../prepare.ts';
import { isReserved } from '../../reserved.ts';
import { checkObject } from '../../taxii/check-object.ts';
import {
  type Json,
  type Medallion,
  own,
  type TakenCollection,
  type TakenObject,
  type TakenRoot,
  unreadable,
} from './medallion-file.ts';
import { statusOf } from './statuses.ts';
import type { TakenUser } from './users.ts';

export interface Takeover {
  readonly apiRoots: number;
  readonly collections: number;
  readonly objects: {
    added: number;
    present: number;
    /** Of one version with another content: what was there stays. */
    differs: number;
    refused: number;
  };
  readonly statuses: number;
  readonly users: number;
  /** Keys of users, as tokens. */
  readonly apiKeys: number;
  /** What a person should know; the first of each kind. */
  readonly warnings: readonly string[];
}

const MAX_CONTENT_LENGTH = 10 << 20;
/** The bound of a body is memory: medallion had none, so its number is taken with care. */
const MOST_CONTENT_LENGTH = 100 << 20;
const TOGETHER = 500;
const MOST_WARNINGS = 20;

const lastPart = (url: unknown): string | undefined =>
  typeof url === 'string' ? /([^/]+)\/*$/.exec(url)?.[1] : undefined;

const discoveryOf = (told: Json, roots: readonly TakenRoot[]): Discovery => {
  const text = (name: string): string | undefined => {
    const value = own(told, name);
    return typeof value === 'string' ? value : undefined;
  };
  const path = lastPart(own(told, 'default'));
  return {
    title: text('title') ?? 'Stillwatch hub',
    description: text('description'),
    contact: text('contact'),
    default: roots.some((root) => root.path === path) ? path : undefined,
  };
};

/** Makes the collection, or gives the one that is there. */
const collectionFor = (
  store: Store,
  root: TakenRoot,
  taken: TakenCollection,
): Promise<{ readonly collection: Collection; readonly made: boolean }> =>
  store.write(async ({ records }) => {
    const known = await records.get('collection', taken.id);
    if (known !== undefined && known.apiRoot !== root.path)
      throw unreadable(`Collection ${taken.id} is below two API roots`);
    if (known !== undefined) return { collection: known, made: false };
    const collection: Collection = {
      key: await nextCollectionKey(records),
      id: taken.id,
      apiRoot: root.path,
      title: taken.title,
      description: taken.description,
      alias: taken.alias,
      kind: 'plain',
      // medallion lists every collection to every user; reading and writing are another matter.
      listed: true,
      members: { read: taken.canRead, write: taken.canWrite },
      mediaTypes: taken.mediaTypes.length > 0 ? taken.mediaTypes : [STIX_2_1],
    };
    await records.put('collection', collection.id, collection);
    return { collection, made: true };
  });

interface Ready {
  readonly version: NewVersion;
  readonly hidden: boolean;
}

const readyOf = ({ object, added, mediaType }: TakenObject): Ready | string => {
  const checked = checkObject(object, '');
  if (typeof checked === 'string') return checked;
  const when = added === undefined ? undefined : microsOf(added);
  return {
    hidden: checked.label.tlp === 'red',
    version: {
      ...checked.version,
      mediaType: mediaType ?? checked.version.mediaType,
      // medallion says of what has no version that date_added is it; then it stays the same here.
      version: checked.version.version ?? (when === undefined ? undefined : added),
      audience: labelText(checked.label),
      body: JSON.stringify(object),
      added: when,
    },
  };
};

/** @param now milliseconds since 1970 */
export const takeOver = async (
  store: Store,
  { discovery, roots }: Medallion,
  users: readonly TakenUser[],
  now: number,
): Promise<Takeover> => {
  const objects = { added: 0, present: 0, differs: 0, refused: 0 };
  const warnings: string[] = [];
  const warn = (text: string): void => {
    if (warnings.length < MOST_WARNINGS) warnings.push(text);
  };
  let [apiRoots, collections, statuses, taken, apiKeys, hidden] = [0, 0, 0, 0, 0, 0];

  const addObjects = async (collection: Collection, from: TakenCollection): Promise<void> => {
    const versions: NewVersion[] = [];
    for (const one of from.objects) {
      const ready = readyOf(one);
      if (typeof ready === 'string') {
        objects.refused += 1;
        warn(`${visible(String(own(one.object, 'id') ?? 'an object'), 100)}: ${ready}`);
        continue;
      }
      if (ready.hidden) hidden += 1;
      versions.push(ready.version);
    }
    // In the order in which they were added, so that those with one date keep their order too.
    versions.sort((a, b) => (a.added ?? now * 1000) - (b.added ?? now * 1000));
    for (let at = 0; at < versions.length; at += TOGETHER) {
      const outcomes = await store.write(({ addVersions }) =>
        addVersions(collection.key, versions.slice(at, at + TOGETHER), now * 1000),
      );
      for (const { outcome } of outcomes) objects[outcome] += 1;
    }
  };

  for (const root of roots) {
    if (isReserved(root.path))
      throw unreadable(`The API root "${root.path}" has the name of an endpoint of the hub`);
    const made = await store.write(({ records }) =>
      records.putNew('api-root', root.path, {
        path: root.path,
        title: root.title,
        description: root.description,
        maxContentLength: Math.min(
          root.maxContentLength ?? MAX_CONTENT_LENGTH,
          MOST_CONTENT_LENGTH,
        ),
      }),
    );
    if (made) apiRoots += 1;
    for (const from of root.collections) {
      const { collection, made: fresh } = await collectionFor(store, root, from);
      if (fresh) collections += 1;
      await addObjects(collection, from);
    }
    for (const status of root.statuses.map(statusOf))
      if (status !== undefined) {
        const fresh = await store.write(({ records }) =>
          records.putNew('status', status.id, { apiRoot: root.path, member: '', body: status }),
        );
        if (fresh) statuses += 1;
      }
  }
  if (discovery !== undefined)
    await store.write(({ records }) => records.put('discovery', '', discoveryOf(discovery, roots)));
  const secrets = await secretsOf(store);
  for (const user of users)
    await store.write(async ({ records }) => {
      const member = newMember(user.name, 'member', now);
      const password = { member: member.id, hash: user.hash };
      // With its keys, once: taking over again must not bring back a key that was revoked.
      if (!(await records.putNew('password', user.name, password))) return;
      await records.put('member', member.id, member);
      taken += 1;
      for (const key of user.keys) {
        const token: Token = {
          id: randomUUID(),
          member: member.id,
          label: 'API key of medallion',
          scopes: ['read', 'write'],
          created: now,
          expires: null,
        };
        if (await records.putNew('token', secrets.digest(key), token)) apiKeys += 1;
      }
    });
  const unusable = users.reduce((sum, { unusableKeys }) => sum + unusableKeys, 0);
  if (unusable > 0)
    warn(
      `API keys not taken over, because they have fewer than 20 characters or unusual ones: ${unusable}; issue tokens`,
    );
  if (taken > 0)
    warn(
      'the users are members, who may read guarded collections too; `stillwatch hub member grant` or `tier` says otherwise',
    );
  if (hidden > 0)
    warn(
      `${hidden} objects are TLP:RED: operators and auditors see them, and who is in a group they name`,
    );
  return { apiRoots, collections, objects, statuses, users: taken, apiKeys, warnings };
};
