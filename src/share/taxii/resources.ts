/** The resources of TAXII 2.1, parsed: what a server leaves out or sends beside is its own affair. */
import {
  count,
  fault,
  list,
  noFaults,
  object,
  oneOf,
  orElse,
  type Parser,
  REFUSED,
  text,
  truth,
} from '../../base/parse.ts';
import { answerInvalid } from './fault.ts';

export type Json = Readonly<Record<string, unknown>>;

/** 4.1.1 */
export interface Discovery {
  readonly title: string;
  readonly description: string | undefined;
  readonly contact: string | undefined;
  readonly default: string | undefined;
  readonly api_roots: readonly string[];
}
/** 4.2.1 */
export interface ApiRoot {
  readonly title: string;
  readonly description: string | undefined;
  readonly versions: readonly string[];
  readonly max_content_length: number;
}
/** 5.2.1 */
export interface Collection {
  readonly id: string;
  readonly title: string;
  readonly description: string | undefined;
  readonly alias: string | undefined;
  readonly can_read: boolean;
  readonly can_write: boolean;
  readonly media_types: readonly string[];
}
/** 4.3.1.1 */
export interface StatusDetail {
  readonly id: string;
  readonly version: string;
  readonly message: string | undefined;
}
/** 4.3.1 */
export interface Status {
  readonly id: string;
  readonly status: 'complete' | 'pending';
  readonly total_count: number;
  readonly success_count: number;
  readonly failure_count: number;
  readonly pending_count: number;
  readonly failures: readonly StatusDetail[];
}
/** 5.3.1 */
export interface ManifestRecord {
  readonly id: string;
  readonly date_added: string;
  readonly version: string;
  readonly media_type: string | undefined;
}

const words = text(10_000);
const maybe = orElse<string | undefined>(words, undefined);
const MOST_ITEMS = 1_000_000;
const texts = orElse(list(words, 10_000), []);

const discovery = object<Discovery>({
  title: words,
  description: maybe,
  contact: maybe,
  default: maybe,
  api_roots: texts,
});
const apiRoot = object<ApiRoot>({
  title: words,
  description: maybe,
  versions: texts,
  max_content_length: count,
});
const collection = object<Collection>({
  id: text(300),
  title: words,
  description: maybe,
  alias: maybe,
  can_read: truth,
  can_write: truth,
  media_types: texts,
});
// 5.1.1: without any collection the list is absent.
const collections = object<{ readonly collections: readonly Collection[] }>({
  collections: orElse(list(collection, 100_000), []),
});
const detail = object<StatusDetail>({ id: words, version: orElse(words, ''), message: maybe });
const status = object<Status>({
  id: text(300),
  status: oneOf(['complete', 'pending']),
  total_count: count,
  success_count: count,
  failure_count: count,
  pending_count: count,
  failures: orElse(list(detail, MOST_ITEMS), []),
});
const record = object<ManifestRecord>({
  id: text(1000),
  date_added: text(100),
  version: text(100),
  media_type: maybe,
});
const json: Parser<Json> = (value, path, faults) =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Json)
    : fault(faults, path, 'an object', typeof value);

/** What a page has besides its items (3.7). */
export interface Page<T> {
  readonly items: readonly T[];
  readonly more: boolean;
  readonly next: string | undefined;
}
const paging = object<Omit<Page<never>, 'items'>>({
  more: orElse(truth, false),
  next: orElse<string | undefined>(text(100_000), undefined),
});
const page =
  <T>(name: 'objects' | 'versions', item: Parser<T>): Parser<Page<T>> =>
  (value, path, faults) => {
    const rest = paging(value, path, faults);
    if (rest === REFUSED) return REFUSED;
    // 3.7: an envelope without objects has no list.
    const given = Object.hasOwn(value as Json, name) ? (value as Json)[name] : [];
    const items = list(item, MOST_ITEMS)(given, name, faults);
    return items === REFUSED ? REFUSED : { ...rest, items };
  };

/** @throws StillwatchError `TAXII_ANSWER_INVALID` with the first faults. */
const parsing =
  <T>(parser: Parser<T>, what: string) =>
  (value: unknown): T => {
    const faults = noFaults();
    const parsed = parser(value, '', faults);
    if (parsed === REFUSED)
      throw answerInvalid(`sends no ${what}: ${faults.list.slice(0, 3).join('; ')}`);
    return parsed;
  };

export const parseDiscovery = parsing(discovery, 'discovery');
export const parseApiRoot = parsing(apiRoot, 'API root');
export const parseCollections = parsing(collections, 'collections');
export const parseCollection = parsing(collection, 'collection');
export const parseStatus = parsing(status, 'status');
export const parseObjects = parsing(page('objects', json), 'envelope');
export const parseManifest = parsing(page('objects', record), 'manifest');
export const parseVersions = parsing(page('versions', text(100)), 'versions');
