/**
 * What DuckDB needs for the same log: reading the JSON lines and aggregating per account every
 * counter of a profile that SQL can express. Columns are named and typed, which is the fastest way
 * to read JSON with it, and only the columns that a query uses are converted.
 */
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';

const COLUMNS = {
  timestamp: 'TIMESTAMP',
  account_id: 'VARCHAR',
  exchange_id: 'VARCHAR',
  conversation_id: 'VARCHAR',
  model: 'VARCHAR',
  prompt: 'VARCHAR',
  prompt_tokens: 'BIGINT',
  response_tokens: 'BIGINT',
  status: 'INTEGER',
  stream: 'BOOLEAN',
  ip: 'VARCHAR',
  asn: 'BIGINT',
  country: 'VARCHAR',
  user_agent: 'VARCHAR',
  ja4: 'VARCHAR',
} as const;

const SUMS = `count(*), min(timestamp), max(timestamp), sum(response_tokens), sum(prompt_tokens),
  count(*) filter (stream), count(*) filter (status >= 400), count(*) filter (status = 429)`;

/** Quarter octaves of both lengths and hours of activity, as a profile buckets them. */
const HISTOGRAMS = `
  histogram(case when response_tokens > 0 then floor(log2(response_tokens) * 4)::int else -1 end),
  histogram(case when prompt <> '' then floor(log2(length(prompt)) * 4)::int else -1 end),
  histogram(date_trunc('hour', timestamp))`;

const IDENTIFIERS = [
  'model',
  'ip',
  'asn',
  'country',
  'user_agent',
  'ja4',
  'conversation_id',
  'prompt',
] as const;

/** Of which a profile keeps the exchanges of each, not only how many there are. */
const LABELS = ['model', 'ip', 'asn', 'country', 'user_agent', 'ja4'] as const;

const distinct = (how: (column: string) => string): string => IDENTIFIERS.map(how).join(', ');

/** From the barest to the fullest reading of "plain counters". */
export const QUERIES = {
  'sums alone': SUMS,
  'sums, histograms': `${SUMS}, ${HISTOGRAMS}`,
  'sums, histograms, distinct (sketched)': `${SUMS}, ${HISTOGRAMS}, ${distinct((c) => `approx_count_distinct(${c})`)}`,
  'sums, histograms, distinct (exact)': `${SUMS}, ${HISTOGRAMS}, ${distinct((c) => `count(distinct ${c})`)}`,
  'sums, histograms, counts by label, distinct (exact)': `${SUMS}, ${HISTOGRAMS},
    ${LABELS.map((c) => `histogram(${c})`).join(', ')},
    ${distinct((c) => `count(distinct ${c})`)}`,
} as const;
export type QueryName = keyof typeof QUERIES;

export const openDuckDb = async (threads: number): Promise<DuckDBConnection> =>
  (await DuckDBInstance.create(':memory:', { threads: String(threads) })).connect();

/** Runs one of the queries over a file of JSON lines; returns the number of accounts. */
export const aggregate = async (
  connection: DuckDBConnection,
  path: string,
  query: QueryName,
): Promise<number> => {
  const columns = Object.entries(COLUMNS).map(([name, type]) => `${name}: '${type}'`);
  const reader = await connection.runAndReadAll(
    `select account_id, ${QUERIES[query]}
     from read_json('${path.replaceAll("'", "''")}', format = 'newline_delimited',
       columns = {${columns.join(', ')}})
     group by account_id`,
  );
  return reader.currentRowCount;
};
