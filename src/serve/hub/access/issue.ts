/** New members and tokens, as records. Who may ask for them is decided elsewhere. */
import { randomUUID } from 'node:crypto';
import type { Member, Scope, Tier, Token, Vetting } from '../../store/records.ts';
import { newToken, type Secrets } from './secret.ts';
import type { RecordsWriter } from '../../store/store.ts';

export const newMember = (
  name: string,
  tier: Tier,
  created: number,
  vetting: Vetting = 'vetted',
): Member => ({ id: randomUUID(), name, tier, vetting, contacts: [], rights: {}, created });

export interface IssuedToken {
  /** Shown once; the hub keeps its digest. */
  readonly token: string;
  readonly record: Token;
}

/** Makes a token and stores its digest. */
export const issueToken = async (
  records: RecordsWriter,
  secrets: Secrets,
  wanted: {
    readonly member: string;
    readonly label: string;
    readonly scopes: readonly Scope[];
    readonly created: number;
    readonly expires: number | null;
  },
): Promise<IssuedToken> => {
  const token = newToken();
  const record = { id: randomUUID(), ...wanted };
  await records.put('token', secrets.digest(token), record);
  return { token, record };
};
