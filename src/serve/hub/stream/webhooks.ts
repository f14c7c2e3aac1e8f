/** Webhooks of members: what is registered, and how far each was served. */
import { randomBytes, randomUUID } from 'node:crypto';
import { StillwatchError } from '../../../base/errors.ts';
import type { Member } from '../../store/records.ts';
import type { Records, RecordsWriter, Store } from '../../store/store.ts';
import { newSecret, parseWebhookUrl } from './webhook-post.ts';

export interface Webhook {
  readonly id: string;
  readonly member: string;
  readonly url: string;
  readonly secret: string;
  readonly collections: readonly string[] | null;
  readonly types: readonly string[] | null;
  /** Said by an operator: the receiver stands in the hub's own network. */
  readonly allowPrivate: boolean;
  readonly created: number;
  /** Why nothing is sent any more; null while it is served. */
  readonly disabled: string | null;
}

/** Durable: a delivery goes on where it was, at whichever process. */
export interface Progress {
  /** Number of the last event that was served. */
  readonly seq: number;
  /** Failures since the last success. */
  readonly failures: number;
  /** Epoch milliseconds before which it is not tried again. */
  readonly notBefore: number;
}

const HOOK = 'webhook/';
const PROGRESS = 'webhook-progress/';
const MOST_OF_ONE = 10;

export const webhooksOf = async (
  records: Pick<Records, 'list'>,
  member?: string,
): Promise<readonly Webhook[]> =>
  (await records.list('seen', member === undefined ? HOOK : `${HOOK}${member}/`)).map(
    // Written below and nowhere else.
    ({ value }) => value as unknown as Webhook,
  );

export const putWebhook = (records: RecordsWriter, hook: Webhook): Promise<void> =>
  records.put('seen', `${HOOK}${hook.member}/${hook.id}`, { ...hook });

export const progressOf = async (
  records: Pick<Records, 'get'>,
  id: string,
): Promise<Progress | undefined> =>
  (await records.get('seen', PROGRESS + id)) as unknown as Progress | undefined;

export const putProgress = (
  records: RecordsWriter,
  id: string,
  progress: Progress,
): Promise<void> => records.put('seen', PROGRESS + id, { ...progress });

export interface WebhookWish {
  readonly url: string;
  readonly collections?: readonly string[] | undefined;
  readonly types?: readonly string[] | undefined;
  readonly allowPrivate?: boolean | undefined;
}

/** It hears of what happens from now on. @throws StillwatchError `WEBHOOK_URL_REFUSED`, `HUB_TAKEN`. */
export const addWebhook = (
  store: Store,
  member: Pick<Member, 'id'>,
  wish: WebhookWish,
  now: number,
): Promise<Webhook> => {
  const allowPrivate = wish.allowPrivate ?? false;
  const hook: Webhook = {
    id: randomUUID(),
    member: member.id,
    url: parseWebhookUrl(wish.url, allowPrivate).href,
    secret: newSecret(randomBytes(32)),
    collections: wish.collections ?? null,
    types: wish.types ?? null,
    allowPrivate,
    created: now,
    disabled: null,
  };
  return store.write(async ({ records, appendEvents }) => {
    if ((await webhooksOf(records, member.id)).length >= MOST_OF_ONE)
      throw new StillwatchError(
        'HUB_TAKEN',
        `A member has at most ${MOST_OF_ONE} webhooks`,
        'Remove one that is no longer used.',
      );
    await putWebhook(records, hook);
    await putProgress(records, hook.id, {
      seq: await store.events.last(),
      failures: 0,
      notBefore: 0,
    });
    const body = { member: member.id, change: `webhook ${hook.id} added` };
    await appendEvents([{ at: now * 1000, kind: 'member-changed', body }]);
    return hook;
  });
};

const found = async (
  records: Pick<Records, 'list'>,
  id: string,
  member: string | undefined,
): Promise<Webhook> => {
  const hook = (await webhooksOf(records, member)).find((one) => one.id === id);
  if (hook !== undefined) return hook;
  throw new StillwatchError(
    'HUB_UNKNOWN',
    `There is no webhook ${id}`,
    '`stillwatch hub stream webhook list` shows them with their ids.',
  );
};

/** @param member only one of this member's; undefined: any. @throws StillwatchError `HUB_UNKNOWN`. */
export const removeWebhook = (store: Store, id: string, member?: string): Promise<Webhook> =>
  store.write(async ({ records }) => {
    const hook = await found(records, id, member);
    await records.remove('seen', `${HOOK}${hook.member}/${id}`);
    await records.remove('seen', PROGRESS + id);
    return hook;
  });

/** Goes on where it was when it was disabled. @throws StillwatchError `HUB_UNKNOWN`. */
export const enableWebhook = (store: Store, id: string, member?: string): Promise<Webhook> =>
  store.write(async ({ records }) => {
    const hook = { ...(await found(records, id, member)), disabled: null };
    const progress = await progressOf(records, id);
    await putWebhook(records, hook);
    if (progress !== undefined)
      await putProgress(records, id, { ...progress, failures: 0, notBefore: 0 });
    return hook;
  });

export const withoutSecret = ({ secret: _, ...rest }: Webhook): Omit<Webhook, 'secret'> => rest;
