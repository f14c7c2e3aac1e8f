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

interface Places {
  readonly revision: number;
  readonly roots: ReadonlyMap<string, ApiRoot>;
  /** By id, in the order in which they were made. */
  readonly collections: ReadonlyMap<string, Collection>;
}

const kept = new WeakMap<Hub, Promise<Places>>();

const readPlaces = async ({ store }: Hub): Promise<Places> => {
  // Asked for first: what changes while the records are read makes them old at once.
  const revision = store.revision();
  const [roots, collections] = [
    await store.records.list('api-root'),
    await store.records.list('collection'),
  ];
  return {
    revision,
    roots: new Map(roots.map(({ id, value }) => [id, value])),
    collections: new Map(
      [...collections]
        .sort((a, b) => a.value.key - b.value.key)
        .map(({ id, value }) => [id, value] as const),
    ),
  };
};

/** API roots and collections, remembered as long as no record may have changed. */
const placesOf = async (hub: Hub): Promise<Places> => {
  const known = await kept.get(hub);
  if (known !== undefined && known.revision === hub.store.revision()) return known;
  const read = readPlaces(hub);
  kept.set(hub, read);
  return read.catch((error: unknown) => {
    kept.delete(hub);
    throw error;
  });
};

/** @throws Refusal 404 */
export const apiRootOf = async (hub: Hub, { params }: Call): Promise<ApiRoot> => {
  const root = (await placesOf(hub)).roots.get(params.root!);
  if (root === undefined) throw notFound();
  return root;
};

/** Collections of an API root, in the order in which they were made. */
export const collectionsOf = async (hub: Hub, root: ApiRoot): Promise<readonly Collection[]> =>
  [...(await placesOf(hub)).collections.values()].filter(({ apiRoot }) => apiRoot === root.path);

/**
 * By id, or by alias (5.1.1).
 *
 * @throws Refusal 404, the same for what is hidden and what is not there
 */
export const collectionOf = async (hub: Hub, call: Call): Promise<Collection> => {
  const root = await apiRootOf(hub, call);
  const name = call.params.collection!;
  const direct = (await placesOf(hub)).collections.get(name);
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
