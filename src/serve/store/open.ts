/** Opens a store by its location: a folder, or the connection string of a PostgreSQL database. */

import type { Driver, Queries } from './driver.ts';
import { appendEvents, eventsOf } from './events.ts';
import { groupCommit } from './group-commit.ts';
import { ledgerFiles } from './ledger-files.ts';
import { migrate } from './migrations.ts';
import { openPostgres } from './postgres.ts';
import { pruneEvents, pruneStatuses } from './pruning.ts';
import { recordsOf, recordsWriter } from './records.ts';
import { openSqlite } from './sqlite.ts';
import type { Store, Writing } from './store.ts';
import { readAudiences, readCounts, readExists, readPage } from './versions-read.ts';
import { addVersions, changeAudience, removeVersions } from './versions-write.ts';

const isPostgres = (location: string): boolean => /^postgres(ql)?:\/\//.test(location);

const writing = (driver: Driver, queries: Queries): Writing => ({
  records: recordsWriter(driver, queries),
  addVersions: addVersions(driver, queries),
  removeVersions: removeVersions(driver, queries),
  changeAudience: changeAudience(driver, queries),
  appendEvents: appendEvents(driver, queries),
  pruneEvents: pruneEvents(queries),
  pruneStatuses: pruneStatuses(queries),
  ledger: ledgerFiles(queries, (work) => work(queries)),
});

/**
 * @throws StillwatchError `STORE_UNREACHABLE` or `STORE_TOO_NEW`.
 */
export const openStore = async (location: string): Promise<Store> => {
  const driver = isPostgres(location) ? await openPostgres(location) : openSqlite(location);
  try {
    await migrate(driver);
  } catch (error) {
    await driver.close();
    throw error;
  }
  const { write, idle } = groupCommit(driver);
  return {
    engine: driver.engine,
    records: recordsOf(driver),
    write: (work) => write((queries) => work(writing(driver, queries))),
    page: (selection, limit) => readPage(driver, selection, limit),
    exists: readExists(driver),
    counts: readCounts(driver),
    audiences: readAudiences(driver),
    events: eventsOf(driver),
    ledger: ledgerFiles(driver, write),
    revision: driver.revision,
    backup: driver.backup,
    close: async () => {
      await idle();
      await driver.close();
    },
  };
};
