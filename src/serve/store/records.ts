/** Small things by name, as JSON text in one table. */

import type { CaseEvent } from '../../act/casework/case.ts';
import type { Proposal } from '../../act/response/decide.ts';
import type { Decision } from '../../act/response/decision.ts';
import type { AllowEntry } from '../../act/response/policy/policy.ts';
import type { MemberKey } from '../../share/sharing/signing/member-key.ts';
import type { Driver, Queries } from './driver.ts';
import type { Records, RecordsWriter } from './store.ts';

export const TIERS = ['founder', 'member', 'observer', 'operator', 'auditor'] as const;
export type Tier = (typeof TIERS)[number];

export const VETTING = ['pending', 'vetted', 'suspended', 'revoked'] as const;
export type Vetting = (typeof VETTING)[number];

export interface Contact {
  readonly name?: string | undefined;
  readonly email?: string | undefined;
  /** Where to reach somebody at any hour. */
  readonly urgent?: string | undefined;
}

export interface Rights {
  readonly read: boolean;
  readonly write: boolean;
}

export interface Member {
  /** UUID. */
  readonly id: string;
  readonly name: string;
  readonly tier: Tier;
  readonly vetting: Vetting;
  readonly contacts: readonly Contact[];
  /** By UUID of a collection; where none is named, the collection's own rule for members holds. */
  readonly rights: Readonly<Record<string, Rights>>;
  readonly created: number;
}

export const SCOPES = ['read', 'write', 'admin'] as const;
export type Scope = (typeof SCOPES)[number];

/** By keyed digest of the token: the token itself is nowhere. */
export interface Token {
  readonly id: string;
  readonly member: string;
  readonly label: string;
  readonly scopes: readonly Scope[];
  /** Milliseconds since 1970. */
  readonly created: number;
  readonly expires: number | null;
}

/** By name of the user, for HTTP Basic. */
export interface Password {
  readonly member: string;
  /** See `src/serve/hub/access/password.ts`. */
  readonly hash: string;
}

/** A closed circle of members; an object marked with it is for them alone. */
export interface SharingGroup {
  /** UUID; objects name it as `marking-definition--UUID`. */
  readonly id: string;
  readonly name: string;
  /** UUIDs. Nobody, when empty. */
  readonly members: readonly string[];
}

export interface ApiRoot {
  /** First part of the path of its URL. */
  readonly path: string;
  readonly title: string;
  readonly description?: string | undefined;
  readonly maxContentLength: number;
}

export interface Collection {
  /** The store's short name of it. */
  readonly key: number;
  readonly id: string;
  readonly apiRoot: string;
  readonly title: string;
  readonly description?: string | undefined;
  readonly alias?: string | undefined;
  /** Guarded: signed contributions through the firewall. Plain: ordinary TAXII. */
  readonly kind: 'guarded' | 'plain';
  /** Whether members without any right to it are told that it exists. */
  readonly listed: boolean;
  /** What every vetted member may do, unless its own rights say otherwise. */
  readonly members: Rights;
  readonly mediaTypes: readonly string[];
}

/** What became of one request to add objects (TAXII 2.1, section 4.3.1). */
export interface Status {
  readonly apiRoot: string;
  readonly member: string;
  /** The status resource itself. */
  readonly body: Readonly<Record<string, unknown>>;
}

export interface Discovery {
  readonly title: string;
  readonly description?: string | undefined;
  readonly contact?: string | undefined;
  /** Path of an API root. */
  readonly default?: string | undefined;
}

/** How and why a decision ended before its time. */
export interface Lift {
  /** Epoch milliseconds. */
  readonly at: number;
  /** A person, or what lifted it by itself: `retraction`, `appeal`, `renewal`. */
  readonly by: string;
  /** Id of what it rested on and what was taken back, or of the appeal. */
  readonly because: string;
}

export interface KeptDecision {
  readonly decision: Decision;
  readonly lifted: Lift | null;
  /** Drawn for a person to look at. */
  readonly sampled: boolean;
  /** Epoch milliseconds; earlier than it was decided, because the clock was set back since. */
  readonly ends?: number;
}

export interface KeptProposal {
  readonly proposal: Proposal;
  readonly settled: { readonly at: number; readonly by: string; readonly approved: boolean } | null;
}

/** One effect of a case that was carried out, or that waits for a hub. */
export interface KeptEffect {
  readonly case: string;
  readonly effect: string;
  readonly done: number;
}

/** A matter that a person has settled: it is not decided or proposed again until then. */
export interface SettledMatter {
  readonly until: number;
  readonly by: string;
  readonly because: string;
}

/** An account that a reviewer found to be linked wrongly to a campaign: a finding of this lab, or a shared one. */
export interface Exclusion {
  readonly account: string;
  readonly campaign: string;
  readonly case: string;
  readonly from: number;
  readonly until: number;
}

export interface RecordKinds {
  readonly member: Member;
  readonly token: Token;
  readonly password: Password;
  readonly group: SharingGroup;
  readonly 'api-root': ApiRoot;
  /** By UUID. */
  readonly collection: Collection;
  readonly status: Status;
  readonly discovery: Discovery;
  /** By `MEMBER/KEY`. */
  readonly key: MemberKey;
  readonly setting: string | number;
  /** What else the hub must remember by name, such as contributions it has seen. */
  readonly seen: Readonly<Record<string, unknown>>;
  readonly sealed: Readonly<Record<string, unknown>>;
  /** Of a lab: tokens by keyed digest, findings by id. See `src/serve/lab`. */
  readonly 'lab-token': Readonly<Record<string, unknown>>;
  readonly 'lab-finding': Readonly<Record<string, unknown>>;
  /** A lab's decisions and what waits for a person, by their ids. */
  readonly decision: KeptDecision;
  readonly proposal: KeptProposal;
  /** Decisions that have ended, by id; and when, as `END/ID`, so that the oldest are found first. */
  readonly 'ended-decision': KeptDecision;
  readonly 'decision-end': Readonly<Record<string, never>>;
  /** Why a person decided, by id of the decision. */
  readonly 'decision-note': { readonly by: string; readonly at: number; readonly text: string };
  /** Of the desk of a lab. Events by their number, effects by `CASE/PLACE`, matters by digest. */
  readonly 'case-event': CaseEvent;
  readonly 'case-contact': { readonly contact: string; readonly at: number };
  readonly 'case-effect': KeptEffect;
  readonly matter: SettledMatter;
  /** By digest of the subject. */
  readonly allowance: AllowEntry & { readonly case: string };
  /** By account and campaign. */
  readonly exclusion: Exclusion;
  /** By id of a finding or an indicator that nothing may rest on any more. */
  readonly withdrawn: { readonly at: number; readonly by: string };
  readonly 'policy-version': {
    readonly at: number;
    readonly digest: string;
    readonly text: string;
  };
  /** What a lab shares and is told: `src/serve/lab/sharing/kept.ts`. */
  readonly 'share-incoming': Readonly<Record<string, unknown>>;
  readonly 'share-group': Readonly<Record<string, unknown>>;
  readonly 'share-outbox': Readonly<Record<string, unknown>>;
  readonly 'share-token': Readonly<Record<string, unknown>>;
  readonly 'share-state': Readonly<Record<string, unknown>>;
  /** What gateways did, by decision; and the batches that were counted, by `GATEWAY/BATCH`. */
  readonly remediation: Readonly<Record<string, number>>;
  readonly 'remediation-batch': { readonly at: number };
}

const reader = (queries: Queries): Records => ({
  get: async (kind, id) => {
    const rows = await queries.all('SELECT body FROM records WHERE kind = ? AND id = ?', [
      kind,
      id,
    ]);
    // What this table holds was written by `put` below, under the same kind.
    return rows[0] === undefined ? undefined : JSON.parse(String(rows[0].body));
  },
  list: async (kind, prefix = '') => {
    const rows = await queries.all(
      'SELECT id, body FROM records WHERE kind = ? AND id >= ? AND id < ? ORDER BY id',
      [kind, prefix, `${prefix}\u{10ffff}`],
    );
    return rows.map(({ id, body }) => ({ id: String(id), value: JSON.parse(String(body)) }));
  },
  page: async (kind, after, limit) => {
    const rows = await queries.all(
      'SELECT id, body FROM records WHERE kind = ? AND id > ? ORDER BY id LIMIT ?',
      [kind, after, limit],
    );
    return rows.map(({ id, body }) => ({ id: String(id), value: JSON.parse(String(body)) }));
  },
});

export const recordsOf = reader;

/** Records within a write; every change tells the other processes. */
export const recordsWriter = (driver: Driver, queries: Queries): RecordsWriter => {
  const QUIET: ReadonlySet<string> = new Set([
    'status',
    'seen',
    'sealed',
    'decision',
    'ended-decision',
    'decision-end',
    'decision-note',
    'proposal',
    'case-event',
    'case-contact',
    'case-effect',
    'matter',
    'remediation',
    'remediation-batch',
    'share-incoming',
    'share-group',
    'share-outbox',
    'share-token',
    'share-state',
  ]);
  const changed = async (kind: string): Promise<void> => {
    if (!QUIET.has(kind)) await driver.notify(queries, 'records');
  };
  return {
    ...reader(queries),
    put: async (kind, id, value) => {
      await queries.run(
        'INSERT INTO records (kind, id, body) VALUES (?, ?, ?) ON CONFLICT (kind, id) DO UPDATE SET body = excluded.body',
        [kind, id, JSON.stringify(value)],
      );
      await changed(kind);
    },
    putNew: async (kind, id, value) => {
      const made = await queries.run(
        'INSERT INTO records (kind, id, body) VALUES (?, ?, ?) ON CONFLICT (kind, id) DO NOTHING',
        [kind, id, JSON.stringify(value)],
      );
      if (made > 0) await changed(kind);
      return made > 0;
    },
    remove: async (kind, id) => {
      const gone = await queries.run('DELETE FROM records WHERE kind = ? AND id = ?', [kind, id]);
      if (gone > 0) await changed(kind);
      return gone > 0;
    },
  };
};
