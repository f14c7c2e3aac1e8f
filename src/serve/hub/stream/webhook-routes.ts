/** Webhooks over HTTP: members register their own, operators see all. */
import { list, object, orElse, text } from '../../../base/parse.ts';
import { forbidden } from '../http/refusal.ts';
import type { Call, Reply, Route } from '../http/route.ts';
import type { Hub } from '../hub.ts';
import { answering, json, parsedBody } from '../members/coded.ts';
import { viewerOf } from '../taxii/place.ts';
import { addWebhook, enableWebhook, removeWebhook, webhooksOf, withoutSecret } from './webhooks.ts';

const NEW = object({
  url: text(2000),
  collections: orElse<readonly string[] | undefined>(list(text(100), 100), undefined),
  types: orElse<readonly string[] | undefined>(list(text(250), 100), undefined),
});

/** The member whose webhooks these are; undefined for an operator, who may touch all. */
const ownerOf = (call: Call): string | undefined => {
  const { member, scopes } = viewerOf(call);
  if (member.vetting !== 'vetted') throw forbidden('You may not read.');
  if (member.tier === 'operator' && scopes.has('admin')) return undefined;
  if (!scopes.has('write')) throw forbidden('This needs a token of scope write.');
  return member.id;
};

type Handle = (hub: Hub, call: Call) => Promise<Reply>;

const HANDLES: readonly (readonly [Route['method'], string, string, string, Handle])[] = [
  [
    'GET',
    '/api/webhooks',
    'webhooks',
    'Webhooks of the member; of all, for operators',
    async ({ store }, call) =>
      json((await webhooksOf(store.records, ownerOf(call))).map(withoutSecret)),
  ],
  [
    'POST',
    '/api/webhooks',
    'webhookAdd',
    'Registers a webhook; the secret is shown this once',
    async ({ store }, call) => {
      ownerOf(call);
      const wish = await parsedBody(call.request, NEW);
      return json(await addWebhook(store, viewerOf(call).member, wish, call.now), 201);
    },
  ],
  [
    'DELETE',
    '/api/webhooks/:webhook',
    'webhookRemove',
    'Removes a webhook',
    async ({ store }, call) =>
      json(withoutSecret(await removeWebhook(store, call.params.webhook!, ownerOf(call)))),
  ],
  [
    'POST',
    '/api/webhooks/:webhook/enable',
    'webhookEnable',
    'Serves a disabled webhook again, from where it was',
    async ({ store }, call) =>
      json(withoutSecret(await enableWebhook(store, call.params.webhook!, ownerOf(call)))),
  ],
];

export const webhookRoutes = (hub: Hub): readonly Route[] =>
  HANDLES.map(([method, path, name, summary, handle]) => ({
    method,
    path,
    name,
    summary,
    access: 'member',
    taxii: false,
    statuses: [name === 'webhookAdd' ? 201 : 200, 400, 401, 403, 404, 409, 422],
    type: 'application/json',
    answer: {},
    handle: (call) => answering(() => handle(hub, call)),
  }));
