/** A TAXII 2.1 client: every endpoint of sections 4 and 5. The caller brings `fetch` and the credential. */
import { type AddOptions, type AddReport, addObjects } from './add.ts';
import { refused, urlInvalid } from './fault.ts';
import { type PageOptions, type PageSeen, pagesOf } from './pages.ts';
import {
  type ApiRoot,
  type Collection,
  type Discovery,
  type Json,
  type ManifestRecord,
  parseApiRoot,
  parseCollection,
  parseCollections,
  parseDiscovery,
  parseManifest,
  parseObjects,
  parseStatus,
  parseVersions,
  type Status,
} from './resources.ts';
import { openSession, type Session, type SessionOptions } from './session.ts';

/** A collection by the URL of its API root and its id or alias. */
export interface Place {
  readonly root: string;
  readonly collection: string;
}

export interface TaxiiClient {
  /** For what goes beyond TAXII on the same server, such as its stream. */
  readonly session: Session;
  /** 4.1, at `/taxii2/` unless the client was given another path. */
  readonly discovery: () => Promise<Discovery>;
  /** URLs of API roots on this server, absolute; those on other origins are left out. */
  readonly apiRoots: () => Promise<readonly string[]>;
  /** 4.2 */
  readonly apiRoot: (root: string) => Promise<ApiRoot>;
  /** 4.3 */
  readonly status: (root: string, id: string) => Promise<Status>;
  /** 5.1 */
  readonly collections: (root: string) => Promise<readonly Collection[]>;
  /** 5.2 */
  readonly collection: (place: Place) => Promise<Collection>;
  /** 5.3 */
  readonly manifest: (
    place: Place,
    options?: PageOptions,
  ) => AsyncGenerator<PageSeen<ManifestRecord>>;
  /** 5.4 */
  readonly objects: (place: Place, options?: PageOptions) => AsyncGenerator<PageSeen<Json>>;
  /** 5.5; asks for `max_content_length` unless it is given. */
  readonly add: (
    place: Place,
    objects: readonly Json[],
    options?: Partial<AddOptions>,
  ) => Promise<AddReport>;
  /** 5.6 */
  readonly object: (
    place: Place,
    id: string,
    options?: PageOptions,
  ) => AsyncGenerator<PageSeen<Json>>;
  /** 5.7; all versions that `match` names, the last one by default. */
  readonly remove: (place: Place, id: string, match?: PageOptions['match']) => Promise<void>;
  /** 5.8 */
  readonly versions: (
    place: Place,
    id: string,
    options?: PageOptions,
  ) => AsyncGenerator<PageSeen<string>>;
}

/** One segment of a path: a name can never step out of its place. */
const segment = (name: string): string => {
  if (name === '' || name === '.' || name === '..' || name.length > 300)
    throw urlInvalid('would hold an empty or too long name');
  return encodeURIComponent(name);
};

/** @throws StillwatchError `TAXII_URL_INVALID`, `TAXII_CREDENTIAL_INVALID`. */
export const taxiiClient = (options: SessionOptions): TaxiiClient => {
  const session = openSession(options);
  /** Section 1.6.5: paths end with a slash; without one, what is relative would replace the last part. */
  const rootOf = (root: string): URL => session.resolve(root.endsWith('/') ? root : `${root}/`);
  const within = ({ root, collection }: Place, rest: string): URL =>
    session.resolve(`collections/${segment(collection)}/${rest}`, rootOf(root));
  const discovery = async (): Promise<Discovery> => {
    const url = session.base.pathname === '/' ? session.resolve('/taxii2/') : session.base;
    return parseDiscovery((await session.get(url)).value);
  };
  const apiRoot = async (root: string): Promise<ApiRoot> =>
    parseApiRoot((await session.get(rootOf(root))).value);
  return {
    session,
    discovery,
    apiRoots: async () => {
      const { api_roots: roots } = await discovery();
      // 4.1.1: they may be relative, or elsewhere; a credential is for one server.
      return roots
        .filter((root) => URL.canParse(root, session.base.href))
        .map((root) => new URL(root, session.base))
        .filter(({ origin }) => origin === session.base.origin)
        .map(({ href }) => href);
    },
    apiRoot,
    status: async (root, id) =>
      parseStatus(
        (await session.get(session.resolve(`status/${segment(id)}/`, rootOf(root)))).value,
      ),
    collections: async (root) =>
      parseCollections((await session.get(session.resolve('collections/', rootOf(root)))).value)
        .collections,
    collection: async (place) => parseCollection((await session.get(within(place, ''))).value),
    manifest: (place, page) => pagesOf(session, within(place, 'manifest/'), parseManifest, page),
    objects: (place, page) => pagesOf(session, within(place, 'objects/'), parseObjects, page),
    object: (place, id, page) =>
      pagesOf(session, within(place, `objects/${segment(id)}/`), parseObjects, page),
    versions: (place, id, page) =>
      pagesOf(session, within(place, `objects/${segment(id)}/versions/`), parseVersions, page),
    add: async (place, objects, more = {}) => {
      const root = rootOf(place.root);
      const maxContentLength =
        more.maxContentLength ?? (await apiRoot(place.root)).max_content_length;
      return addObjects(session, root, within(place, 'objects/'), objects, {
        ...more,
        maxContentLength,
      });
    },
    remove: async (place, id, match = {}) => {
      const url = within(place, `objects/${segment(id)}/`);
      for (const [name, values] of Object.entries(match))
        url.searchParams.set(`match[${name}]`, values.join(','));
      const { status, value } = await session.ask({ method: 'DELETE', url, repeatable: false });
      if (status !== 200) throw refused('DELETE', status, value);
    },
  };
};
