/** What a database needs before it is a hub; made at the first start, by whichever process is first. */
import { randomUUID } from 'node:crypto';
import type { Collection } from '../store/records.ts';
import { SCOPES } from '../store/records.ts';
import type { RecordsWriter, Store } from '../store/store.ts';
import { issueToken, newMember } from './access/issue.ts';
import type { Secrets } from './access/secret.ts';

/** Path of the API root that the hub makes for itself. */
export const OWN_ROOT = 'stillwatch';
/** Under this name the collections are reached as well as under their UUIDs (TAXII 2.1, 5.2.1). */
export const GUARDED_ALIAS = 'exchange';
export const PLAIN_ALIAS = 'plain';

const PREPARED = 'prepared';
const NEXT_KEY = 'next-collection-key';
const MAX_CONTENT_LENGTH = 10 << 20;
export const STIX_2_1 = 'application/stix+json;version=2.1';

/** The store's short name for a new collection. */
export const nextCollectionKey = async (records: RecordsWriter): Promise<number> => {
  const key = Number((await records.get('setting', NEXT_KEY)) ?? 1);
  await records.put('setting', NEXT_KEY, key + 1);
  return key;
};

const COLLECTIONS: readonly Pick<Collection, 'alias' | 'title' | 'description' | 'kind'>[] = [
  {
    alias: GUARDED_ALIAS,
    title: 'Exchange',
    description: 'Indicators of distillation: signed contributions, through the firewall.',
    kind: 'guarded',
  },
  {
    alias: PLAIN_ALIAS,
    title: 'Plain',
    description: 'Ordinary TAXII for other STIX content: neither signed nor filtered.',
    kind: 'plain',
  },
];

export interface FirstStart {
  readonly member: string;
  /** Shown once. */
  readonly token: string;
}

/** Makes API root, collections, discovery and operator; undefined when they were made before. */
export const prepare = (
  store: Store,
  secrets: Secrets,
  now: number,
): Promise<FirstStart | undefined> =>
  store.write(async ({ records }) => {
    if (!(await records.putNew('setting', PREPARED, now))) return undefined;
    await records.put('api-root', OWN_ROOT, {
      path: OWN_ROOT,
      title: 'Stillwatch',
      description: 'Indicators of adversarial distillation, shared between model providers.',
      maxContentLength: MAX_CONTENT_LENGTH,
    });
    for (const given of COLLECTIONS) {
      const collection: Collection = {
        ...given,
        key: await nextCollectionKey(records),
        id: randomUUID(),
        apiRoot: OWN_ROOT,
        listed: true,
        members: { read: true, write: true },
        mediaTypes: [STIX_2_1],
      };
      await records.put('collection', collection.id, collection);
    }
    // A takeover before the first start has brought a discovery of its own: that stays.
    await records.putNew('discovery', '', { title: 'Stillwatch hub', default: OWN_ROOT });
    const operator = newMember('operator', 'operator', now);
    await records.put('member', operator.id, operator);
    const { token } = await issueToken(records, secrets, {
      member: operator.id,
      label: 'first start',
      scopes: SCOPES,
      created: now,
      expires: null,
    });
    return { member: operator.id, token };
  });
