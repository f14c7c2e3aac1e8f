/** What databases say when they cannot take or give anything, as errors with a code and a remedy. */
import { StillwatchError } from '../../base/errors.ts';

const full = (cause: unknown): StillwatchError =>
  new StillwatchError(
    'STORE_FULL',
    'The store takes no writes: its disk is full or fails',
    'Free space on the disk of the data; what was not acknowledged may be sent again, and no restart is needed.',
    { cause },
  );

export const unreachable = (error: unknown): StillwatchError =>
  new StillwatchError(
    'STORE_UNREACHABLE',
    // The connection string may hold a password, and messages of the server may quote it.
    `The PostgreSQL database cannot be reached: ${(error as { code?: string }).code ?? 'no answer'}`,
    'Check that it runs, and host, port, user and database of the connection string.',
    { cause: error },
  );

/** SQLITE_IOERR and SQLITE_FULL (sqlite.org/rescode.html); the upper bytes of a code say more of it. */
const SQLITE_FULL: ReadonlySet<number> = new Set([10, 13]);

export const codedSqlite = (error: unknown): unknown => {
  const { errcode } = (error ?? {}) as { readonly errcode?: unknown };
  return typeof errcode === 'number' && SQLITE_FULL.has(errcode & 0xff) ? full(error) : error;
};

/** disk_full and io_error (PostgreSQL, appendix A). */
const POSTGRES_FULL: ReadonlySet<unknown> = new Set(['53100', '58030']);
/** Class 08, connections; 53300, too many of them; 57P01 to 57P03, a server that ends or begins. */
const POSTGRES_AWAY = /^(08...|53300|57P0[123]|ECONNREFUSED|ECONNRESET|ENOENT|EPIPE|ETIMEDOUT)$/;
/** Of the client, which gives them no code. */
const AWAY = /Connection terminated|connection error|not queryable|timeout exceeded when trying/;

export const codedPostgres = (error: unknown): unknown => {
  const { code, message } = (error ?? {}) as {
    readonly code?: unknown;
    readonly message?: unknown;
  };
  if (error instanceof StillwatchError) return error;
  if (POSTGRES_FULL.has(code)) return full(error);
  return (typeof code === 'string' && POSTGRES_AWAY.test(code)) || AWAY.test(String(message))
    ? unreachable(error)
    : error;
};
