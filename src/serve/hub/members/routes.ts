/** Members over HTTP, for operators with a token of scope admin: the same changes as on the command line. */
import { list, nullable, number, object, oneOf, orElse, text, truth } from '../../../base/parse.ts';
import {
  type Contact,
  type Rights,
  SCOPES,
  type Scope,
  TIERS,
  VETTING,
} from '../../store/records.ts';
import { badRequest, forbidden } from '../http/refusal.ts';
import type { Call, Reply, Route } from '../http/route.ts';
import type { Hub } from '../hub.ts';
import { viewerOf } from '../taxii/place.ts';
import {
  addMember,
  grant,
  memberNamed,
  type Office,
  setContacts,
  setTier,
  setVetting,
} from './changes.ts';
import { answering, json, jsonBody, parsedBody } from './coded.ts';
import { describeMember } from './describe.ts';
import { addKey, parseRotation, revokeKey, rotateKey } from './keys.ts';
import { addGroup, joinGroup, leaveGroup } from './places.ts';
import { issueToken, revokeToken, tokensOf } from './tokens.ts';

/** @throws Refusal 401, 403 */
export const mustBeOperator = (call: Call): void => {
  const { member, scopes } = viewerOf(call);
  if (member.tier !== 'operator' || member.vetting !== 'vetted' || !scopes.has('admin'))
    throw forbidden('This is for operators, with a token of scope admin.');
};

const short = text(200);
const maybe = orElse<string | undefined>(short, undefined);
const contact = object<Contact>({ name: maybe, email: maybe, urgent: maybe });
const rights = object<Rights>({ read: truth, write: truth });

const NEW_MEMBER = object({
  name: text(200),
  tier: oneOf(TIERS),
  vetted: orElse(truth, false),
  contacts: orElse(list(contact, 20), [] as readonly Contact[]),
});
const CHANGE = object({
  tier: orElse<(typeof TIERS)[number] | undefined>(oneOf(TIERS), undefined),
  vetting: orElse<(typeof VETTING)[number] | undefined>(oneOf(VETTING), undefined),
  contacts: orElse<readonly Contact[] | undefined>(list(contact, 20), undefined),
});
const NEW_TOKEN = object({
  label: orElse(short, ''),
  scopes: orElse(list(oneOf(SCOPES), 3), ['read', 'write'] as readonly Scope[]),
  expires: nullable(number(0)),
});
const NEW_KEY = object({
  public_key: text(64),
  valid_until: orElse<number | undefined>(number(0), undefined),
});
const NAME = object({ name: text(200) });

type Handle = (office: Office, call: Call, hub: Hub) => Promise<Reply>;

/** A path of two names: what is missing is a fault of the table, not of the request. */
const named = ({ params }: Call, name: string): string => params[name]!;

const HANDLES: readonly (readonly [Route['method'], string, string, string, Handle])[] = [
  [
    'GET',
    '/api/members',
    'members',
    'Every member',
    async ({ store }) => json((await store.records.list('member')).map(({ value }) => value)),
  ],
  [
    'POST',
    '/api/members',
    'memberAdd',
    'Adds a member',
    async (office, { request }) => {
      const given = await parsedBody(request, NEW_MEMBER);
      if (given.name.trim() === '') throw badRequest('The name is empty.');
      return json(await addMember(office, given), 201);
    },
  ],
  [
    'GET',
    '/api/members/:member',
    'member',
    'A member with its tokens, keys and groups',
    async ({ store }, call) => json(await describeMember(store, named(call, 'member'))),
  ],
  [
    'PUT',
    '/api/members/:member',
    'memberChange',
    'Changes tier, vetting or contacts',
    async (office, call) => {
      const { tier, vetting, contacts } = await parsedBody(call.request, CHANGE);
      const name = named(call, 'member');
      if (contacts !== undefined) await setContacts(office, name, contacts);
      if (tier !== undefined) await setTier(office, name, tier);
      if (vetting !== undefined) await setVetting(office, name, vetting);
      return json(await memberNamed(office.store.records, name));
    },
  ],
  [
    'PUT',
    '/api/members/:member/rights/:collection',
    'memberGrant',
    'Rights in one collection',
    async (office, call) =>
      json(
        await grant(
          office,
          named(call, 'member'),
          named(call, 'collection'),
          await parsedBody(call.request, rights),
        ),
      ),
  ],
  [
    'DELETE',
    '/api/members/:member/rights/:collection',
    'memberGrantDefault',
    "The collection's own rule again",
    async (office, call) =>
      json(await grant(office, named(call, 'member'), named(call, 'collection'), undefined)),
  ],
  [
    'GET',
    '/api/members/:member/tokens',
    'memberTokens',
    'Tokens, without their secrets',
    async ({ store }, call) =>
      json(await tokensOf(store, (await memberNamed(store.records, named(call, 'member'))).id)),
  ],
  [
    'POST',
    '/api/members/:member/tokens',
    'memberTokenIssue',
    'Issues a token, shown this once',
    async (office, call, hub) => {
      const wish = await parsedBody(call.request, NEW_TOKEN);
      const { token, record } = await issueToken(office, hub.secrets, named(call, 'member'), wish);
      return json({ ...record, token }, 201);
    },
  ],
  [
    'DELETE',
    '/api/tokens/:token',
    'tokenRevoke',
    'Ends a token now',
    async (office, call) => json(await revokeToken(office, named(call, 'token'))),
  ],
  [
    'POST',
    '/api/members/:member/keys',
    'memberKeyAdd',
    'Registers a signing key',
    async (office, call) => {
      const { public_key: publicKey, valid_until: validUntil } = await parsedBody(
        call.request,
        NEW_KEY,
      );
      return json(await addKey(office, named(call, 'member'), { publicKey, validUntil }), 201);
    },
  ],
  [
    'DELETE',
    '/api/members/:member/keys/:key',
    'memberKeyRevoke',
    'Refuses a key from now on',
    async (office, call) =>
      json(await revokeKey(office, named(call, 'member'), named(call, 'key'))),
  ],
  [
    'GET',
    '/api/groups',
    'groups',
    'Every sharing group',
    async ({ store }) => json((await store.records.list('group')).map(({ value }) => value)),
  ],
  [
    'POST',
    '/api/groups',
    'groupAdd',
    'Makes a group; it has no members yet',
    async (office, { request }) =>
      json(await addGroup(office, (await parsedBody(request, NAME)).name), 201),
  ],
  [
    'PUT',
    '/api/groups/:group/members/:member',
    'groupJoin',
    'Lets a member into a group',
    async (office, call) =>
      json(await joinGroup(office, named(call, 'group'), named(call, 'member'))),
  ],
  [
    'DELETE',
    '/api/groups/:group/members/:member',
    'groupLeave',
    'Takes a member out of a group',
    async (office, call) =>
      json(await leaveGroup(office, named(call, 'group'), named(call, 'member'))),
  ],
];

/** A member replaces its own key: the old one vouches for the new one. */
const rotate: Handle = async (office, call) => {
  const { member, scopes } = viewerOf(call);
  if (!scopes.has('write')) throw forbidden('This needs a token of scope write.');
  return json(await rotateKey(office, member.id, parseRotation(await jsonBody(call.request))));
};

export const memberRoutes = (hub: Hub): readonly Route[] => {
  const { store, ledger } = hub;
  const on = (
    [method, path, name, summary, handle]: (typeof HANDLES)[number],
    guard: (call: Call) => void,
  ): Route => ({
    method,
    path,
    name,
    summary,
    access: 'member',
    taxii: false,
    statuses: [method === 'POST' ? 201 : 200, 400, 401, 403, 404, 409, 422],
    type: 'application/json',
    answer: {},
    handle: (call) =>
      answering(() => {
        guard(call);
        return handle({ store, ledger, clock: hub.clock }, call, hub);
      }),
  });
  return [
    ...HANDLES.map((handle) => on(handle, mustBeOperator)),
    on(['PUT', '/api/key', 'keyRotate', "Replaces the member's own signing key", rotate], viewerOf),
  ];
};
