export const LOG_FORMATS = ['native', 'otel', 'litellm', 'cloudflare'] as const;
export type LogFormat = (typeof LOG_FORMATS)[number];

/** A run of whole lines of one source; made by `openLog`, read by a row reader in any thread. */
export interface LogChunk {
  /** Name of the source as the person gave it, or as the glob found it; '<stdin>' for '-'. */
  readonly source: string;
  readonly format: LogFormat;
  /**
   * Line number of the first line, from 1; for Parquet the row number. Blank lines stand for lines
   * that hold no row, so that the numbers of the following lines stay right.
   */
  readonly firstLine: number;
  /**
   * UTF-8 JSON lines separated by '\n'; only the last line of a source may lack its '\n'. Owns its
   * ArrayBuffer, so that it can be transferred to a worker.
   */
  readonly data: Uint8Array<ArrayBuffer>;
}
