import { StillwatchError } from '../../base/errors.ts';
import type { AccountRecord } from './exchange.ts';
import { idOf, type Row, textOf, timestampOf } from './fields.ts';
import { openRows, type RowOptions } from './open-rows.ts';
import type { RejectReason } from './reject.ts';
import { eachRow } from './row-reader.ts';
import { resolveSources } from './sources.ts';

/** A row of the accounts file that was refused, or whose creation time was. */
export interface RejectedAccountRow {
  readonly source: string;
  readonly line: number | null;
  readonly reason: RejectReason;
}

export interface Accounts {
  readonly accounts: Map<string, AccountRecord>;
  readonly rejected: RejectedAccountRow[];
}

/** One row of what is known of accounts, or why it is none. */
export const toRecord = (row: Row): AccountRecord | RejectReason => {
  const accountId = idOf(row.account_id);
  if (accountId === null) return 'ACCOUNT_MISSING';
  if (accountId === undefined) return 'ACCOUNT_INVALID';
  const created = timestampOf(row.created_at);
  return {
    accountId,
    createdAt: Number.isNaN(created) ? null : created,
    paymentFingerprint: textOf(row.payment_fingerprint),
    emailDomain: textOf(row.email_domain)?.toLowerCase() ?? null, // RFC 4343: case means nothing
    tier: textOf(row.tier),
    organizationId: idOf(row.organization_id) ?? null,
    segment: textOf(row.segment),
    attestation: textOf(row.attestation),
  };
};

/**
 * The accounts file: one row per account, in any form `openLog` reads. The last row of an account
 * counts. A creation time that cannot be read leaves the rest of its row standing and is reported.
 *
 * @throws StillwatchError ACCOUNTS_UNREADABLE when the file cannot be read or most of its rows are
 *   refused.
 */
export const readAccounts = async (path: string, options: RowOptions = {}): Promise<Accounts> => {
  const accounts = new Map<string, AccountRecord>();
  const rejected: RejectedAccountRow[] = [];
  let refused = 0;
  let kept = 0;
  const refuse = (source: string, line: number | null, reason: RejectReason): void => {
    refused++;
    rejected.push({ source, line, reason });
  };
  try {
    for (const source of await resolveSources([path]))
      for await (const chunk of openRows(source, { ...options, onReject: refuse }))
        eachRow(
          chunk,
          (row, line) => {
            const record = toRecord(row);
            if (typeof record === 'string') return refuse(source.name, line, record);
            kept++;
            accounts.set(record.accountId, record);
            if (Number.isNaN(timestampOf(row.created_at)))
              rejected.push({ source: source.name, line, reason: 'TIMESTAMP_INVALID' });
          },
          (line, reason) => refuse(source.name, line, reason),
        );
  } catch (cause) {
    if (!(cause instanceof StillwatchError)) throw cause;
    throw new StillwatchError('ACCOUNTS_UNREADABLE', cause.message, cause.remedy, { cause });
  }
  if (refused > kept || kept === 0)
    throw new StillwatchError(
      'ACCOUNTS_UNREADABLE',
      `${path}: ${refused} of ${refused + kept} rows cannot be read${refused > 0 ? `, the first for ${rejected[0]!.reason}` : ''}`,
      'Write one account per row with at least account_id (docs/reference/exchange-log.md).',
    );
  return { accounts, rejected };
};
