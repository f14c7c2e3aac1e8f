/** What a lab shows, and what its operator may ask of it. */
import type { Findings } from '../findings.ts';
import type { Engine } from '../engine/engine.ts';
import type { SharingStatus } from '../sharing/status.ts';
import { HttpRefusal } from './refusal.ts';
import { json, type LabRoute } from './server.ts';

export interface DecidingStatus {
  readonly policy: string;
  /** Why the policy file as it is now is not in force. */
  readonly policy_fault: string | null;
  /** In force. */
  readonly live: number;
  readonly shadow: number;
  /** Rules with a condition that could not be evaluated at the last look. */
  readonly failing_rules: readonly string[];
  /** That wait for a person, by kind. */
  readonly cases: Readonly<Record<string, number>>;
  readonly overdue: number;
  /** Cases with an effect that waits, such as for the hub. */
  readonly effects_waiting: number;
}

export interface LabStatus {
  readonly started: string;
  readonly exchanges: number;
  readonly duplicates: number;
  readonly rejected: number;
  readonly reasons: Readonly<Record<string, number>>;
  /** Halves of exchanges: waiting, never joined, and counted without their network half. */
  readonly held: number;
  readonly unjoined: number;
  readonly halves: number;
  readonly accounts: number;
  readonly accounts_in_memory: number;
  readonly known_accounts: number;
  readonly findings: number;
  readonly looks: number;
  readonly last_look: {
    readonly at: string;
    readonly ms: number;
    readonly left_out: number;
    readonly expired: number;
  } | null;
  readonly last_look_error: string | null;
  readonly journal: {
    readonly bytes: number;
    readonly healthy: boolean;
    readonly waiting_bytes: number;
    readonly checkpoint: number;
    readonly replayed_records: number;
  };
  readonly following: readonly {
    readonly path: string;
    readonly offset: number;
    readonly error: string | null;
  }[];
  readonly memory_bytes: number;
  /** Null: this lab decides nothing. */
  readonly deciding: DecidingStatus | null;
  /** Null: not connected with a hub. */
  readonly hub: SharingStatus | null;
}

/** In how many decisions, cases and so on an account was named. */
export type ForgottenIn = Readonly<Record<string, number>>;

export interface ForgottenReply {
  readonly account: string;
  readonly known: boolean;
  /** Where it is still named, by files of the operator's. */
  readonly still_in: readonly string[];
  readonly [count: string]: number | string | boolean | readonly string[];
}

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
