/** What members and auditors ask the guard: how to sign, what was refused, under which name, whose it was. */
import { WARNING_CODES } from '../../../share/sharing/warninglist/check.ts';
import { CONTRIBUTION_PROPERTY } from '../../../share/sharing/signing/taxii-envelope.ts';
import { badRequest, forbidden, notFound } from '../http/refusal.ts';
import type { Call, JsonSchema, Reply, Route } from '../http/route.ts';
import type { Hub } from '../hub.ts';
import { viewerOf } from '../taxii/place.ts';
import { hubIdentityOf } from './names.ts';
import { originsOf, sealsOf } from './origin.ts';
import { refusalsOf } from './refusals.ts';

const JSON_TYPE = 'application/json';
const MOST_REFUSALS = 1000;

const json = (value: unknown): Reply => ({
  status: 200,
  type: JSON_TYPE,
  body: JSON.stringify(value),
});

const vetted = (call: Call) => {
  const viewer = viewerOf(call);
  if (viewer.member.vetting !== 'vetted' || !viewer.scopes.has('read'))
    throw forbidden('Only vetted members whose token may read are answered here.');
  return viewer;
};

/** What a signature must name. */
const exchange = (hub: Hub, call: Call): Reply => {
  const { member } = vetted(call);
  return json({
    hub: hub.ledger.origin,
    identity: hubIdentityOf(hub.secrets, hub.ledger.origin).id,
    member: member.id,
    property: CONTRIBUTION_PROPERTY,
  });
};

const refusals = async ({ store }: Hub, call: Call): Promise<Reply> => {
  const { member } = vetted(call);
  const text = call.query.get('limit') ?? '100';
  const limit = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  if (limit < 1 || limit > MOST_REFUSALS)
    throw badRequest(`limit is a whole number from 1 to ${MOST_REFUSALS}.`);
  const all = member.tier === 'operator' || member.tier === 'auditor';
  return json({
    refusals: await refusalsOf(store.records, all ? undefined : member.id, limit),
  });
};

const contribution = async ({ store }: Hub, call: Call): Promise<Reply> => {
  const { member } = vetted(call);
  const object = call.params.object!;
  const own = await store.records.get('seen', `own/${member.id}/${object}`);
  if (own === undefined) throw notFound();
  return json({ object, published: own.id, modified: own.modified });
};

/** For the auditor alone, and each question is an event that the others may see. */
const origin = async ({ store, secrets }: Hub, call: Call): Promise<Reply> => {
  const { member } = vetted(call);
  if (member.tier !== 'auditor') throw forbidden('Only an auditor may ask whose an object is.');
  const id = call.params.object!;
  const versions = await originsOf(store.records, await sealsOf(store.records, secrets), id);
  if (versions.length === 0) throw notFound();
  await store.write(({ records }) =>
    records.put('seen', `unsealed/${String(call.now).padStart(14, '0')}/${member.id}/${id}`, {
      at: new Date(call.now).toISOString(),
      auditor: member.id,
      object: id,
    }),
  );
  return json({ object: id, versions });
};

const text: JsonSchema = { type: 'string' };
const object = (properties: Readonly<Record<string, JsonSchema>>): JsonSchema => ({
  type: 'object',
  required: Object.keys(properties),
  properties,
});

export const guardRoutes = (hub: Hub): readonly Route[] => {
  const route = (
    path: string,
    name: string,
    summary: string,
    answer: JsonSchema,
    handle: (hub: Hub, call: Call) => Promise<Reply> | Reply,
    more: Partial<Route> = {},
  ): Route => ({
    method: 'GET',
    path,
    name,
    summary,
    access: 'member',
    taxii: false,
    type: JSON_TYPE,
    statuses: [200, 401, 403],
    answer,
    handle: async (call) => handle(hub, call),
    ...more,
  });
  return [
    route(
      '/api/exchange',
      'exchange',
      'What a signed contribution to this hub must name',
      object({ hub: text, identity: text, member: text, property: text }),
      exchange,
    ),
    route(
      '/api/refusals',
      'refusals',
      `What was refused of the member's contributions, newest first (${Object.keys(WARNING_CODES).join(', ')} and the codes of the firewall); everybody's, to operators and auditors`,
      object({ refusals: { type: 'array', items: { type: 'object' } } }),
      refusals,
      { query: ['limit'], statuses: [200, 400, 401, 403] },
    ),
    route(
      '/api/contributions/:object',
      'contribution',
      'The id under which an object of the member is published',
      object({ object: text, published: text, modified: text }),
      contribution,
      { statuses: [200, 401, 403, 404] },
    ),
    route(
      '/api/origin/:object',
      'origin',
      'Whose a published object is, with the signed contributions; to auditors alone',
      object({ object: text, versions: { type: 'array', items: { type: 'object' } } }),
      origin,
      { statuses: [200, 401, 403, 404] },
    ),
  ];
};
