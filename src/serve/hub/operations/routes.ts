/** What operators and their tools ask: health, metrics, and the description of the API. */
import type { Call, Reply, Route } from '../http/route.ts';
import type { Hub } from '../hub.ts';
import { type Health, healthOf } from './health.ts';
import { metricsOf } from './metrics.ts';
import { openApi } from './openapi.ts';
import { HEALTH } from './schemas.ts';

const JSON_TYPE = 'application/json';
const METRICS_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

const seesAll = ({ viewer }: Call): boolean =>
  viewer?.member.vetting === 'vetted' &&
  (viewer.member.tier === 'operator' || viewer.member.tier === 'auditor');

/** One look at the store for all who ask within this time: anybody may ask, and a look is a write. */
const FRESH_MS = 5000;

const looker = ({ store }: Hub): ((now: number) => Promise<Health>) => {
  let looked = Number.NEGATIVE_INFINITY;
  let health: Promise<Health>;
  return (now) => {
    if (now - looked >= FRESH_MS) {
      looked = now;
      health = healthOf(store, now);
    }
    return health;
  };
};

const health = async (look: ReturnType<typeof looker>, call: Call): Promise<Reply> => {
  const { ok, checks } = await look(call.now);
  const status = ok ? 200 : 503;
  // A balancer needs the verdict only; what is wrong is for whoever may see everything.
  const told = seesAll(call) ? { ok, checks } : { ok };
  return { status, type: JSON_TYPE, body: JSON.stringify(told) };
};

const metrics = async (hub: Hub, call: Call): Promise<Reply> => ({
  status: 200,
  type: METRICS_TYPE,
  body: await metricsOf(hub).text(seesAll(call)),
});

/** @param others every other route: the description is of all of them */
export const operationsRoutes = (hub: Hub, others: readonly Route[]): readonly Route[] => {
  let description: string | undefined;
  const look = looker(hub);
  const own: readonly Route[] = [
    {
      method: 'GET',
      path: '/health',
      name: 'health',
      summary: 'Whether the hub is well; to operators and auditors also why not, and what mends it',
      access: 'anyone',
      taxii: false,
      statuses: [200, 503],
      type: JSON_TYPE,
      answer: HEALTH,
      answersAlso: [503],
      handle: (call) => health(look, call),
    },
    {
      method: 'GET',
      path: '/metrics',
      name: 'metrics',
      summary: 'Prometheus metrics; to operators and auditors also the counts of the store',
      access: 'anyone',
      taxii: false,
      statuses: [200],
      type: METRICS_TYPE,
      answer: { type: 'string' },
      handle: (call) => metrics(hub, call),
    },
    {
      method: 'GET',
      path: '/openapi.json',
      name: 'openapi',
      summary: 'This description',
      access: 'anyone',
      taxii: false,
      statuses: [200],
      type: JSON_TYPE,
      answer: { type: 'object', required: ['openapi', 'paths'] },
      handle: async () => {
        description ??= JSON.stringify(openApi([...others, ...own], hub.options.publicUrl));
        return { status: 200, type: JSON_TYPE, body: description };
      },
    },
  ];
  return own;
};
