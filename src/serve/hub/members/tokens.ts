/** Tokens: shown once when they are issued, kept as keyed digests, ended by time or by hand. */
import { StillwatchError } from '../../../base/errors.ts';
import type { Scope, Token } from '../../store/records.ts';
import { type IssuedToken, issueToken as makeToken } from '../access/issue.ts';
import type { Secrets } from '../access/secret.ts';
import { announce, memberNamed, type Office } from './changes.ts';

export interface TokenWish {
  readonly label: string;
  readonly scopes: readonly Scope[];
  /** Epoch milliseconds; null: until it is revoked. */
  readonly expires: number | null;
}

/** @throws StillwatchError `HUB_UNKNOWN`, `HUB_REVOKED`; `USAGE` for one that has ended already. */
export const issueToken = (
  office: Office,
  secrets: Secrets,
  name: string,
  { label, scopes, expires }: TokenWish,
): Promise<IssuedToken> =>
  office.store.write(async (writing) => {
    const now = office.clock();
    const member = await memberNamed(writing.records, name);
    if (member.vetting === 'revoked')
      throw new StillwatchError(
        'HUB_REVOKED',
        `${member.name} was revoked and gets no tokens`,
        'Add a new member with new keys and tokens.',
      );
    if (expires !== null && expires <= now)
      throw new StillwatchError(
        'USAGE',
        'The token would have ended already',
        'Give a later time.',
      );
    const issued = await makeToken(writing.records, secrets, {
      member: member.id,
      label,
      scopes,
      created: now,
      expires,
    });
    await announce(office, writing, member, `token ${issued.record.id} issued`, now);
    return issued;
  });

/** Of one member, or of all. */
export const tokensOf = async (
  store: Pick<Office['store'], 'records'>,
  member?: string,
): Promise<readonly Token[]> =>
  (await store.records.list('token'))
    .map(({ value }) => value)
    .filter((token) => member === undefined || token.member === member)
    .sort((a, b) => a.created - b.created);

/** @throws StillwatchError `HUB_UNKNOWN`. */
export const revokeToken = (office: Office, id: string): Promise<Token> =>
  office.store.write(async (writing) => {
    const found = (await writing.records.list('token')).find(({ value }) => value.id === id);
    if (found === undefined)
      throw new StillwatchError(
        'HUB_UNKNOWN',
        `There is no token ${id}`,
        '`stillwatch hub member token list` shows them with their ids.',
      );
    await writing.records.remove('token', found.id);
    await announce(
      office,
      writing,
      { id: found.value.member },
      `token ${id} revoked`,
      office.clock(),
    );
    return found.value;
  });
