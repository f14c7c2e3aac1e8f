/** Discovery, API roots and collections (TAXII 2.1, sections 4.1, 4.2, 5.1 and 5.2). */
import { TAXII_TYPE } from '../http/refusal.ts';
import type { Call, Reply } from '../http/route.ts';
import type { Hub } from '../hub.ts';
import type { Collection } from '../../store/records.ts';
import { apiRootOf, collectionOf, collectionsOf, isListed, rightsOf, viewerOf } from './place.ts';

const ok = (value: unknown): Reply => ({ status: 200, body: JSON.stringify(value) });

/** 4.1.1: URLs of API roots may be relative; they are, unless the hub knows its public one. */
const urlOf = ({ options }: Hub, path: string): string => `${options.publicUrl ?? ''}/${path}/`;

/** 4.1 Server Discovery. */
export const discovery = async (hub: Hub): Promise<Reply> => {
  const told = await hub.store.records.get('discovery', '');
  const roots = await hub.store.records.list('api-root');
  return ok({
    title: told?.title ?? 'Stillwatch hub',
    ...(told?.description === undefined ? {} : { description: told.description }),
    ...(told?.contact === undefined ? {} : { contact: told.contact }),
    ...(told?.default === undefined ? {} : { default: urlOf(hub, told.default) }),
    // 4.1.1: absent, rather than empty.
    ...(roots.length === 0 ? {} : { api_roots: roots.map(({ value }) => urlOf(hub, value.path)) }),
  });
};

/** 4.2 Get API Root Information. */
export const apiRoot = async (hub: Hub, call: Call): Promise<Reply> => {
  const root = await apiRootOf(hub, call);
  return ok({
    title: root.title,
    ...(root.description === undefined ? {} : { description: root.description }),
    versions: [TAXII_TYPE],
    max_content_length: root.maxContentLength,
  });
};

/** 5.2.1, as this viewer sees it; what kind of collection it is, is said by a custom property (7.1). */
const resource = (call: Call, collection: Collection): object => {
  const rights = rightsOf(viewerOf(call), collection);
  return {
    id: collection.id,
    title: collection.title,
    ...(collection.description === undefined ? {} : { description: collection.description }),
    ...(collection.alias === undefined ? {} : { alias: collection.alias }),
    can_read: rights.read,
    can_write: rights.write,
    media_types: collection.mediaTypes,
    x_stillwatch_kind: collection.kind,
  };
};

/** 5.1 Get Collections. */
export const collections = async (hub: Hub, call: Call): Promise<Reply> => {
  const root = await apiRootOf(hub, call);
  const listed = (await collectionsOf(hub, root))
    .filter((one) => isListed(viewerOf(call), one))
    // Interoperability test document: sorted by id.
    .sort((a, b) => (a.id < b.id ? -1 : 1));
  // 5.1.1: an API root without collections answers with an empty object.
  return ok(listed.length === 0 ? {} : { collections: listed.map((one) => resource(call, one)) });
};

/** 5.2 Get a Collection. */
export const collection = async (hub: Hub, call: Call): Promise<Reply> =>
  ok(resource(call, await collectionOf(hub, call)));
