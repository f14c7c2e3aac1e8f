import { createWriteStream } from 'node:fs';
import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { type Blocks, unreadable } from './raw-bytes.ts';

/** First four bytes of a Parquet file (Parquet format, "File Format"). */
export const PARQUET_MAGIC = 'PAR1';

const SETTINGS = {
  memory_limit: '512MB',
  threads: '1',
  // Nothing is fetched: what reading Parquet and writing JSON needs is built in.
  autoinstall_known_extensions: 'false',
  autoload_known_extensions: 'false',
};

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;
const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** A column as the reader wants it in JSON. */
const column = (name: string, type: string): string => {
  const c = quoted(name);
  if (/^TIMESTAMP WITH/.test(type)) return `epoch_ms(${c})`;
  if (/^(TIMESTAMP|DATE)/.test(type)) return `epoch_ms(${c}::TIMESTAMP)`; // without a zone: UTC
  // JSON has no NaN, and a column of whole numbers with gaps often arrives as doubles with NaN.
  if (/^(DOUBLE|FLOAT)$/.test(type)) return `CASE WHEN isfinite(${c}) THEN ${c} END`;
  // An id above 2^53 would lose digits as a JSON number.
  if (/INT$/.test(type) && /id$/i.test(name)) return `${c}::VARCHAR`;
  return c;
};

async function* rows(connection: DuckDBConnection, path: string): Blocks {
  const from = `read_parquet(${literal(path)})`;
  const described = await connection.runAndReadAll(`DESCRIBE SELECT * FROM ${from}`);
  const fields = described
    .getRows()
    .map(([name, type]) => `${literal(String(name))}: ${column(String(name), String(type))}`);
  const result = await connection.stream(
    `SELECT to_json({${fields.join(', ')}})::VARCHAR FROM ${from}`,
  );
  for (;;) {
    const chunk = await result.fetchChunk();
    if (chunk === null || chunk.rowCount === 0) return;
    yield Buffer.from(`${chunk.getColumns()[0]!.join('\n')}\n`);
  }
}

/**
 * The rows of a Parquet file as JSON lines, one per row, streamed with a bounded memory. Parquet is
 * read from its end, so standard input is first written to a temporary file, removed afterwards.
 */
export async function* parquetToJsonLines(
  name: string,
  path: string | null,
  blocks: Blocks,
): Blocks {
  const folder = await mkdtemp(join(tmpdir(), 'stillwatch-parquet-'));
  let instance: DuckDBInstance | null = null;
  try {
    // A name of our own: read_parquet would take a star or bracket in the real one for a pattern.
    const local = join(folder, 'rows.parquet');
    if (path === null) await pipeline(Readable.from(blocks), createWriteStream(local));
    else await symlink(resolve(path), local);
    instance = await DuckDBInstance.create(':memory:', SETTINGS);
    const connection = await instance.connect();
    try {
      yield* rows(connection, local);
    } finally {
      connection.closeSync();
    }
  } catch (cause) {
    throw unreadable(name, cause);
  } finally {
    await blocks.return();
    instance?.closeSync();
    await rm(folder, { recursive: true, force: true });
  }
}
