/** Retractions: taken back once, told to everybody who has it, and followed until they have said so. */
import { randomUUID } from 'node:crypto';
import { StillwatchError } from '../../../base/errors.ts';
import type { Collection, Member } from '../../store/records.ts';
import type {
  Micros,
  Records,
  RecordsWriter,
  Store,
  VersionRow,
  Writing,
} from '../../store/store.ts';
import { maySee } from '../access/audience.ts';
import type { Secrets } from '../access/secret.ts';
import type { Visible } from '../access/visible.ts';
import { acceptedFacts, type HubLedger } from '../ledger/record.ts';
import { labelOfAudience, parseLabel, readersOf, versionsOf } from './everything.ts';
import { judge } from './judge.ts';
import { ownerOf, subjectOf } from './kept.ts';
import { receivers } from './receipts.ts';
import type { RetractionReason } from './reasons.ts';
import { ruleOf } from './rule.ts';

/** Times are in milliseconds since 1970. */
export interface KeptRetraction {
  readonly object: string;
  readonly collection: string;
  readonly at: number;
  readonly reason: RetractionReason;
  /** The hub's own name for who took it back; null: an operator. */
  readonly owner: string | null;
  /** Members that had received it, as of then. */
  readonly recipients: readonly string[];
}

const RETRACTION = 'retraction/';
const ack = (id: string): string => `ack/${id}/`;

interface Noted {
  readonly object: string;
  readonly collection: Pick<Collection, 'id' | 'key'>;
  readonly firstAdded: Micros;
  /** Of every audience that it had. */
  readonly labels: readonly string[];
  readonly reason: RetractionReason;
  readonly owner: string | null;
  readonly now: number;
}

/** Keeps who has to be told, within the write that takes the object back; gives the retraction's id. */
export const noteRetraction = async (
  { records }: Writing,
  secrets: Secrets,
  { object, collection, firstAdded, labels, reason, owner, now }: Noted,
): Promise<string> => {
  const received = await receivers(records, collection.key, object, firstAdded);
  const recipients = (await readersOf(records))
    .filter((reader) => received.has(reader.member.id))
    // The hub's own people act on nothing, and whoever took it back knows.
    .filter(({ member: { tier } }) => tier !== 'operator' && tier !== 'auditor')
    .filter(({ member }) => owner !== ownerOf(secrets, member.id))
    .filter((reader) => labels.some((label) => maySee(reader, parseLabel(label))))
    .map(({ member }) => member.id);
  const id = randomUUID();
  const kept: KeptRetraction = {
    object,
    collection: collection.id,
    at: now,
    reason,
    owner,
    recipients,
  };
  await records.put('sealed', RETRACTION + id, { ...kept });
  return id;
};

export const retractionNamed = async (
  records: Pick<Records, 'get'>,
  id: string,
): Promise<KeptRetraction | undefined> =>
  (await records.get('sealed', RETRACTION + id)) as unknown as KeptRetraction | undefined;

export const retractions = async (
  records: Pick<Records, 'list'>,
): Promise<readonly (KeptRetraction & { readonly id: string })[]> =>
  (await records.list('sealed', RETRACTION))
    .map(({ id, value }) => ({
      id: id.slice(RETRACTION.length),
      ...(value as unknown as KeptRetraction),
    }))
    .sort((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1));

/** A recipient says that it no longer acts on the object. The first time counts. */
export const acknowledge = async (
  records: RecordsWriter,
  id: string,
  member: Pick<Member, 'id'>,
  now: number,
): Promise<number> => {
  await records.putNew('sealed', ack(id) + member.id, { at: now });
  return Number((await records.get('sealed', ack(id) + member.id))?.at);
};

export const acknowledgements = async (
  records: Pick<Records, 'list'>,
  id: string,
): Promise<ReadonlyMap<string, number>> =>
  new Map(
    (await records.list('sealed', ack(id))).map((one) => [
      one.id.slice(ack(id).length),
      Number(one.value.at),
    ]),
  );

/** The smallest value that so many of them do not exceed (nearest rank). */
export const percentile = (sorted: readonly number[], share: number): number | null =>
  sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? null;

export interface RetractionReport {
  readonly recipients: number;
  readonly acknowledged: number;
  /** From the retraction to the acknowledgement, over those who have acknowledged. */
  readonly remedy_ms: { readonly p50: number | null; readonly p99: number | null };
}

export const reportOf = async (
  records: Pick<Records, 'list'>,
  id: string,
  { recipients, at }: KeptRetraction,
): Promise<RetractionReport> => {
  const acknowledged = await acknowledgements(records, id);
  const times = recipients
    .flatMap((member) => acknowledged.get(member) ?? [])
    .map((time) => time - at)
    .sort((a, b) => a - b);
  return {
    recipients: recipients.length,
    acknowledged: times.length,
    remedy_ms: { p50: percentile(times, 0.5), p99: percentile(times, 0.99) },
  };
};

/** What taking back needs. */
export interface Retracting {
  readonly store: Store;
  readonly secrets: Secrets;
  readonly visible: Visible;
  readonly ledger: HubLedger;
  readonly clock: () => number;
}

export interface Retracted {
  readonly id: string;
  readonly collection: string;
  readonly recipients: number;
}

/** The version that takes an object back: later than any, however its clock ran (STIX 2.1, 3.6). */
const revokedBody = (
  row: VersionRow,
  now: number,
): { readonly body: string; readonly modified: string } => {
  const object = JSON.parse(row.body) as Readonly<Record<string, unknown>>;
  if (object.modified === undefined)
    throw new StillwatchError(
      'RETRACTION_IMPOSSIBLE',
      `An object of type ${row.type} has no versions`,
      'Delete it instead; only what has a modified time can be revoked.',
    );
  const later = Math.max(now, Date.parse(String(object.modified)) + 1);
  const modified = new Date(later).toISOString();
  return { modified, body: JSON.stringify({ ...object, revoked: true, modified }) };
};

const retractIn = async (
  { store, secrets, visible, ledger, clock }: Retracting,
  collection: Collection,
  object: string,
  reason: RetractionReason,
): Promise<Retracted | undefined> => {
  const rows = await versionsOf(store, visible, collection.key, object);
  const row = rows.at(-1);
  if (row === undefined || JSON.parse(row.body).revoked === true) return undefined;
  const now = clock();
  const { body, modified } = revokedBody(row, now);
  const labels = await Promise.all(
    [...new Set(rows.map(({ audience }) => audience))].map((one) => labelOfAudience(store, one)),
  );
  const label = await labelOfAudience(store, row.audience);
  return store.write(async (writing) => {
    const { id, type, specVersion, mediaType } = row;
    const version = {
      id,
      type,
      specVersion,
      mediaType,
      body,
      version: modified,
      audience: label,
      revoked: true,
    };
    const outcomes = await writing.addVersions(collection.key, [version], now * 1000);
    const noted = {
      object,
      collection,
      firstAdded: rows[0]!.added,
      labels,
      reason,
      owner: null,
      now,
    };
    const retraction = await noteRetraction(writing, secrets, noted);
    const by = { retraction, reason };
    await ledger.recordIn(
      writing,
      acceptedFacts(collection.key, [version], outcomes, by, now * 1000),
    );
    const subject = await subjectOf(writing.records, object);
    if (subject !== undefined)
      await judge(
        writing,
        object,
        { ...subject, retracted: now, version: modified, lastAdded: outcomes[0]!.added },
        await ruleOf(writing.records),
        now,
      );
    const kept = await retractionNamed(writing.records, retraction);
    return { id: retraction, collection: collection.id, recipients: kept!.recipients.length };
  });
};

/**
 * An operator takes an object back, wherever the hub has it.
 *
 * @throws StillwatchError `HUB_UNKNOWN` when there is none, or it is revoked already; `RETRACTION_IMPOSSIBLE`.
 */
export const retract = async (
  hub: Retracting,
  object: string,
  reason: RetractionReason,
): Promise<readonly Retracted[]> => {
  const done: Retracted[] = [];
  for (const { value } of await hub.store.records.list('collection')) {
    const one = await retractIn(hub, value, object, reason);
    if (one !== undefined) done.push(one);
  }
  if (done.length === 0)
    throw new StillwatchError(
      'HUB_UNKNOWN',
      'There is no such object that is not revoked already',
      'Give the id of an object as TYPE--UUID; `stillwatch hub retractions list` shows what was taken back.',
    );
  return done;
};
