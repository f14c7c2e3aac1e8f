/** `stillwatch indicators match`: reads the log once for exchanges, and once more where fingerprints need sets. */
import { StillwatchError } from '../base/errors.ts';
import { readAccounts } from '../detect/exchange/accounts.ts';
import { openLog } from '../detect/exchange/open-log.ts';
import { createRowReader, type RowReader } from '../detect/exchange/row-reader.ts';
import { groupFeatures } from '../detect/scan/group-features.ts';
import { searchLog } from '../detect/scan/scan.ts';
import { compileIndicators, type Matcher } from '../share/indicator/match/matcher.ts';
import type { Unusable } from '../share/indicator/match/read-bundle.ts';
import {
  createMatchTally,
  type IndicatorHits,
  type MatchTally,
} from '../share/indicator/match/tally.ts';
import { readIndicatorFile, readKnownGood, readTokens } from './indicators-files.ts';

export interface MatchFlags {
  readonly indicators: string;
  readonly accounts?: string;
  readonly knownGood?: string;
  readonly tokens?: string;
  /** RFC 3339. */
  readonly at?: string;
  readonly threads?: number;
}

export interface MatchReport {
  readonly version: 1;
  readonly at: string;
  readonly read: {
    readonly exchanges: number;
    readonly accounts: number;
    readonly rejected: number;
  };
  /** Accounts known to be good that are in the log, and how many of them would be hit; null: none were named. */
  readonly known_good: { readonly accounts: number; readonly hit: number } | null;
  readonly accounts_hit: number;
  readonly indicators: readonly IndicatorHits[];
  readonly unusable: readonly Unusable[];
  /** Objects of the file that are no indicators. */
  readonly others: number;
}

interface Read {
  readonly accounts: ReadonlySet<string>;
  readonly exchanges: number;
  readonly rejected: number;
}

/** One pass; memory grows with the accounts, never with the exchanges. */
const readExchanges = async (logs: readonly string[], tally: MatchTally): Promise<Read> => {
  const accounts = new Set<string>();
  const readers = new Map<string, RowReader>();
  let exchanges = 0;
  let rejected = 0;
  for await (const chunk of openLog(logs)) {
    let reader = readers.get(chunk.format);
    if (reader === undefined) {
      reader = createRowReader(chunk.format);
      readers.set(chunk.format, reader);
    }
    reader(
      chunk,
      (exchange) => {
        exchanges += 1;
        accounts.add(exchange.accountId);
        tally.exchange(exchange);
      },
      () => {
        rejected += 1;
      },
    );
  }
  return { accounts, exchanges, rejected };
};

const matchSets = async (
  logs: readonly string[],
  flags: MatchFlags,
  matcher: Matcher,
  tally: MatchTally,
): Promise<void> => {
  if (!matcher.has.fingerprints) return;
  const { search } = await searchLog(logs, {
    accounts: flags.accounts,
    ...(flags.threads === undefined ? {} : { threads: flags.threads }),
  });
  for (const group of groupFeatures(search)) tally.set(group.accountIds, group);
};

/** Named by the file, or with an attestation in the accounts file. */
const knownGoodOf = async (flags: MatchFlags): Promise<ReadonlySet<string> | undefined> => {
  const named = flags.knownGood === undefined ? undefined : readKnownGood(flags.knownGood);
  if (flags.accounts === undefined) return named;
  const { accounts } = await readAccounts(flags.accounts);
  const attested = [...accounts.values()].flatMap((a) =>
    a.attestation === null ? [] : a.accountId,
  );
  return named === undefined && attested.length === 0
    ? undefined
    : new Set([...(named ?? []), ...attested]);
};

const mustBeFiles = (logs: readonly string[], matcher: Matcher): void => {
  if (matcher.has.fingerprints && logs.includes('-'))
    throw new StillwatchError(
      'USAGE',
      'Attack fingerprints need the log twice, and standard input can be read once only',
      'Give the log as a file, or indicators without attack fingerprints.',
    );
};

/** @param now epoch ms; what `--at` replaces */
export const matchLog = async (
  logs: readonly string[],
  flags: MatchFlags,
  now: number,
): Promise<MatchReport> => {
  const { indicators, unusable, others } = readIndicatorFile(flags.indicators);
  const at = flags.at === undefined ? now : Date.parse(flags.at);
  const matcher = compileIndicators(indicators, { at });
  mustBeFiles(logs, matcher);
  const tokens = flags.tokens === undefined ? undefined : readTokens(flags.tokens);
  const known = await knownGoodOf(flags);
  const tally = createMatchTally(matcher);
  const read = await readExchanges(logs, tally);
  await matchSets(logs, flags, matcher, tally);
  for (const [account, list] of tokens ?? [])
    if (read.accounts.has(account)) tally.account(account, list);
  const hits = tally.finish(known ?? new Set(), tokens !== undefined);
  const everybody = new Map(
    hits.flatMap((h) => h.accounts.map((a) => [a.account_id, a.known_good])),
  );
  return {
    version: 1,
    at: new Date(at).toISOString(),
    read: { exchanges: read.exchanges, accounts: read.accounts.size, rejected: read.rejected },
    known_good:
      known === undefined
        ? null
        : {
            accounts: [...known].filter((id) => read.accounts.has(id)).length,
            hit: [...everybody.values()].filter(Boolean).length,
          },
    accounts_hit: everybody.size,
    indicators: hits,
    unusable,
    others,
  };
};
