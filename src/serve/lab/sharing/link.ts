/** A hub as a lab talks to it: one session, when it was last heard, and the questions beside TAXII. */
import { StillwatchError } from '../../../base/errors.ts';
import { checkPublished, type PublishedStanding } from '../../../share/corroboration/published.ts';
import type { KeyCommitment } from '../../../share/sharing/blinding/server-key.ts';
import type {
  EvaluationRequest,
  EvaluationResponse,
} from '../../../share/sharing/blinding/wire.ts';
import { type TaxiiClient, taxiiClient } from '../../../share/taxii/client.ts';
import { unreachable } from '../../../share/taxii/fault.ts';
import type { Json } from '../../../share/taxii/resources.ts';
import {
  ask,
  notAnExchange,
  type Recipient,
  readAnswer,
  recipientOf,
} from '../../../share/taxii/submit.ts';

const TIMEOUT_MS = 20_000;

export interface ToldStanding {
  readonly standing: PublishedStanding;
  /** The hub's tag for this lab on this object. */
  readonly mine: string;
}

export interface OpenRetraction {
  readonly id: string;
  readonly object: string;
}

export interface HubLink {
  readonly client: TaxiiClient;
  /** Epoch ms of the last byte of any answer, heartbeats of the stream included; null: never. */
  readonly heard: () => number | null;
  /** Whether the stream is open. */
  readonly connected: () => boolean;
  /** Why the last request had no answer; null: it had one. */
  readonly failure: () => string | null;
  readonly recipient: () => Promise<Recipient>;
  /** Undefined where the hub has none, or its arithmetic does not hold. */
  readonly standing: (object: string) => Promise<ToldStanding | undefined>;
  /** Whether the hub has an object of this lab. */
  readonly has: (object: string) => Promise<boolean>;
  readonly openRetractions: () => Promise<readonly OpenRetraction[]>;
  readonly acknowledge: (retraction: string) => Promise<void>;
  readonly commitments: () => Promise<readonly KeyCommitment[]>;
  /** Null, and when to come again, where the budget is spent for now. */
  readonly evaluate: (
    request: EvaluationRequest,
  ) => Promise<EvaluationResponse | { readonly retryAfterMs: number }>;
}

export interface LinkOptions {
  readonly hub: string;
  readonly token: string;
  readonly collection: string;
  readonly plainHttp: boolean;
  readonly clock: () => number;
  readonly signal: AbortSignal;
  /** Told each time the stream has been opened. */
  readonly onStream: () => void;
}

/** The same answer, whose every part is noticed, and its end. */
const noticing = (response: Response, notice: () => void, end: () => void): Response => {
  notice();
  if (response.body === null) return response;
  const through = new TransformStream<Uint8Array, Uint8Array>({
    transform: (part, out) => {
      notice();
      out.enqueue(part);
    },
  });
  // Whoever reads it hears of a failure; here it is only an end.
  response.body.pipeTo(through.writable).then(end, end);
  const { status, headers } = response;
  return new Response(through.readable, { status, headers });
};

export const linkTo = (options: LinkOptions): HubLink => {
  const { clock, signal } = options;
  let heard: number | null = null;
  let streaming = 0;
  let failure: string | null = null;
  let recipient: Promise<Recipient> | undefined;
  const client = taxiiClient({
    url: options.hub,
    credential: { kind: 'bearer', token: options.token },
    plainHttp: options.plainHttp,
    signal,
    timeoutMs: TIMEOUT_MS,
    // The outbox and the stream try again by themselves, for as long as it takes.
    retry: { attempts: 2, baseMs: 250, maxMs: 15_000 },
    fetch: async (url, init) => {
      try {
        const response = await fetch(url, init);
        failure = null;
        const streams = response.headers.get('content-type')?.startsWith('text/event-stream');
        streaming += Number(streams ?? false);
        if (streams === true) options.onStream();
        return noticing(
          response,
          () => {
            heard = clock();
          },
          () => {
            streaming -= Number(streams ?? false);
          },
        );
      } catch (error) {
        if (!signal.aborted) failure = 'the hub cannot be reached';
        throw error;
      }
    },
  });
  const { session } = client;
  const until = (): AbortSignal => AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]);
  /** A hub that is away is an expected failure, however the connection failed. */
  const expected = async <T>(method: string, work: Promise<T>): Promise<T> => {
    try {
      return await work;
    } catch (cause) {
      if (cause instanceof StillwatchError) throw cause;
      throw unreachable(method, 'no connection, or no answer in time', cause);
    }
  };
  const get = (path: string): Promise<Json | undefined> =>
    expected('GET', ask(session, path, until()));
  const post = (path: string, body: string): Promise<Response> =>
    expected(
      'POST',
      session.open(
        { method: 'POST', url: session.resolve(path), body, repeatable: true },
        'application/json',
        until(),
      ),
    );
  const listIn = (value: Json | undefined, name: string): readonly Json[] => {
    const list = value?.[name];
    if (!Array.isArray(list)) throw notAnExchange(`does not list its ${name}`);
    return list as readonly Json[];
  };
  return {
    client,
    heard: () => heard,
    connected: () => streaming > 0,
    failure: () => failure,
    recipient: () => {
      recipient ??= expected('GET', recipientOf(client, options.collection));
      recipient.catch(() => {
        recipient = undefined;
      });
      return recipient;
    },
    standing: async (object) => {
      const value = await get(`/standing/${encodeURIComponent(object)}/`);
      if (value === undefined || !checkPublished(value).holds) return undefined;
      // `checkPublished` has read every field of it.
      return {
        standing: value as unknown as PublishedStanding,
        mine: typeof value.mine === 'string' ? value.mine : '',
      };
    },
    has: async (object) =>
      (await get(`/api/contributions/${encodeURIComponent(object)}`)) !== undefined,
    openRetractions: async () =>
      listIn(await get('/retractions/?open=true'), 'retractions').flatMap(({ id, object }) =>
        typeof id === 'string' && typeof object === 'string' ? [{ id, object }] : [],
      ),
    acknowledge: async (id) => {
      const path = `/retractions/${encodeURIComponent(id)}/ack/`;
      await readAnswer(await post(path, '{}'), path);
    },
    commitments: async () =>
      listIn(await get('/blinding/keys'), 'keys').flatMap(({ kind, epoch, publicKey }) =>
        typeof kind === 'string' && typeof epoch === 'string' && typeof publicKey === 'string'
          ? [{ kind, epoch, publicKey } as KeyCommitment]
          : [],
      ),
    evaluate: async (request) => {
      const path = '/blinding/evaluate';
      const response = await post(path, JSON.stringify(request));
      if (response.status === 429) {
        await response.body?.cancel();
        const seconds = Number(response.headers.get('retry-after') ?? 1);
        return { retryAfterMs: Number.isFinite(seconds) ? Math.max(1, seconds) * 1000 : 1000 };
      }
      const value = await readAnswer(response, path);
      if (value === undefined) throw notAnExchange('does not blind');
      const evaluated = listIn(value, 'evaluated') as unknown as readonly string[];
      // Element by element and as a whole, the proof is checked by whoever finalizes the batch.
      return { ...(value as unknown as EvaluationResponse), evaluated };
    },
  };
};
