/** One delivery to a webhook: signed (Standard Webhooks 1.0), without redirects, to public addresses only. */
import { createHmac } from 'node:crypto';
import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { isIP } from 'node:net';
import { StillwatchError } from '../../../base/errors.ts';
import { isPublicAddress, publicLookup } from './public-address.ts';

const TIMEOUT_MS = 15_000;
const LONGEST_URL = 2000;
const PREFIX = 'whsec_';

/** Standard Webhooks, "Signature scheme": HMAC-SHA256 over id, time and body, joined by full stops. */
export const signatureOf = (secret: string, id: string, seconds: number, body: string): string => {
  const key = Buffer.from(secret.slice(PREFIX.length), 'base64');
  return `v1,${createHmac('sha256', key).update(`${id}.${seconds}.${body}`).digest('base64')}`;
};

export const newSecret = (random: Uint8Array): string =>
  `${PREFIX}${Buffer.from(random).toString('base64')}`;

const bare = (url: URL): string => url.hostname.replace(/^\[|\]$/g, '');

/** @throws StillwatchError `WEBHOOK_URL_REFUSED` */
export const parseWebhookUrl = (text: string, allowPrivate: boolean): URL => {
  const url = text.length <= LONGEST_URL && URL.canParse(text) ? new URL(text) : undefined;
  const why =
    url === undefined
      ? 'is no URL'
      : url.username !== '' || url.password !== '' || url.hash !== ''
        ? 'has a user, a password or a fragment'
        : url.protocol !== 'https:' && !(allowPrivate && url.protocol === 'http:')
          ? 'is not https'
          : !allowPrivate && isIP(bare(url)) !== 0 && !isPublicAddress(bare(url))
            ? 'is an address that is not public'
            : undefined;
  if (why === undefined) return url!;
  throw new StillwatchError(
    'WEBHOOK_URL_REFUSED',
    `The URL of the webhook ${why}`,
    'Give an https URL with a public name; an operator may allow a private one.',
  );
};

export interface Posting {
  readonly url: string;
  readonly secret: string;
  readonly allowPrivate: boolean;
  readonly id: string;
  /** Epoch milliseconds. */
  readonly now: number;
  readonly body: string;
}

export type Posted =
  | { readonly taken: true }
  /** `gone`: the receiver wants no more (Standard Webhooks: status 410). */
  | { readonly taken: false; readonly gone: boolean; readonly why: string };

/** Never throws: what does not succeed is tried again, or not. */
export const postWebhook = (posting: Posting): Promise<Posted> =>
  new Promise((resolve) => {
    const failed = (why: string, gone = false): void => resolve({ taken: false, gone, why });
    const seconds = Math.floor(posting.now / 1000);
    try {
      const url = parseWebhookUrl(posting.url, posting.allowPrivate);
      const send = url.protocol === 'https:' ? requestHttps : requestHttp;
      const request = send(
        url,
        {
          method: 'POST',
          // One connection for each delivery: its address was looked at just now.
          agent: false,
          ...(posting.allowPrivate ? {} : { lookup: publicLookup }),
          signal: AbortSignal.timeout(TIMEOUT_MS),
          headers: {
            'Content-Type': 'application/json',
            'Content-Length': Buffer.byteLength(posting.body),
            'User-Agent': 'stillwatch-hub',
            'webhook-id': posting.id,
            'webhook-timestamp': String(seconds),
            'webhook-signature': signatureOf(posting.secret, posting.id, seconds, posting.body),
          },
        },
        (response) => {
          const status = response.statusCode ?? 0;
          // What it says is of no interest, and may be endless.
          response.destroy();
          if (status >= 200 && status < 300) resolve({ taken: true });
          else failed(`status ${status}`, status === 410);
        },
      );
      request.on('error', (error: NodeJS.ErrnoException) => failed(error.code ?? error.name));
      request.end(posting.body);
    } catch (error) {
      failed((error as Error).message);
    }
  });
