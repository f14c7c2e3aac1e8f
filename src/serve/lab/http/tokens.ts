/** Who may do what: bearer tokens, kept by keyed digest only. */
import { createHmac, randomBytes } from 'node:crypto';
import type { Store } from '../../store/store.ts';

export const LAB_SCOPES = ['ingest', 'read', 'admin'] as const;
export type LabScope = (typeof LAB_SCOPES)[number];

export interface Tokens {
  readonly allows: (header: string | undefined, scope: LabScope) => Promise<boolean>;
  /** The token is shown once and kept nowhere. */
  readonly issue: (label: string, scopes: readonly LabScope[], now: number) => Promise<string>;
  readonly count: () => Promise<number>;
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

export const openTokens = async (store: Store): Promise<Tokens> => {
  const key = deriveKey(await labSecret(store), 'tokens');
  const digest = (text: string): string =>
    createHmac('sha256', key).update(text).digest('base64url');
  let kept = new Map<string, ReadonlySet<LabScope>>();
  let revision = store.revision();
  return {
    allows: async (header, scope) => {
      const value = /^Bearer +([A-Za-z0-9._~+/=-]{1,200})$/i.exec(header ?? '')?.[1];
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
    issue: async (label, scopes, now) => {
      const token = `${PREFIX}${randomBytes(32).toString('base64url')}`;
      await store.write(({ records }) =>
        records.put('lab-token', digest(token), { label, scopes: [...scopes], created: now }),
      );
      return token;
    },
    count: async () => (await store.records.list('lab-token')).length,
  };
};
