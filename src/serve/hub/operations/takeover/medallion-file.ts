/**
 * The data file of medallion's memory backend, in each of its layouts, as one structure:
 *
 * - 2.x: collections are a list; the manifest has one entry for each object, with `versions` and
 *   `media_types`.
 * - 3.x: the manifest has one entry for each version, with `version` and `media_type`.
 * - 4.x: collections and statuses are by id; each object carries its entry as `__meta`.
 */
import { StillwatchError } from '../../../../base/errors.ts';
import { parseJsonText } from '../../../../base/json-text.ts';

export type Json = Readonly<Record<string, unknown>>;

export interface TakenObject {
  readonly object: Json;
  readonly added: string | undefined;
  readonly mediaType: string | undefined;
}

export interface TakenCollection {
  readonly id: string;
  readonly title: string;
  readonly description: string | undefined;
  readonly alias: string | undefined;
  readonly canRead: boolean;
  readonly canWrite: boolean;
  readonly mediaTypes: readonly string[];
  readonly objects: readonly TakenObject[];
}

export interface TakenRoot {
  readonly path: string;
  readonly title: string;
  readonly description: string | undefined;
  readonly maxContentLength: number | undefined;
  readonly collections: readonly TakenCollection[];
  readonly statuses: readonly Json[];
}

export interface Medallion {
  readonly discovery: Json | undefined;
  readonly roots: readonly TakenRoot[];
}

const BOUNDS = { maxBytes: 512 << 20, maxDepth: 200, maxValues: 50_000_000 };

export const unreadable = (what: string): StillwatchError =>
  new StillwatchError(
    'TAKEOVER_UNREADABLE',
    what,
    "Give the JSON data file of medallion's memory backend, and its configuration with --users.",
  );

export const isJson = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const own = (object: Json, name: string): unknown =>
  Object.hasOwn(object, name) ? object[name] : undefined;

const textOf = (object: Json, name: string): string | undefined => {
  const value = own(object, name);
  return typeof value === 'string' && value.length <= 10_000 ? value : undefined;
};

/** A list, or the values of an object by id, each with that id. */
const itemsOf = (value: unknown, where: string): readonly Json[] => {
  if (value === undefined || value === null) return [];
  const items = Array.isArray(value)
    ? value
    : isJson(value)
      ? Object.entries(value).map(([id, item]) => (isJson(item) ? { ...item, id } : item))
      : undefined;
  if (items === undefined || !items.every(isJson))
    throw unreadable(`${where} is neither a list nor an object of objects`);
  return items;
};

interface Entry {
  readonly added: string | undefined;
  readonly mediaType: string | undefined;
}

/** Manifest entries by `ID VERSION`, and by `ID` for those that do not say which version. */
const manifestOf = (collection: Json, where: string): ReadonlyMap<string, Entry> => {
  const entries = new Map<string, Entry>();
  for (const one of itemsOf(own(collection, 'manifest'), `${where}.manifest`)) {
    const id = textOf(one, 'id');
    if (id === undefined) continue;
    const types = own(one, 'media_types');
    const listed: unknown = Array.isArray(types) ? types[0] : undefined;
    const mediaType =
      textOf(one, 'media_type') ?? (typeof listed === 'string' ? listed : undefined);
    const entry = { added: textOf(one, 'date_added'), mediaType };
    const version = textOf(one, 'version');
    // Of an object that has no version there is one entry, whatever version that one names.
    if (!entries.has(`${id} `)) entries.set(`${id} `, entry);
    entries.set(version === undefined ? id : `${id} ${version}`, entry);
  }
  return entries;
};

const objectsOf = (collection: Json, where: string): readonly TakenObject[] => {
  const manifest = manifestOf(collection, where);
  return itemsOf(own(collection, 'objects') ?? [], `${where}.objects`).map((stored) => {
    const { __meta: meta, ...object } = stored;
    const id = textOf(object, 'id') ?? '';
    const version = textOf(object, 'modified') ?? textOf(object, 'created') ?? '';
    const entry = manifest.get(`${id} ${version}`) ?? manifest.get(id);
    const carried: Json = isJson(meta) ? meta : {};
    return {
      object,
      added: textOf(carried, 'date_added') ?? entry?.added,
      mediaType: textOf(carried, 'media_type') ?? entry?.mediaType,
    };
  });
};

const PART = /^[A-Za-z0-9_~-][A-Za-z0-9._~-]{0,299}$/;

const collectionOf = (collection: Json, where: string): TakenCollection => {
  const id = textOf(collection, 'id');
  if (id === undefined || !PART.test(id)) throw unreadable(`${where} has no usable id`);
  const types = own(collection, 'media_types');
  return {
    id,
    title: textOf(collection, 'title') ?? id,
    description: textOf(collection, 'description'),
    alias: textOf(collection, 'alias'),
    canRead: own(collection, 'can_read') === true,
    canWrite: own(collection, 'can_write') === true,
    mediaTypes: Array.isArray(types)
      ? types.filter((type): type is string => typeof type === 'string')
      : [],
    objects: objectsOf(collection, where),
  };
};

const rootOf = (path: string, root: unknown): TakenRoot => {
  if (!isJson(root)) throw unreadable(`API root "${path.slice(0, 80)}" is no object`);
  if (!PART.test(path))
    throw unreadable(`"${path.slice(0, 80)}" cannot be the path of an API root`);
  const information = own(root, 'information');
  const told: Json = isJson(information) ? information : {};
  const length = own(told, 'max_content_length');
  return {
    path,
    title: textOf(told, 'title') ?? path,
    description: textOf(told, 'description'),
    maxContentLength:
      typeof length === 'number' && Number.isSafeInteger(length) && length > 0 ? length : undefined,
    collections: itemsOf(own(root, 'collections'), `${path}.collections`).map((one, i) =>
      collectionOf(one, `${path}.collections[${i}]`),
    ),
    statuses: itemsOf(own(root, 'status'), `${path}.status`),
  };
};

/** @throws StillwatchError `TAKEOVER_UNREADABLE` */
export const parseJsonFile = (bytes: Uint8Array): Json => {
  const { value, fault } = parseJsonText(bytes, BOUNDS);
  if (fault !== undefined) throw unreadable(`The file cannot be read: ${fault.message}`);
  if (!isJson(value)) throw unreadable('The file holds no JSON object');
  return value;
};

/** @throws StillwatchError `TAKEOVER_UNREADABLE` */
export const parseMedallion = (bytes: Uint8Array): Medallion => {
  const file = parseJsonFile(bytes);
  const discovery = own(file, '/discovery');
  // Without it this may be any JSON file, a STIX bundle above all.
  if (!isJson(discovery)) throw unreadable('The file has no "/discovery"');
  const roots = Object.entries(file)
    .filter(([name]) => name !== '/discovery')
    .map(([path, root]) => rootOf(path, root));
  return { discovery, roots };
};
