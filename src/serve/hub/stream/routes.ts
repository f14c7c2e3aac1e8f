/** `GET /stream`: server-sent events, resumed exactly; and what an operator asks of the streams. */
import { badRequest, forbidden, Refusal } from '../http/refusal.ts';
import type { Call, Reply, Route } from '../http/route.ts';
import { certificateOf } from '../http/server.ts';
import type { Hub } from '../hub.ts';
import { viewerOf } from '../taxii/place.ts';
import { streamOf } from './service.ts';
import { webhookRoutes } from './webhook-routes.ts';

const MOST_OF_ONE = 200;
const MOST_OF_ALL = 5000;
const MOST_NAMED = 100;

const setOf = (query: URLSearchParams, name: string): ReadonlySet<string> | undefined => {
  const values = query.getAll(name).flatMap((text) => text.split(','));
  if (values.length > MOST_NAMED) throw badRequest(`At most ${MOST_NAMED} values of ${name}.`);
  return values.length === 0 ? undefined : new Set(values);
};

const KNOWN: ReadonlySet<string> = new Set(['after', 'collection', 'type']);

/** 0 is the beginning of the log; otherwise an id that the hub has given. */
const startOf = (hub: Hub, { request, query }: Call): number | undefined => {
  // WHATWG HTML, 9.2.4: the client sends it when it connects again; it is newer than its own URL.
  const header = request.headers['last-event-id'];
  const id = typeof header === 'string' && header !== '' ? header : query.get('after');
  if (id === null) return undefined;
  if (id === '0') return 0;
  const seq = streamOf(hub).fanOut.positions.seqOf(id);
  if (seq === undefined)
    throw badRequest('Last-Event-ID is not an id of this hub; start with ?after=0 or without.');
  return seq;
};

const open = (hub: Hub, call: Call): Reply => {
  const viewer = viewerOf(call);
  if (viewer.member.vetting !== 'vetted' || !viewer.scopes.has('read'))
    throw forbidden('You may not read.');
  for (const name of call.query.keys())
    if (!KNOWN.has(name)) throw badRequest('There are the filters after, collection and type.');
  const filters = {
    collections: setOf(call.query, 'collection'),
    types: setOf(call.query, 'type'),
  };
  const after = startOf(hub, call);
  const { fanOut } = streamOf(hub);
  const consumers = fanOut.consumers();
  const own = consumers.filter(({ member }) => member === viewer.member.id).length;
  if (own >= MOST_OF_ONE || consumers.length >= MOST_OF_ALL)
    throw new Refusal(503, 'Too many streams are open', { headers: { 'Retry-After': '30' } });
  const { authorization } = call.request.headers;
  const certificate = certificateOf(call.request);
  return {
    status: 200,
    type: 'text/event-stream',
    // Proxies that collect an answer before they pass it on would hold every event back.
    headers: { 'X-Accel-Buffering': 'no' },
    body: (out) => fanOut.open({ viewer, authorization, certificate, filters, after }, out),
  };
};

const state = async (hub: Hub, call: Call): Promise<Reply> => {
  const { member, scopes } = viewerOf(call);
  if (member.tier !== 'operator' || member.vetting !== 'vetted' || !scopes.has('admin'))
    throw forbidden('This is for operators, with a token of scope admin.');
  return {
    status: 200,
    type: 'application/json',
    body: JSON.stringify(await streamOf(hub).state()),
  };
};

export const streamRoutes = (hub: Hub): readonly Route[] => [
  ...webhookRoutes(hub),
  {
    method: 'GET',
    path: '/stream',
    name: 'stream',
    summary: 'Server-sent events of all that the member may see, from a point in the log',
    access: 'member',
    taxii: false,
    query: ['after', 'collection', 'type'],
    statuses: [200, 400, 401, 403, 503],
    type: 'text/event-stream',
    answer: { type: 'string' },
    handle: async (call) => open(hub, call),
  },
  {
    method: 'GET',
    path: '/api/stream',
    name: 'streamState',
    summary: 'Open streams of this process and webhooks, and how far behind each is',
    access: 'member',
    taxii: false,
    statuses: [200, 401, 403],
    type: 'application/json',
    answer: { type: 'object' },
    handle: (call) => state(hub, call),
  },
];
