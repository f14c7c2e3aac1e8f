/** What a lab shows, and what its operator may ask of it. */
import type { Findings } from '../findings.ts';
import type { Engine } from '../engine/engine.ts';
import type { ForgottenReply } from '../forget.ts';
import type { LabStatus } from '../status.ts';
import { HttpRefusal } from './refusal.ts';
import { json, type LabRoute } from './server.ts';

export interface ReadContext {
  readonly engine: Engine;
  readonly findings: Findings;
  readonly status: () => LabStatus;
  readonly metrics: () => Promise<string>;
  readonly look: () => Promise<unknown>;
  readonly forget: (account: string) => Promise<ForgottenReply>;
}

export const readRoutes = (context: ReadContext): readonly LabRoute[] => [
  {
    method: 'GET',
    path: '/health',
    scope: 'anyone',
    summary: 'Whether traffic is taken',
    handle: async () => {
      const { journalHealthy } = context.engine.status();
      return json({ ok: journalHealthy }, journalHealthy ? 200 : 503);
    },
  },
  {
    method: 'GET',
    path: '/status',
    scope: 'read',
    summary: 'Counts, looks, journal, memory',
    handle: async () => json(context.status()),
  },
  {
    method: 'GET',
    path: '/metrics',
    scope: 'read',
    summary: 'The same for Prometheus',
    handle: async () => ({
      status: 200,
      type: 'text/plain; version=0.0.4; charset=utf-8',
      body: await context.metrics(),
    }),
  },
  {
    method: 'GET',
    path: '/findings',
    scope: 'read',
    summary: 'Findings with their history; ?seen=true only those of the last look',
    handle: async ({ query }) => {
      const all = context.findings.list();
      return json({ findings: query.get('seen') === 'true' ? all.filter((f) => f.seen) : all });
    },
  },
  {
    method: 'GET',
    path: '/findings/:id',
    scope: 'read',
    summary: 'One finding',
    handle: async ({ param }) => {
      const finding = context.findings.get(param);
      if (finding === undefined)
        throw new HttpRefusal(404, 'FINDING_UNKNOWN', 'There is no finding of that id.');
      return json(finding);
    },
  },
  {
    method: 'POST',
    path: '/look',
    scope: 'admin',
    summary: 'Look now',
    handle: async () => {
      await context.look();
      return json(context.status());
    },
  },
  {
    method: 'DELETE',
    path: '/accounts/:id',
    scope: 'admin',
    summary:
      'Forget an account: profile, record, waiting rows, raw lines, its name in findings, decisions and cases',
    handle: async ({ param }) => json(await context.forget(param)),
  },
];
