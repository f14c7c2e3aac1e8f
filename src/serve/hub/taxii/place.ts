/** From the names in a path to API root and collection, and what the viewer may do there. */
import { rightsIn } from '../access/audience.ts';
import type { Viewer } from '../access/authenticate.ts';
import { forbidden, notFound, unauthorized } from '../http/refusal.ts';
import type { Call } from '../http/route.ts';
import type { Hub } from '../hub.ts';
import type { ApiRoot, Collection, Rights } from '../../store/records.ts';

export const viewerOf = ({ viewer }: Call): Viewer => {
  if (viewer === undefined) throw unauthorized();
  return viewer;
};

/** Rights of the member, narrowed by the scopes of the token. */
export const rightsOf = (viewer: Viewer, collection: Collection): Rights => {
  const { read, write } = rightsIn(viewer, collection);
  return { read: read && viewer.scopes.has('read'), write: write && viewer.scopes.has('write') };
};

/** Whether the viewer is told that the collection exists. */
export const isListed = (viewer: Viewer, collection: Collection): boolean => {
  if (viewer.member.vetting !== 'vetted') return false;
  const { read, write } = rightsOf(viewer, collection);
  return collection.listed || read || write;
};

/** @throws Refusal 404 */
export const apiRootOf = async ({ store }: Hub, { params }: Call): Promise<ApiRoot> => {
  const root = await store.records.get('api-root', params.root!);
  if (root === undefined) throw notFound();
  return root;
};

/** Collections of an API root, in the order in which they were made. */
export const collectionsOf = async (
  { store }: Hub,
  root: ApiRoot,
): Promise<readonly Collection[]> =>
  (await store.records.list('collection'))
    .map(({ value }) => value)
    .filter(({ apiRoot }) => apiRoot === root.path)
    .sort((a, b) => a.key - b.key);

/**
 * By id, or by alias (5.1.1).
 *
 * @throws Refusal 404, the same for what is hidden and what is not there
 */
export const collectionOf = async (hub: Hub, call: Call): Promise<Collection> => {
  const root = await apiRootOf(hub, call);
  const name = call.params.collection!;
  const direct = await hub.store.records.get('collection', name);
  const collection = direct ?? (await collectionsOf(hub, root)).find(({ alias }) => alias === name);
  if (
    collection === undefined ||
    collection.apiRoot !== root.path ||
    !isListed(viewerOf(call), collection)
  )
    throw notFound();
  return collection;
};

/** @throws Refusal 403 or 404 */
export const readable = async (hub: Hub, call: Call): Promise<Collection> => {
  const collection = await collectionOf(hub, call);
  if (!rightsOf(viewerOf(call), collection).read)
    throw forbidden('You may not read this collection.');
  return collection;
};

/** @throws Refusal 403 or 404 */
export const writable = async (hub: Hub, call: Call): Promise<Collection> => {
  const collection = await collectionOf(hub, call);
  if (!rightsOf(viewerOf(call), collection).write)
    throw forbidden('You may not write to this collection.');
  return collection;
};
