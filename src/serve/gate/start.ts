/** A gate that answers over HTTP, and over gRPC when asked to, from what it holds in memory. */
import type { AddressInfo } from 'node:net';
import { Counter, Gauge, Registry } from 'prom-client';
import type { Blocks } from '../../act/gateway/crowdsec/blocks.ts';
import type { ChangeFeed } from '../../act/gateway/feed.ts';
import { QUESTION_HEADERS, type QuestionHeaders } from '../../act/gateway/question.ts';
import { createRates } from '../../act/gateway/rate.ts';
import { createRemediations, type RemediationBatch } from '../../act/gateway/remediation.ts';
import type { Asking } from '../../act/gateway/verdict.ts';
import type { Gate } from '../../act/response/decision.ts';
import { askRoutes } from './ask-routes.ts';
import { crowdsecRoutes } from './crowdsec-routes.ts';
import { fastAnswers } from './fast-answers.ts';
import { feedRoute } from './feed-routes.ts';
import { type Route, reply, replyJson } from './http.ts';
import { hotDecide, plainRoutes } from './plain-routes.ts';
import { remediationRoutes } from './remediation-routes.ts';
import { gateServer, stopServer } from './server.ts';
import { createTally, type Tally } from './tally.ts';
import { createTokens, type GatewayToken, type Tokens } from './tokens.ts';

export interface Listen {
  readonly host: string;
  readonly port: number;
}

export interface GateOptions {
  readonly listen: Listen;
  /** The gate of this moment: a source replaces it when it has to begin anew. */
  readonly gate: () => Gate;
  readonly appealUrl: string;
  /** Nobody is asked for a token when there are none. */
  readonly tokens?: readonly GatewayToken[] | Tokens;
  readonly headers?: QuestionHeaders;
  readonly unidentified?: 'open' | 'closed';
  readonly clock?: () => number;
  /** Served under /v1/changes to gates that follow this one. */
  readonly feed?: ChangeFeed;
  readonly remediated?: (gateway: string, batch: RemediationBatch) => void;
  readonly fault?: (error: unknown) => void;
  /** Envoy's external authorization over gRPC. */
  readonly grpc?: Listen;
  /** Decisions about addresses, for CrowdSec's bouncers. */
  readonly blocks?: Blocks;
}

export interface RunningGate {
  readonly url: string;
  /** HOST:PORT of gRPC, or null. */
  readonly grpc: string | null;
  readonly tally: Tally;
  readonly close: () => Promise<void>;
}

export const startGate = async (options: GateOptions): Promise<RunningGate> => {
  const {
    listen,
    gate,
    appealUrl,
    tokens: given = [],
    headers: names = QUESTION_HEADERS,
    unidentified = 'open',
    clock = Date.now,
    feed,
    remediated = () => undefined,
    fault = () => undefined,
    grpc: grpcListen,
    blocks,
  } = options;
  const tokens = 'holder' in given ? given : createTokens(given);
  const tally = createTally();
  const rates = createRates();
  const remediations = createRemediations();
  const registry = new Registry();
  const asking = (): Asking => ({ gate: gate(), rates, unidentified });
  registerState(registry, gate, clock, remediations);
  tally.register(registry);

  const state: readonly Route[] = [
    {
      method: 'GET',
      path: '/health/live',
      access: 'open',
      handle: ({ response }) => replyJson(response, 200, { status: 'live' }),
    },
    {
      // Ready is a gate that heard its source lately; a balancer then prefers another one.
      method: 'GET',
      path: '/health/ready',
      access: 'open',
      handle: ({ response, now }) => {
        const { stale, knowledge_age } = gate().answer({}, now);
        const status = stale ? 'stale' : 'ready';
        replyJson(response, stale ? 503 : 200, { status, knowledge_age, cursor: gate().cursor() });
      },
    },
    {
      method: 'GET',
      path: '/metrics',
      access: 'open',
      handle: async ({ response }) =>
        reply(response, 200, await registry.metrics(), [], registry.contentType),
    },
  ];
  const routes = [
    ...plainRoutes({ gate, tally, appealUrl, clock }),
    ...askRoutes({ asking, tally, names, appealUrl }),
    ...remediationRoutes(remediations, remediated),
    ...state,
    ...(blocks === undefined
      ? []
      : crowdsecRoutes({ blocks, gate, remediations, told: remediated })),
    ...(feed === undefined ? [] : [feedRoute(feed, clock)]),
  ];
  const hot = hotDecide({ gate, tally, appealUrl, clock });
  const fast = fastAnswers({ asking, tally, names, appealUrl, tokens, clock });
  const server = gateServer({ hot, hotPath: '/v1/decide', fast, routes, tokens, clock, fault });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(listen.port, listen.host, resolve);
  });
  const { address, port, family } = server.address() as AddressInfo;
  // Loaded only where it is asked for: it is the largest part of a gate.
  const grpc =
    grpcListen === undefined
      ? undefined
      : await (await import('./grpc.ts')).startGrpc({
          ...{ listen: grpcListen, asking, tally, tokens, names, appealUrl, clock, fault },
        });
  return {
    grpc: grpc === undefined ? null : `${grpcListen?.host}:${grpc.port}`,
    url: `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`,
    tally,
    close: async () => void (await Promise.all([stopServer(server), grpc?.close()])),
  };
};

const registerState = (
  registry: Registry,
  gate: () => Gate,
  clock: () => number,
  remediations: ReturnType<typeof createRemediations>,
): void => {
  const registers = [registry];
  new Gauge({
    name: 'stillwatch_gate_knowledge_age_seconds',
    help: 'Seconds since the gate last heard from its source.',
    registers,
    collect() {
      this.set(gate().answer({}, clock()).knowledge_age);
    },
  });
  new Gauge({
    name: 'stillwatch_gate_cursor',
    help: 'Number of the last change that was applied.',
    registers,
    collect() {
      this.set(gate().cursor());
    },
  });
  new Counter({
    name: 'stillwatch_remediations_total',
    help: 'What gateways reported, by gateway, outcome, action and reason.',
    labelNames: ['gateway', 'outcome', 'action', 'reason'],
    registers,
    collect() {
      this.reset();
      for (const { count, ...labels } of remediations.summary()) this.inc(labels, count);
    },
  });
};
