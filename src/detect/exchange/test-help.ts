/** Shared by the tests of this folder. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { StillwatchError } from '../../base/errors.ts';
import type { Exchange } from './exchange.ts';
import type { LogFormat } from './log-chunk.ts';
import { type OpenLogOptions, openLog } from './open-log.ts';
import { createRowReader } from './row-reader.ts';

export const fixture = (name: string): string => join(import.meta.dirname, 'fixtures', name);

/** Writes files into a folder that is removed after the test file. */
export const scratchFolder = (): ((name: string, content: string | Uint8Array) => string) => {
  const folder = mkdtempSync(join(tmpdir(), 'stillwatch-test-'));
  after(() => rmSync(folder, { recursive: true, force: true }));
  return (name, content) => {
    const path = join(folder, name);
    writeFileSync(path, content);
    return path;
  };
};

export interface ReadResult {
  readonly exchanges: Exchange[];
  /** 'line:REASON' in the order reported. */
  readonly rejected: string[];
  readonly formats: LogFormat[];
  readonly chunks: number;
}

/** Reads sources to the end. */
export const readAll = async (
  patterns: readonly string[],
  options: OpenLogOptions = {},
): Promise<ReadResult> => {
  const exchanges: Exchange[] = [];
  const rejected: string[] = [];
  const formats: LogFormat[] = [];
  let chunks = 0;
  const log = openLog(patterns, {
    ...options,
    onReject: (_, line, reason) => rejected.push(`${line}:${reason}`),
  });
  for await (const chunk of log) {
    chunks++;
    if (!formats.includes(chunk.format)) formats.push(chunk.format);
    createRowReader(chunk.format)(
      chunk,
      (e) => exchanges.push(e),
      (line, reason) => rejected.push(`${line}:${reason}`),
    );
  }
  return { exchanges, rejected, formats, chunks };
};

/** Reads JSON lines held in memory. */
export const readText = (
  text: string | Uint8Array,
  format: LogFormat = 'native',
): Pick<ReadResult, 'exchanges' | 'rejected'> => {
  const exchanges: Exchange[] = [];
  const rejected: string[] = [];
  const data = new Uint8Array(Buffer.from(text));
  createRowReader(format)(
    { source: 'test', format, firstLine: 1, data },
    (e) => exchanges.push(e),
    (line, reason) => rejected.push(`${line}:${reason}`),
  );
  return { exchanges, rejected };
};

/** For assert.rejects: a StillwatchError of that code whose message matches. */
export const coded =
  (code: string, message: RegExp = /./) =>
  (error: unknown): boolean =>
    error instanceof StillwatchError &&
    error.code === code &&
    message.test(error.message) &&
    error.remedy !== '';

export const row = (over: Record<string, unknown> = {}): string =>
  JSON.stringify({
    timestamp: '2026-03-01T10:00:00Z',
    account_id: 'a',
    prompt: 'hello',
    response_tokens: 5,
    ...over,
  });
