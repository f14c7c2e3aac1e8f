/**
 * The gateway in front of a lab's model: asks the gate for each request, refuses with the gate's words or
 * forwards, and logs what was answered to the lab. The guard is the one that Express, Fastify and Hono use.
 */
import { Agent, createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Guard } from '../../act/gateway/node/guard.ts';
import { post } from './http.ts';
import { closing, listening } from './model.ts';
import { type ChatBody, SIMULATED, type Simulated } from './wire.ts';

export interface GatewayOptions {
  readonly guard: Guard;
  readonly model: URL;
  /** Address of the lab's /ingest, and a token for it. */
  readonly ingest: URL;
  readonly token: string;
  readonly onError: (error: unknown) => void;
}

export interface Gateway {
  readonly url: URL;
  /** Resolves when all that was answered until now is acknowledged by the lab. */
  readonly flush: () => Promise<void>;
  readonly close: () => Promise<void>;
}

/** Lines that are sent to the lab together, and how long the first of them waits at most. */
const BATCH = 200;
const LINGER_MS = 5;
const ATTEMPTS = 4;

const bodyOf = async (request: IncomingMessage): Promise<string> => {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString('utf8');
};

const one = (value: string | string[] | undefined): string | undefined =>
  typeof value === 'string' ? value : value?.[0];

const lineOf = (
  request: IncomingMessage,
  account: string,
  text: string,
  status: number,
): string => {
  const { headers } = request;
  const body = JSON.parse(text) as ChatBody;
  const told = JSON.parse(one(headers[SIMULATED]) ?? '{}') as Simulated;
  const system = body.messages.find((message) => message.role === 'system');
  const { messages, user, ...asked } = body;
  return `${JSON.stringify({
    ...told,
    ...asked,
    account_id: account,
    end_user_id: user,
    messages: messages.filter((message) => message.role !== 'system'),
    system_prompt: system?.content,
    status,
    ip: one(headers['x-forwarded-for']),
    user_agent: headers['user-agent'],
    ja4: one(headers['x-ja4']),
  })}\n`;
};

export const startGateway = async (options: GatewayOptions): Promise<Gateway> => {
  const { guard, model, ingest, token, onError } = options;
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  let waiting: string[] = [];
  let timer: NodeJS.Timeout | null = null;
  let sending: Promise<void> = Promise.resolve();

  const send = (): void => {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    if (waiting.length === 0) return;
    const lines = waiting.join('');
    waiting = [];
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/x-ndjson' };
    const work = async (): Promise<void> => {
      for (let attempt = 1; ; attempt += 1)
        try {
          const reply = await post(agent, ingest, headers, lines);
          if (reply.status === 200) return;
          throw new Error(`ingest: ${reply.status} ${reply.body}`);
        } catch (error) {
          // Sent again as it is: the lab knows an exchange by its id.
          if (attempt === ATTEMPTS) throw error;
        }
    };
    sending = Promise.all([sending, work().catch(onError)]).then(() => undefined);
  };
  const log = (line: string): void => {
    waiting.push(line);
    if (waiting.length >= BATCH) send();
    else timer ??= setTimeout(send, LINGER_MS);
  };

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { headers } = request;
    const account = /^Bearer (\S+)$/.exec(headers.authorization ?? '')?.[1];
    const address = one(headers['x-forwarded-for']);
    const text = await bodyOf(request);
    const path = request.url ?? '/';
    const { verdict, refused } = await guard.check({ account, address }, path, (name) =>
      one(headers[name.toLowerCase()]),
    );
    if (refused !== null) {
      const told = Object.fromEntries(refused.headers.map(([name, value]) => [name, value]));
      response.writeHead(refused.status, { ...told, 'content-type': refused.type });
      response.end(refused.body);
      return;
    }
    const reply = await post(
      agent,
      model,
      { 'content-type': 'application/json', [SIMULATED]: one(headers[SIMULATED]) ?? '{}' },
      text,
    );
    response.writeHead(reply.status, {
      'content-type': 'application/json',
      'x-stillwatch-decision': verdict.answer.decision_id,
    });
    response.end(reply.body);
    log(lineOf(request, account ?? '', text, reply.status));
  };
  const server = createServer((request, response) => {
    handle(request, response).catch((error: unknown) => {
      onError(error);
      if (!response.headersSent) response.writeHead(502);
      response.end();
    });
  });
  const url = await listening(server);
  return {
    url: new URL('/v1/chat/completions', url),
    flush: async () => {
      send();
      await sending;
    },
    close: async () => {
      send();
      await sending;
      agent.destroy();
      await closing(server);
    },
  };
};
