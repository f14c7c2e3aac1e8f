/** From a member's object to what the hub publishes of it: its own names, and nobody's authorship. */
import { CONSTANT_KINDS } from '../../../share/sharing/firewall/check.ts';
import { tlpLevelOf } from '../../../share/stix/tlp.ts';
import type { StixObject } from '../../../share/stix/types.ts';
import {
  type AudienceLabel,
  groupMarking,
  isWithin,
  labelOf,
  maySee,
  parseLabel,
  type Reader,
  rightsIn,
} from '../access/audience.ts';
import { microsOf } from '../../store/version-key.ts';
import type { Records } from '../../store/store.ts';
import type { Secrets } from '../access/secret.ts';
import { publishedId } from './names.ts';
import type { Refused } from './signed-body.ts';

export type Json = Readonly<Record<string, unknown>>;

/** What the hub remembers of each object that it has published; says nothing of whose it is. */
export interface PublishedRecord {
  readonly created: string;
  /** Of the newest version. */
  readonly modified: string;
  /** Audience of the newest version, and its collection. */
  readonly label?: string;
  readonly collection?: string;
}

export const publishedRecordId = (id: string): string => `published/${id}`;

export interface Publishing {
  readonly secrets: Secrets;
  readonly records: Records;
  readonly member: string;
  /** The member, as one who reads. */
  readonly reader: Reader;
  /** `identity--…` of the hub. */
  readonly identity: string;
  /** Milliseconds since 1970. */
  readonly now: number;
}

export interface Ready {
  readonly object: Json;
  /** The id that the member gave it. */
  readonly own: string;
  readonly constant: boolean;
}

export type Published = Ready | Refused;
export const isReady = (value: Published): value is Ready => 'object' in value;

/** How far a version may lie ahead of the hub's clock: it would outlive every correction. */
const MOST_AHEAD_MS = 2 * 60_000;
const SINGLE = ['source_ref', 'target_ref', 'sighting_of_ref'] as const;
const MANY = ['object_refs'] as const;

const refused = (code: string, path: string, sentence: string): Refused => ({
  code,
  path,
  sentence,
});

/** What the member may not see is not there for it: the answer must not tell that it is. */
const mayKnow = async ({ records, reader }: Publishing, record: PublishedRecord) => {
  if (record.label !== undefined && !maySee(reader, parseLabel(record.label))) return false;
  if (record.collection === undefined) return true;
  const collection = await records.get('collection', record.collection);
  return collection !== undefined && rightsIn(reader, collection).read;
};

interface Named {
  readonly id: string;
  readonly label: AudienceLabel | undefined;
}

/** By the id that the member gives them, what leaves in one contribution, with its audience. */
export type Together = ReadonlyMap<string, AudienceLabel>;

const recordOf = async (
  { records }: Publishing,
  id: string,
): Promise<PublishedRecord | undefined> =>
  (await records.get('seen', publishedRecordId(id))) as PublishedRecord | undefined;

/** The name at the hub of what a member refers to: its own object, or one that the hub has published. */
const resolver =
  (publishing: Publishing, together: Together) =>
  async (ref: string): Promise<Named | undefined> => {
    const own = publishedId(publishing.secrets, publishing.member, ref);
    if (together.has(ref)) return { id: own, label: together.get(ref) };
    const mine = await recordOf(publishing, own);
    const record = mine ?? (await recordOf(publishing, ref));
    if (record === undefined || (mine === undefined && !(await mayKnow(publishing, record))))
      return undefined;
    return { id: mine ? own : ref, label: record.label ? parseLabel(record.label) : undefined };
  };

const isText = (value: unknown): value is string => typeof value === 'string';

/** An unknown marking narrows nobody: an object for a group that does not exist would be for everybody. */
const markingFault = async (
  object: Json,
  { records, member }: Publishing,
): Promise<Refused | undefined> => {
  const refs = Array.isArray(object.object_marking_refs) ? object.object_marking_refs : [];
  const closed = refs.filter(isText).filter((ref) => tlpLevelOf(ref) === undefined);
  if (closed.length === 0) return undefined;
  const groups = (await records.list('group')).map(({ value }) => value);
  const mine = new Set(groups.filter(({ members }) => members.includes(member)).map(groupMarking));
  return closed.every((ref) => mine.has(ref))
    ? undefined
    : refused(
        'MARKING_UNKNOWN',
        '$.object_marking_refs',
        'It is marked for a sharing group that does not exist, or that you are not in.',
      );
};

/** The references of an object under the hub's names, or the first that leads nowhere. */
const referencesOf = async (
  object: Json,
  resolve: (ref: string) => Promise<Named | undefined>,
): Promise<Json | Refused> => {
  const label = labelOf(object as StixObject, '');
  const changed: Record<string, unknown> = {};
  const unknown = (path: string): Refused =>
    refused(
      'REFERENCE_UNKNOWN',
      path,
      'It refers to an object that is neither yours nor published here; send both together.',
    );
  // Whoever reads it would learn of something that is not for them.
  const wider = (path: string): Refused =>
    refused(
      'MARKING_WIDER',
      path,
      'It is marked for more readers than what it refers to: give it the markings of that.',
    );
  const isWider = (there: Named): boolean =>
    there.label !== undefined && !isWithin(label, there.label);
  for (const name of SINGLE) {
    const ref = object[name];
    if (!isText(ref)) continue;
    const there = await resolve(ref);
    if (there === undefined) return unknown(`$.${name}`);
    if (isWider(there)) return wider(`$.${name}`);
    changed[name] = there.id;
  }
  for (const name of MANY) {
    const refs = object[name];
    if (!Array.isArray(refs)) continue;
    const list: string[] = [];
    for (const [i, ref] of refs.filter(isText).entries()) {
      const there = await resolve(ref);
      if (there === undefined) return unknown(`$.${name}[${i}]`);
      if (isWider(there)) return wider(`$.${name}[${i}]`);
      list.push(there.id);
    }
    changed[name] = list;
  }
  return changed;
};

const timeFault = (object: Json, before: PublishedRecord | undefined, now: number) => {
  const [created, modified] = [microsOf(String(object.created)), microsOf(String(object.modified))];
  if (created === undefined || modified === undefined || modified > (now + MOST_AHEAD_MS) * 1000)
    return refused('VERSION_AHEAD', '$.modified', 'This version is dated in the future.');
  if (before === undefined) return undefined;
  if (before.created !== object.created)
    return refused(
      'VERSION_CREATED',
      '$.created',
      'An object keeps the time of its creation (STIX 2.1, 3.6).',
    );
  return modified < microsOf(before.modified)!
    ? refused(
        'VERSION_BACKDATED',
        '$.modified',
        'A newer version of the object is published; this one would rewrite its past.',
      )
    : undefined;
};

/**
 * @param object one that the firewall lets pass.
 * @param together all objects of the contribution that the firewall lets pass.
 */
export const publish = async (
  object: Json,
  together: Together,
  publishing: Publishing,
): Promise<Published> => {
  const { secrets, member, identity, now } = publishing;
  const own = String(object.id);
  // TLP and the profile's definitions are the same for everybody, and keep their names.
  if (CONSTANT_KINDS.has(String(object.type))) return { object, own, constant: true };
  const hubs = await recordOf(publishing, own);
  if (hubs !== undefined && (await mayKnow(publishing, hubs)))
    return refused(
      'OBJECT_OF_THE_HUB',
      '$.id',
      'This is an id under which the hub publishes. Change your objects by your own ids; say what you think of others with a sighting or an opinion.',
    );
  const id = publishedId(secrets, member, own);
  const before = await recordOf(publishing, id);
  const wrong = timeFault(object, before, now);
  if (wrong !== undefined) return wrong;
  const marking = await markingFault(object, publishing);
  if (marking !== undefined) return marking;
  const references = await referencesOf(object, resolver(publishing, together));
  if ('code' in references && 'sentence' in references) return references as unknown as Refused;
  return {
    object: { ...object, ...(references as Json), id, created_by_ref: identity },
    own,
    constant: false,
  };
};
