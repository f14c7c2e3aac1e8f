/** Sending objects to a hub: signed for it, posted, and each object's fate reported. */
import type { KeyObject } from 'node:crypto';
import { StillwatchError } from '../../base/errors.ts';
import { parseJsonText } from '../../base/json-text.ts';
import { signContribution } from '../sharing/signing/contribution.ts';
import type { SignedRotation } from '../sharing/signing/key-rotation.ts';
import { signedEnvelope } from '../sharing/signing/taxii-envelope.ts';
import type { AddReport } from './add.ts';
import { type Place, type TaxiiClient, taxiiClient } from './client.ts';
import type { Json, StatusDetail } from './resources.ts';
import { refused, unreachable } from './fault.ts';
import { readBounded, type Session } from './session.ts';

export interface SubmitTo {
  readonly hub: string;
  readonly token: string;
  readonly key: KeyObject;
  /** UUID or alias. */
  readonly collection: string;
  readonly plainHttp?: boolean | undefined;
  /** Milliseconds since 1970, when each request is signed. */
  readonly clock?: () => number;
}

export interface Submitted {
  readonly collection: string;
  readonly total: number;
  readonly success: number;
  readonly failures: readonly StatusDetail[];
  /** Objects that were published, by the sender's id. */
  readonly published: readonly { readonly id: string; readonly published: string }[];
}

/** What a signature must name, and where it is sent. */
export interface Recipient {
  readonly hub: string;
  readonly member: string;
  readonly place: Place;
}

/** Objects under one signature: few enough that one fault does not hold up many. */
const TOGETHER = 250;
/** Names that are asked for; a large contribution can ask for the rest with the API. */
const MOST_NAMES = 100;
const MOST_BYTES = 16 << 20;
const TIMEOUT_MS = 60_000;

export const notAnExchange = (why: string): StillwatchError =>
  new StillwatchError(
    'HUB_ANSWER_INVALID',
    `The hub ${why}`,
    'Check --hub: it must be a Stillwatch hub of this version, and --token-file a token of a vetted member.',
  );

/** JSON of the hub's own API, which a TAXII session takes for a failure; undefined when there is none. */
export const readAnswer = async (response: Response, path: string): Promise<Json | undefined> => {
  if (response.status === 404) {
    await response.body?.cancel();
    return undefined;
  }
  if (!response.ok) {
    await response.body?.cancel();
    // Of a credential, and not of the address.
    if (response.status === 401 || response.status === 403)
      throw refused(path, response.status, undefined);
    throw notAnExchange(`answered ${response.status} at ${path}`);
  }
  const bytes = await readBounded(response, MOST_BYTES);
  const { value } = parseJsonText(bytes, { maxBytes: MOST_BYTES, maxDepth: 20 });
  if (typeof value !== 'object' || value === null) throw notAnExchange(`sent no JSON at ${path}`);
  return value as Json;
};

/** @throws StillwatchError `TAXII_UNREACHABLE` however the connection failed. */
export const ask = async (
  session: Session,
  path: string,
  until: AbortSignal = AbortSignal.timeout(TIMEOUT_MS),
): Promise<Json | undefined> => {
  const url = session.resolve(path);
  const open = session.open({ method: 'GET', url, repeatable: true }, 'application/json', until);
  try {
    return await readAnswer(await open, path);
  } catch (cause) {
    if (cause instanceof StillwatchError) throw cause;
    throw unreachable('GET', 'no connection, or no answer in time', cause);
  }
};

const textIn = (value: Json | undefined, name: string): string => {
  const text = value?.[name];
  if (typeof text !== 'string') throw notAnExchange(`does not say its ${name}`);
  return text;
};

const refers = ({ type }: Json): boolean =>
  type === 'relationship' || type === 'sighting' || type === 'opinion' || type === 'note';

const placeOf = async (client: TaxiiClient, collection: string): Promise<Place> => {
  for (const root of await client.apiRoots())
    for (const { id, alias } of await client.collections(root))
      if (id === collection || alias === collection) return { root, collection: id };
  throw new StillwatchError(
    'USAGE',
    'The hub has no collection of that name that you may see',
    'Give --collection an id or alias of `GET /taxii2/`; `exchange` is the default.',
  );
};

/** What everything that is signed for a hub names: the hub, and who signs. */
export const exchangeOf = async (session: Session): Promise<Omit<Recipient, 'place'>> => {
  const exchange = await ask(session, '/api/exchange');
  return { hub: textIn(exchange, 'hub'), member: textIn(exchange, 'member') };
};

/** @throws StillwatchError `HUB_ANSWER_INVALID`, `USAGE`, and those of the TAXII client. */
export const recipientOf = async (client: TaxiiClient, collection: string): Promise<Recipient> => ({
  ...(await exchangeOf(client.session)),
  place: await placeOf(client, collection),
});

/** Replaces the member's own key. @throws StillwatchError `TAXII_REFUSED` with the hub's reason. */
export const putKey = async (session: Session, rotation: SignedRotation): Promise<void> => {
  const wanted = {
    method: 'PUT',
    url: session.resolve('/api/key'),
    body: JSON.stringify(rotation),
    headers: { 'Content-Type': 'application/json' },
    repeatable: false,
  } as const;
  const response = await session.open(wanted, 'application/json', AbortSignal.timeout(TIMEOUT_MS));
  const bytes = await readBounded(response, MOST_BYTES);
  if (!response.ok)
    throw refused(
      'PUT /api/key',
      response.status,
      parseJsonText(bytes, { maxBytes: MOST_BYTES, maxDepth: 20 }).value,
    );
};

/** @throws StillwatchError those of the TAXII client. */
export const sendSigned = (
  client: TaxiiClient,
  { hub, member, place }: Recipient,
  objects: readonly Json[],
  key: KeyObject,
  clock: () => number,
): Promise<AddReport> => {
  // What others refer to goes first: a large bundle travels in several contributions.
  const ordered = [...objects].sort((a, b) => Number(refers(a)) - Number(refers(b)));
  return client.add(place, ordered, {
    maxObjects: TOGETHER,
    // What is signed is used up by its arrival: sent again, it would be a replay.
    repeatable: false,
    prepare: (batch) => ({
      body: signedEnvelope(
        batch,
        signContribution(
          { hub, member, collection: place.collection, created: clock(), objects: batch },
          key,
        ),
      ),
    }),
  });
};

/**
 * @throws StillwatchError `HUB_ANSWER_INVALID`, `USAGE`, and those of the TAXII client.
 */
export const submit = async (objects: readonly Json[], to: SubmitTo): Promise<Submitted> => {
  const { hub: url, token, key, plainHttp = false, clock = Date.now } = to;
  const client = taxiiClient({ url, credential: { kind: 'bearer', token }, plainHttp });
  const recipient = await recipientOf(client, to.collection);
  const { total, success, failures } = await sendSigned(client, recipient, objects, key, clock);
  const published: { id: string; published: string }[] = [];
  for (const { id } of success === 0 ? [] : objects.slice(0, MOST_NAMES)) {
    const own = await ask(client.session, `/api/contributions/${encodeURIComponent(String(id))}`);
    if (own !== undefined) published.push({ id: String(id), published: textIn(own, 'published') });
  }
  return { collection: recipient.place.collection, total, success, failures, published };
};
