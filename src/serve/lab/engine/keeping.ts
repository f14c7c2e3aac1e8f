import { existsSync, mkdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { readAccounts } from '../../../detect/exchange/accounts.ts';
import type { AccountRecord } from '../../../detect/exchange/exchange.ts';
import { type LookState, startLooks } from '../../../detect/live/lineages.ts';
import type { LiveTotals } from '../../../detect/live/live-counter.ts';
import { look } from '../../../detect/live/look.ts';
import { createProfile, type Profile } from '../../../detect/profile/profile.ts';
import { packProfiles } from '../../../detect/profile/wire.ts';
import { type Baseline, readBaseline } from '../../../detect/scan/baseline.ts';
import { segmentOf } from '../../../detect/verdict/segment.ts';
import { loadIntentModel } from '../../../detect/verdict/intent-model.ts';
import { axisLevel } from '../../../detect/verdict/judge.ts';
import {
  type Counted,
  readCheckpoint,
  replaceFile,
  writeCheckpoint,
} from '../profiles/checkpoint.ts';
import { openKeeper } from '../profiles/keeper.ts';
import type {
  Customers,
  KeepingStart,
  KeepingStatus,
  KnownAccount,
  Looked,
  Order,
  WatchChange,
  Watched,
} from './messages.ts';
import { watchedBefore } from './watch.ts';

export interface Keeping {
  readonly gain: (id: string, profile: Profile) => void;
  readonly learn: (records: readonly AccountRecord[]) => void;
  /** Null when there is nothing to look at. */
  readonly look: (
    order: Extract<Order, { type: 'look' }>,
    totals: LiveTotals,
  ) => Promise<Looked | null>;
  readonly checkpoint: (counted: Counted) => void;
  readonly forget: (account: string) => boolean;
  readonly accounts: (ids: readonly string[]) => readonly KnownAccount[];
  readonly watched: (change: WatchChange) => Watched;
  readonly customers: (known: number) => Promise<Customers | null>;
  readonly status: () => KeepingStatus;
}

const LOOKS = 'looks.json';

const readJson = <T>(path: string): T | null =>
  // Written by `replaceFile`: whole, or not there.
  existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as T) : null;

export const createKeeping = (start: KeepingStart): Keeping => {
  const { folder } = start;
  const profilesFolder = join(folder, 'profiles');
  mkdirSync(profilesFolder, { recursive: true, mode: 0o700 });
  const saved = readCheckpoint(folder);
  const keeper = openKeeper({
    folder: profilesFolder,
    inMemory: start.inMemory,
    marks: saved?.profiles,
  });
  const records = new Map<string, AccountRecord>(
    saved?.records == null ? [] : (readJson(join(folder, saved.records)) ?? []),
  );
  let recordsFile = saved?.records ?? null;
  let recordsNumber = Number(/(\d+)/.exec(recordsFile ?? '0')?.[1] ?? 0);
  let recordsChanged = false;
  let looks = readJson<LookState>(join(folder, LOOKS));
  const model = loadIntentModel(start.model);
  const baseline: Baseline | undefined =
    start.baseline === undefined ? undefined : readBaseline(start.baseline, model);
  /** What the file of accounts said, and when it was written. */
  let file: { readonly at: number; readonly records: ReadonlyMap<string, AccountRecord> } = {
    at: 0,
    records: new Map(),
  };
  let newest = 0;
  let learnedSoFar = 1;

  const readFileOfAccounts = async (): Promise<void> => {
    if (start.accountsFile === undefined) return;
    const at = statSync(start.accountsFile).mtimeMs;
    if (at !== file.at) file = { at, records: (await readAccounts(start.accountsFile)).accounts };
  };
  const recordOf = (id: string): AccountRecord | null =>
    records.get(id) ?? file.records.get(id) ?? null;
  const recordsOf = (ids: Iterable<string>): Map<string, AccountRecord> => {
    const found = new Map<string, AccountRecord>();
    for (const id of ids) {
      const record = recordOf(id);
      if (record !== null) found.set(id, record);
    }
    return found;
  };
  return {
    gain: (id, profile) => {
      if (profile.lastSeen > newest) newest = profile.lastSeen;
      keeper.gain(id, profile);
    },
    watched: ({ add, at }) => watchedBefore(keeper.resident(), add, at),
    customers: async (known) => {
      await readFileOfAccounts();
      // Both parts only grow: the same sum is the same state.
      const version = learnedSoFar + file.at;
      if (version === known) return null;
      const all = new Map([...file.records, ...records]);
      const instruments: [string, string][] = [];
      const attested: string[] = [];
      for (const [id, { paymentFingerprint, attestation }] of all) {
        if (paymentFingerprint !== null) instruments.push([id, paymentFingerprint]);
        if (attestation !== null) attested.push(id);
      }
      return { version, instruments, attested };
    },
    learn: (learned) => {
      learnedSoFar += learned.length;
      for (const record of learned) records.set(record.accountId, record);
      recordsChanged = true;
    },
    look: async ({ look: order, now }, totals) => {
      const from = performance.now();
      await readFileOfAccounts();
      // A stamp in the future must not make everybody else look old.
      const time = start.trafficClock ? Math.min(now, newest) : now;
      const { retention } = start;
      const { window, most, level, procedure } = order;
      const { profiles, leftOut, expired } = keeper.collect({ now: time, retention, window, most });
      for (const id of order.without ?? []) profiles.delete(id);
      if (profiles.size === 0) return null;
      const { exchanges, duplicates, rejected, reasons } = totals;
      const tally = {
        exchanges,
        duplicates,
        rejected,
        reasons: reasons as Record<string, number>,
        quarantine: [],
      };
      const once = procedure === 'scan';
      const state = once ? null : (looks ?? startLooks(axisLevel(level)));
      const options = { level, model, baseline, live: once ? undefined : procedure };
      const known = recordsOf(profiles.keys());
      const result = await look(profiles, known, tally, state, options);
      if (result.state !== null) {
        // Before anybody hears of it: levels that were spent stay spent.
        replaceFile(folder, LOOKS, JSON.stringify(result.state));
        looks = result.state;
      }
      const ms = performance.now() - from;
      const accounts = result.report.accounts.map(({ account_id: id, exchanges }) => {
        const record = known.get(id) ?? null;
        const segment = segmentOf(profiles.get(id)!, record);
        return { id, record, segment, exchanges };
      });
      const organizations = sumOrganizations(profiles, known);
      const { report } = result;
      return { report, accounts, organizations, looks: looks?.looks ?? 0, leftOut, expired, ms };
    },
    checkpoint: (counted) => {
      const marks = keeper.checkpoint();
      const before = recordsFile;
      if (recordsChanged) {
        recordsNumber += 1;
        recordsFile = `records.${recordsNumber}.json`;
        replaceFile(folder, recordsFile, JSON.stringify([...records]));
      }
      writeCheckpoint(folder, { version: 2, counted, profiles: marks, records: recordsFile });
      keeper.sweep();
      if (recordsChanged && before !== null) rmSync(join(folder, before), { force: true });
      recordsChanged = false;
    },
    forget: (account) => {
      const hadRecord = records.delete(account);
      if (hadRecord) {
        recordsChanged = true;
        learnedSoFar += 1; // whoever holds a copy of the records asks for them again
      }
      if (looks !== null) {
        looks = withoutAccount(looks, account);
        replaceFile(folder, LOOKS, JSON.stringify(looks));
      }
      return keeper.forget(account) || hadRecord;
    },
    accounts: (ids) =>
      ids.flatMap((id): KnownAccount[] => {
        const record = recordOf(id);
        // Who signed up and has not sent anything yet can be known to others.
        const profile = keeper.profile(id) ?? (record === null ? null : createProfile());
        return profile === null ? [] : [{ id, record, packed: packProfiles([[id, profile]]) }];
      }),
    status: () => ({
      accounts: keeper.accounts(),
      inMemory: keeper.inMemory,
      records: records.size + file.records.size,
    }),
  };
};

const MOST_ORGANIZATIONS = 100_000;
const sumOrganizations = (
  profiles: ReadonlyMap<string, Profile>,
  records: ReadonlyMap<string, AccountRecord>,
): Map<string, number> => {
  const sums = new Map<string, number>();
  for (const [id, { organizationId }] of records)
    if (organizationId !== null)
      sums.set(organizationId, (sums.get(organizationId) ?? 0) + profiles.get(id)!.exchanges);
  if (sums.size <= MOST_ORGANIZATIONS) return sums;
  return new Map([...sums].sort((a, b) => b[1] - a[1]).slice(0, MOST_ORGANIZATIONS));
};

const withoutAccount = (state: LookState, account: string): LookState => {
  const clean = (axis: LookState['axes']['network']): LookState['axes']['network'] => ({
    ...axis,
    lineages: axis.lineages.map((l) =>
      l.accounts.includes(account)
        ? { ...l, accounts: l.accounts.filter((id) => id !== account) }
        : l,
    ),
  });
  return {
    ...state,
    axes: { network: clean(state.axes.network), intent: clean(state.axes.intent) },
  };
};
