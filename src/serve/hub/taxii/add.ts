/** 5.5 Add Objects, and 4.3 Get Status: what became of each object, kept for whoever asks later. */
import { parseJsonText } from '../../../base/json-text.ts';
import type { Collection } from '../../store/records.ts';
import type { AddOutcome, NewVersion, Writing } from '../../store/store.ts';
import { newStatusId } from '../../store/status-id.ts';
import { microsText } from '../../store/version-key.ts';
import { labelText } from '../access/audience.ts';
import type { Admission, Verdict } from '../admit.ts';
import { readBody } from '../http/body.ts';
import { isTaxii } from '../http/media-type.ts';
import { badRequest, notFound, Refusal } from '../http/refusal.ts';
import type { Call, Reply } from '../http/route.ts';
import type { Hub } from '../hub.ts';
import { acceptedFacts } from '../ledger/record.ts';
import { checkObject } from './check-object.ts';
import { apiRootOf, viewerOf, writable } from './place.ts';

/** Objects in one transaction: others read and write between two of them. */
const TOGETHER = 250;
const MOST_OBJECTS = 50_000;
const DEPTH = 100;

interface Detail {
  readonly id: string;
  readonly version: string;
  readonly message?: string;
}
interface Report {
  readonly successes: Detail[];
  readonly failures: Detail[];
}

const malformed = (why: string): Refusal =>
  new Refusal(422, 'The envelope cannot be processed', { description: why });

/** @throws Refusal 400, 413 or 422 */
const objectsOf = (body: Uint8Array): readonly unknown[] => {
  const { value, fault } = parseJsonText(body, { maxBytes: body.length, maxDepth: DEPTH });
  if (fault !== undefined)
    throw fault.code === 'JSON_SYNTAX' || fault.code === 'JSON_NOT_UTF8'
      ? badRequest(fault.message)
      : malformed(fault.message);
  const objects =
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    Object.hasOwn(value, 'objects')
      ? (value as { readonly objects: unknown }).objects
      : undefined;
  if (!Array.isArray(objects) || objects.length === 0)
    throw malformed('An envelope has a list named objects with at least one object (section 3.7).');
  if (objects.length > MOST_OBJECTS)
    throw malformed(`There are more than ${MOST_OBJECTS} objects; send them in parts.`);
  return objects;
};

/** Names an object that may have no name; of what has no version, the time of the request is it. */
const nameOf = (value: unknown, now: number): { id: string; version: string } => {
  const object =
    typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  const text = (one: unknown): string => (typeof one === 'string' ? one.slice(0, 400) : '');
  return {
    id: text(object.id),
    version: text(object.modified) || text(object.created) || microsText(now),
  };
};

const MESSAGES: { readonly [O in AddOutcome['outcome']]: string | undefined } = {
  added: undefined,
  // 3.3: the server already has this version of this object.
  present: 'This version of the object was already there.',
  differs: 'This version of the object is there with another content; change its modified time.',
};

const store = async (
  writing: Writing,
  collection: Collection,
  versions: readonly NewVersion[],
  now: number,
  report: Report,
): Promise<readonly AddOutcome[]> => {
  const outcomes = await writing.addVersions(collection.key, versions, now);
  for (const [i, { outcome, version }] of outcomes.entries()) {
    const message = MESSAGES[outcome];
    const detail = { id: versions[i]!.id, version, ...(message === undefined ? {} : { message }) };
    (outcome === 'differs' ? report.failures : report.successes).push(detail);
  }
  return outcomes;
};

/** Checks what is to be published; what fails is reported. */
const checked = (
  objects: readonly unknown[],
  origin: string,
  now: number,
  report: Report,
): readonly NewVersion[] =>
  objects.flatMap((object) => {
    const result = checkObject(object, origin);
    if (typeof result === 'string') {
      report.failures.push({ ...nameOf(object, now), message: result });
      return [];
    }
    return [
      {
        ...result.version,
        audience: labelText(result.label),
        origin,
        body: JSON.stringify(object),
      },
    ];
  });

const refusedMessage = ({ code, path, sentence }: Verdict & { accepted: false }): string =>
  `${code}${path === '' ? '' : ` at ${path}`}: ${sentence}`;

/** Guarded: all that was accepted, and what the guard records of it, in one transaction. */
const addGuarded = async (
  hub: Hub,
  collection: Collection,
  objects: readonly unknown[],
  admission: Admission,
  now: number,
  report: Report,
): Promise<void> => {
  const accepted: unknown[] = [];
  for (const [i, verdict] of admission.verdicts.entries()) {
    if (verdict.accepted) accepted.push(verdict.object);
    else report.failures.push({ ...nameOf(objects[i], now), message: refusedMessage(verdict) });
  }
  // No origin on the object itself: it is published under the hub's own name.
  const versions = checked(accepted, '', now, report).map(
    ({ origin: _origin, ...version }) => version,
  );
  await hub.store.write(async (writing) => {
    const outcomes = await store(writing, collection, versions, now, report);
    await admission.record?.(writing, outcomes);
  });
};

const addPlain = async (
  hub: Hub,
  collection: Collection,
  objects: readonly unknown[],
  member: string,
  now: number,
  report: Report,
): Promise<void> => {
  const versions = checked(objects, member, now, report);
  for (let at = 0; at < versions.length; at += TOGETHER)
    await hub.store.write(async (writing) => {
      const slice = versions.slice(at, at + TOGETHER);
      const outcomes = await store(writing, collection, slice, now, report);
      const facts = acceptedFacts(collection.key, slice, outcomes, { member }, now);
      await hub.ledger.recordIn(writing, facts);
    });
};

/** 5.5 Add Objects. */
export const add = async (hub: Hub, call: Call): Promise<Reply> => {
  const collection = await writable(hub, call);
  const root = await apiRootOf(hub, call);
  const { member } = viewerOf(call);
  if (!isTaxii(call.request.headers['content-type']))
    throw new Refusal(415, 'The media type of the request is not supported', {
      description: 'Send application/taxii+json;version=2.1.',
      closes: true,
    });
  const body = await readBody(call.request, root.maxContentLength);
  const objects = objectsOf(body);
  const now = call.now * 1000;
  const report: Report = { successes: [], failures: [] };
  if (collection.kind === 'plain') await addPlain(hub, collection, objects, member.id, now, report);
  else {
    const header = (name: string): string | undefined => {
      const value = call.request.headers[name];
      return typeof value === 'string' ? value : undefined;
    };
    const admission = await hub.admit({ collection, member, objects, body, header, now });
    await addGuarded(hub, collection, objects, admission, now, report);
  }
  const status = {
    id: newStatusId(call.now),
    status: 'complete',
    request_timestamp: new Date(call.now).toISOString(),
    total_count: objects.length,
    success_count: report.successes.length,
    successes: report.successes,
    failure_count: report.failures.length,
    failures: report.failures,
    pending_count: 0,
  };
  await hub.store.write(({ records }) =>
    records.put('status', status.id, { apiRoot: root.path, member: member.id, body: status }),
  );
  return { status: 202, body: JSON.stringify(status) };
};

/** 4.3 Get Status: for whoever sent the request, and for operators and auditors. */
export const status = async (hub: Hub, call: Call): Promise<Reply> => {
  const root = await apiRootOf(hub, call);
  const { member } = viewerOf(call);
  const found = await hub.store.records.get('status', call.params.status!);
  // What was taken over from another server has no author here: there, its unguessable id was enough.
  const may =
    member.vetting === 'vetted' &&
    (found?.member === member.id ||
      found?.member === '' ||
      member.tier === 'operator' ||
      member.tier === 'auditor');
  if (found === undefined || found.apiRoot !== root.path || !may) throw notFound();
  return { status: 200, body: JSON.stringify(found.body) };
};
