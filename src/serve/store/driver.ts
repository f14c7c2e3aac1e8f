/**
 * What both engines give: SQL text with `?` for parameters, rows as objects. Everything above this file
 * is written once. The SQL is the part that SQLite and PostgreSQL share; what differs has a method here.
 */
export type SqlValue = string | number | null;
export type SqlRow = Readonly<Record<string, SqlValue>>;

export interface Queries {
  readonly all: (sql: string, params?: readonly SqlValue[]) => Promise<readonly SqlRow[]>;
  /** Rows that were changed. */
  readonly run: (sql: string, params?: readonly SqlValue[]) => Promise<number>;
  /** Many rows at once, in their order; every row has one value for each column. */
  readonly insert: (
    table: string,
    columns: readonly Column[],
    rows: readonly (readonly SqlValue[])[],
  ) => Promise<void>;
}

export interface Column {
  readonly name: string;
  readonly type: 'text' | 'bigint';
}

/** The texts of some versions as one, with commas between them. */
export interface TextRange {
  readonly count: number;
  /** `added` of the first and the last; null without one. */
  readonly first: number | null;
  readonly last: number | null;
  readonly newest: number | null;
  readonly text: string | null;
}

export interface Driver extends Queries {
  readonly engine: 'sqlite' | 'postgres';
  /** An error of the engine with a code of ours, where there is one for it; the same otherwise. */
  readonly coded: (error: unknown) => unknown;
  /** Type of a key that the engine counts up by itself, in the order of commits. */
  readonly serial: string;
  /** One SQL expression that holds for each of the texts in a JSON list given as one parameter. */
  readonly inTexts: (column: string) => string;
  /** Says to every process on this database that something was appended; part of the transaction. */
  readonly notify: (queries: Queries, channel: Channel) => Promise<void>;
  readonly listen: (channel: Channel, listener: () => void) => void;
  /**
   * One write transaction of the only writer: the engine lets no second one run beside it, in any
   * process. What it commits survives the death of the process and of the machine.
   */
  readonly transaction: <T>(work: (queries: Queries) => Promise<T>) => Promise<T>;
  /** Changes whenever another process may have changed a record; a number to compare, no more. */
  readonly revision: () => number;
  /** The same for whatever was committed by anybody; undefined when the engine cannot say. */
  readonly commits: (() => number) | undefined;
  /**
   * Rows of `added` and `body`, in their order, put together by the engine; undefined when rows cost
   * it no more.
   */
  readonly texts: ((sql: string, params: readonly SqlValue[]) => Promise<TextRange>) | undefined;
  /** A consistent copy while others read and write. */
  readonly backup: (target: string) => Promise<void>;
  readonly close: () => Promise<void>;
}

export type Channel = 'events' | 'records';
