/** Standings, scorecards and retractions over HTTP. */
import type { Collection } from '../../store/records.ts';
import { microsOf, microsText } from '../../store/version-key.ts';
import type { Viewer } from '../access/authenticate.ts';
import { badRequest, forbidden, notFound } from '../http/refusal.ts';
import type { Call, Reply, Route } from '../http/route.ts';
import type { Hub } from '../hub.ts';
import { collectionOf, rightsOf, viewerOf } from '../taxii/place.ts';
import { ownerOf, subjectOf, tagOf } from './kept.ts';
import { noteListener, receiptsOf } from './receipts.ts';
import {
  acknowledge,
  acknowledgements,
  type KeptRetraction,
  reportOf,
  retractionNamed,
  retractions,
} from './retraction.ts';
import { ruleOf } from './rule.ts';
import { scorecardOf } from './scorecard.ts';
import { viewOf } from './views.ts';

const ok = (value: unknown): Reply => ({
  status: 200,
  type: 'application/json',
  body: JSON.stringify(value),
});
const isOffice = ({ member: { tier } }: Viewer): boolean =>
  tier === 'operator' || tier === 'auditor';

/** 404 also for what the viewer may not see: the answers do not differ. */
const standing = async (hub: Hub, call: Call): Promise<Reply> => {
  const viewer = viewerOf(call);
  const { store, secrets, visible } = hub;
  const id = call.params.object!;
  const subject = await subjectOf(store.records, id);
  if (subject === undefined) throw notFound();
  const collection = await store.records.get('collection', subject.collection);
  if (collection === undefined || !rightsOf(viewer, collection).read) throw notFound();
  const { exists } = await visible.ask(viewer, (audiences) =>
    store.exists(collection.key, id, audiences),
  );
  if (!exists) throw notFound();
  const rule = await ruleOf(store.records);
  const view = await viewOf(store.records, id, subject, rule, call.now);
  return ok({ ...view, mine: tagOf(secrets, id, viewer.member.id) });
};

const guardedOf = async (hub: Hub, call: Call): Promise<Collection> => {
  const wanted = call.query.get('collection');
  const readable = (await hub.store.records.list('collection'))
    .map(({ value }) => value)
    .filter((one) => one.kind === 'guarded' && rightsOf(viewerOf(call), one).read);
  const found =
    wanted === null
      ? readable[0]
      : readable.find(({ id, alias }) => id === wanted || alias === wanted);
  if (found === undefined) throw notFound();
  return found;
};

const MOST = 1000;

/** In the order of their indicators; `after` is the `added` of the last one that was seen. */
const standings = async (hub: Hub, call: Call): Promise<Reply> => {
  const { store, visible } = hub;
  const collection = await guardedOf(hub, call);
  const limit = call.query.get('limit') ?? '100';
  if (!/^[1-9]\d{0,3}$/.test(limit) || Number(limit) > MOST)
    throw badRequest(`limit is not 1 to ${MOST}.`);
  const after = microsOf(call.query.get('after') ?? '1970-01-01T00:00:00Z');
  if (after === undefined) throw badRequest('after is not a timestamp.');
  const rule = await ruleOf(store.records);
  const { rows, more } = await visible.ask(viewerOf(call), (audiences) =>
    store.page(
      {
        collection: collection.key,
        audiences,
        after,
        types: ['indicator'],
        versions: ['last'],
        withoutBody: true,
      },
      Number(limit),
    ),
  );
  const list = [];
  for (const { id, added } of rows) {
    const subject = await subjectOf(store.records, id);
    if (subject === undefined || subject.collection !== collection.id) continue;
    const view = await viewOf(store.records, id, subject, rule, call.now);
    list.push({ object: id, added: microsText(added), ...view.standing });
  }
  const last = rows.at(-1);
  return ok({
    rule,
    now: call.now,
    standings: list,
    more,
    ...(last === undefined ? {} : { after: microsText(last.added) }),
  });
};

const scorecard = async ({ store, secrets }: Hub, call: Call): Promise<Reply> => {
  const viewer = viewerOf(call);
  const wanted = call.params.member!;
  if (wanted === 'mine') return ok(await scorecardOf(store.records, secrets, viewer.member.id));
  // The same answer for one that exists and one that does not.
  if (!isOffice(viewer)) throw forbidden('Only your own scorecard is for you: /scorecards/mine');
  if ((await store.records.get('member', wanted)) === undefined) throw notFound();
  return ok(await scorecardOf(store.records, secrets, wanted));
};

/** What a viewer is told of a retraction; undefined for whom it does not concern. */
const told = async (
  { store, secrets }: Hub,
  viewer: Viewer,
  id: string,
  kept: KeptRetraction,
): Promise<object | undefined> => {
  const { object, collection, at, reason, recipients, owner } = kept;
  const common = { id, object, collection, at: new Date(at).toISOString(), reason };
  const mine = recipients.includes(viewer.member.id);
  const counts = isOffice(viewer) || owner === ownerOf(secrets, viewer.member.id);
  if (!mine && !counts) return undefined;
  const acknowledged = mine
    ? (await acknowledgements(store.records, id)).get(viewer.member.id)
    : undefined;
  return {
    ...common,
    ...(mine
      ? { acknowledged: acknowledged === undefined ? null : new Date(acknowledged).toISOString() }
      : {}),
    ...(counts ? await reportOf(store.records, id, kept) : {}),
  };
};

const retraction = async (hub: Hub, call: Call): Promise<Reply> => {
  const kept = await retractionNamed(hub.store.records, call.params.retraction!);
  const view = kept && (await told(hub, viewerOf(call), call.params.retraction!, kept));
  if (view === undefined) throw notFound();
  return ok(view);
};

/** Those that concern the viewer; `open=true`: which wait for its acknowledgement. */
const listed = async (hub: Hub, call: Call): Promise<Reply> => {
  const open = call.query.get('open') === 'true';
  const list = [];
  for (const one of await retractions(hub.store.records)) {
    const view = await told(hub, viewerOf(call), one.id, one);
    if (view === undefined) continue;
    if (open && !('acknowledged' in view && view.acknowledged === null)) continue;
    list.push(view);
  }
  return ok({ retractions: list });
};

const acknowledgement = async ({ store }: Hub, call: Call): Promise<Reply> => {
  const { member } = viewerOf(call);
  const id = call.params.retraction!;
  const kept = await retractionNamed(store.records, id);
  if (kept === undefined || !kept.recipients.includes(member.id)) throw notFound();
  const at = await store.write(({ records }) => acknowledge(records, id, member, call.now));
  return ok({ id, object: kept.object, acknowledged: new Date(at).toISOString() });
};

export const standingRoutes = (hub: Hub): readonly Route[] => {
  const on = (
    method: Route['method'],
    path: string,
    name: string,
    summary: string,
    handle: (hub: Hub, call: Call) => Promise<Reply>,
    query: readonly string[] = [],
  ): Route => ({
    method,
    path,
    name,
    summary,
    access: 'member',
    taxii: false,
    query,
    type: 'application/json',
    answer: { type: 'object' },
    statuses: [200, 400, 401, 403, 404],
    handle: (call) => handle(hub, call),
  });
  return [
    on('GET', '/standing/', 'standings', 'Standings of indicators, by page', standings, [
      'collection',
      'after',
      'limit',
    ]),
    on(
      'GET',
      '/standing/:object/',
      'standing',
      'Standing of an indicator, with its statements',
      standing,
    ),
    on(
      'GET',
      '/scorecards/:member/',
      'scorecard',
      'How the indicators of a contributor fared',
      scorecard,
    ),
    on('GET', '/retractions/', 'retractions', 'Retractions that concern you', listed, ['open']),
    on('GET', '/retractions/:retraction/', 'retraction', 'A retraction and its remedy', retraction),
    on(
      'POST',
      '/retractions/:retraction/ack/',
      'acknowledgeRetraction',
      'Acknowledge a retraction',
      acknowledgement,
    ),
  ];
};

/** Short names of collections by their path; found again when a record may have changed. */
const keysOf = (hub: Hub): ((call: Call) => Promise<number>) => {
  let revision: number | undefined;
  const keys = new Map<string, number>();
  return async (call) => {
    if (hub.store.revision() !== revision) {
      keys.clear();
      revision = hub.store.revision();
    }
    const name = `${call.params.root} ${call.params.collection}`;
    const key = keys.get(name) ?? (await collectionOf(hub, call)).key;
    keys.set(name, key);
    return key;
  };
};

/** What is sent is noted before it is sent: around the routes of TAXII that give objects, and the stream. */
export const withReceipts = (hub: Hub, routes: readonly Route[]): readonly Route[] => {
  const keyOf = keysOf(hub);
  const receipts = receiptsOf(hub.store);
  return routes.map((route) => {
    if (route.name === 'stream')
      return {
        ...route,
        handle: async (call) => {
          const reply = await route.handle(call);
          await noteListener(hub.store, viewerOf(call).member.id, call.now);
          return reply;
        },
      };
    if (route.name !== 'objects' && route.name !== 'object') return route;
    return {
      ...route,
      handle: async (call) => {
        const reply = await route.handle(call);
        const last = microsOf(reply.headers?.['X-TAXII-Date-Added-Last'] ?? '');
        if (last === undefined) return reply;
        const { object } = call.params;
        const { member } = viewerOf(call);
        const key = await keyOf(call);
        if (object === undefined) await receipts.upTo(member.id, key, last);
        else await receipts.one(member.id, key, object, last);
        return reply;
      },
    };
  });
};
