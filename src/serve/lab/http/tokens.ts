/** Who may do what: bearer tokens, kept by keyed digest only. */
import { createHmac, randomBytes } from 'node:crypto';
import type { Store } from '../../store/store.ts';

export const LAB_SCOPES = [
  'ingest',
  'read',
  'decide',
  'review',
  'appeal',
  'gate',
  'admin',
] as const;
export type LabScope = (typeof LAB_SCOPES)[number];

export interface Tokens {
  readonly allows: (header: string | undefined, scope: LabScope) => Promise<boolean>;
  /** Label of a token that is known, and what it allows. */
  readonly holder: (
    header: string | undefined,
  ) => Promise<{ readonly label: string; readonly scopes: ReadonlySet<LabScope> } | undefined>;
  /** Gateways by token, held in memory, for a gate that may not wait. Call again after changes. */
  readonly gateways: () => Promise<(token: string | undefined) => string | undefined>;
  /** The token is shown once and kept nowhere. */
  readonly issue: (label: string, scopes: readonly LabScope[], now: number) => Promise<string>;
  readonly count: () => Promise<number>;
  readonly list: () => Promise<readonly KnownToken[]>;
  /** Every token of that label; gives how many there were. */
  readonly revoke: (label: string) => Promise<number>;
}

/** All that is known of a token beside its digest. */
export interface KnownToken {
  readonly label: string;
  readonly scopes: readonly LabScope[];
  /** Epoch milliseconds. */
  readonly created: number;
}

const SETTING = 'lab-secret';
/** Tells a leaked token for what it is: secret scanners look for prefixes. */
const PREFIX = 'swl_';
const MOST_KEPT = 10_000;

export const labSecret = async (store: Store): Promise<string> =>
  String(
    (await store.records.get('setting', SETTING)) ??
      (await store.write(async ({ records }) => {
        await records.putNew('setting', SETTING, randomBytes(32).toString('base64url'));
        return records.get('setting', SETTING);
      })),
  );

/** A key of its own for each purpose. */
export const deriveKey = (secret: string, purpose: string): Buffer =>
  createHmac('sha256', Buffer.from(secret, 'base64url'))
    .update(`stillwatch lab ${purpose}`)
    .digest();

const isScope = (value: unknown): value is LabScope =>
  (LAB_SCOPES as readonly unknown[]).includes(value);

const bearerOf = (header: string | undefined): string | undefined =>
  /^Bearer +([A-Za-z0-9._~+/=-]{1,200})$/i.exec(header ?? '')?.[1];

export const openTokens = async (store: Store): Promise<Tokens> => {
  const key = deriveKey(await labSecret(store), 'tokens');
  const digest = (text: string): string =>
    createHmac('sha256', key).update(text).digest('base64url');
  let kept = new Map<string, ReadonlySet<LabScope>>();
  let revision = store.revision();
  return {
    allows: async (header, scope) => {
      const value = bearerOf(header);
      if (value === undefined) return false;
      if (store.revision() !== revision || kept.size >= MOST_KEPT) {
        kept = new Map();
        revision = store.revision();
      }
      const name = digest(value);
      let scopes = kept.get(name);
      if (scopes === undefined) {
        const token = await store.records.get('lab-token', name);
        scopes = new Set(Array.isArray(token?.scopes) ? token.scopes.filter(isScope) : []);
        kept.set(name, scopes);
      }
      return scopes.has(scope) || scopes.has('admin');
    },
    holder: async (header) => {
      const value = bearerOf(header);
      if (value === undefined) return undefined;
      const token = await store.records.get('lab-token', digest(value));
      if (token === undefined) return undefined;
      const scopes = new Set(Array.isArray(token.scopes) ? token.scopes.filter(isScope) : []);
      return { label: String(token.label), scopes };
    },
    gateways: async () => {
      const names = new Map<string, string>();
      for (const { id, value } of await store.records.list('lab-token'))
        if (Array.isArray(value.scopes) && value.scopes.includes('gate'))
          names.set(id, String(value.label));
      /** Tokens that were right lately: a digest for each request would cost more than the answer. */
      const right = new Map<string, string>();
      return (token) => {
        if (token === undefined || token.length > 200) return undefined;
        const known = right.get(token) ?? names.get(digest(token));
        if (known !== undefined) right.set(token, known);
        return known;
      };
    },
    issue: async (label, scopes, now) => {
      const token = `${PREFIX}${randomBytes(32).toString('base64url')}`;
      await store.write(({ records }) =>
        records.put('lab-token', digest(token), { label, scopes: [...scopes], created: now }),
      );
      return token;
    },
    count: async () => (await store.records.list('lab-token')).length,
    list: async () =>
      (await store.records.list('lab-token'))
        .map(({ value }) => ({
          label: String(value.label),
          scopes: Array.isArray(value.scopes) ? value.scopes.filter(isScope) : [],
          created: Number(value.created),
        }))
        .sort((a, b) => a.created - b.created),
    revoke: (label) =>
      store.write(async ({ records }) => {
        const gone = (await records.list('lab-token')).filter(({ value }) => value.label === label);
        for (const { id } of gone) await records.remove('lab-token', id);
        return gone.length;
      }),
  };
};
