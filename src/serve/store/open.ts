/** Opens a store by its location: a folder, or the connection string of a PostgreSQL database. */

import { StillwatchError } from '../../base/errors.ts';
import { copyTables, emptyTables, isEmpty } from './copy-tables.ts';
import type { Driver, Queries } from './driver.ts';
import { appendEvents, eventsOf } from './events.ts';
import { groupCommit } from './group-commit.ts';
import { ledgerFiles } from './ledger-files.ts';
import { migrate } from './migrations.ts';
import { openPostgres } from './postgres.ts';
import { pruneEvents, pruneStatuses } from './pruning.ts';
import { recordsOf, recordsWriter } from './records.ts';
import { openSqlite } from './sqlite.ts';
import type { Page, Store, TextPage, Writing } from './store.ts';
import { readTexts } from './texts-read.ts';
import { tailsOf } from './tails.ts';
import { readAudiences, readCounts, readExists, readPage } from './versions-read.ts';
import { addVersions, changeAudience, removeVersions } from './versions-write.ts';

export const isPostgres = (location: string): boolean => /^postgres(ql)?:\/\//.test(location);

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
 * Fills an empty PostgreSQL database from the folder of another store; `check` looks at the result, and
 * when it throws the database is empty again.
 *
 * @throws StillwatchError `OUTPUT_UNWRITABLE` for a database that holds something.
 */
export const fillPostgres = async (
  location: string,
  folder: string,
  check: (filled: Store) => Promise<void>,
): Promise<void> => {
  const to = await openPostgres(location);
  try {
    await migrate(to);
    if (!(await isEmpty(to)))
      throw new StillwatchError(
        'OUTPUT_UNWRITABLE',
        'The database holds a hub already',
        'Name a new database; nothing is overwritten.',
      );
    const from = openSqlite(folder);
    try {
      await migrate(from);
      await copyTables(from, to);
    } finally {
      await from.close();
    }
    try {
      const filled = await openStore(location);
      await check(filled).finally(filled.close);
    } catch (error) {
      await emptyTables(to);
      throw error;
    }
  } finally {
    await to.close();
  }
};

const NO_ROWS: Omit<Page, 'newestAudience'> = { rows: [], more: false };
const NO_TEXTS: Omit<TextPage, 'newestAudience'> = {
  count: 0,
  first: 0,
  last: 0,
  text: '',
  more: false,
};

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
  const tails = tailsOf(driver);
  return {
    engine: driver.engine,
    records: recordsOf(driver),
    write: (work) => write((queries) => work(writing(driver, queries))),
    page: (selection, limit) =>
      tails.unlessEmpty(selection, NO_ROWS, () => readPage(driver, selection, limit)),
    texts: (selection, limit) =>
      tails.unlessEmpty(selection, NO_TEXTS, () => readTexts(driver, selection, limit)),
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
