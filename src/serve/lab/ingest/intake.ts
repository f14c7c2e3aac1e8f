/** From what came in to an acknowledgement: converted, journaled, counted. */
import { isUtf8 } from 'node:buffer';
import { parseJsonText } from '../../../base/json-text.ts';
import { isRow, type Row } from '../../../detect/exchange/fields.ts';
import { MAX_DEPTH, MAX_VALUES } from '../../../detect/exchange/reject.ts';
import { eachRow } from '../../../detect/exchange/row-reader.ts';
import {
  KEPT_ERRORS,
  type LiveReject,
  type LiveTally,
  type Stream,
} from '../../../detect/live/live-counter.ts';
import type { LogFormat } from '../../../detect/exchange/log-chunk.ts';
import type { Mapping } from '../config/config.ts';
import type { Engine } from '../engine/engine.ts';
import type { FollowedTo } from '../journal/frame.ts';
import {
  type Converted,
  fromCloudflare,
  fromLitellm,
  fromOtlp,
  nothing,
  withoutContent,
} from './convert.ts';

/** What became of a request. Every line of it is in one of the counts. */
export interface Acknowledgement {
  accepted: number;
  duplicates: number;
  rejected: number;
  /** The first rejected lines. */
  errors: { readonly line: number | null; readonly code: LiveReject }[];
}

export interface Intake {
  /** Native lines of a stream. Resolves when they survive the machine. */
  readonly lines: (
    stream: Stream,
    lines: { readonly firstLine: number; readonly data: Uint8Array },
    into: Acknowledgement,
    followed?: FollowedTo,
  ) => Promise<void>;
  /** Lines of another format. */
  readonly foreignLines: (
    format: Exclude<LogFormat, 'native'>,
    lines: { readonly firstLine: number; readonly data: Uint8Array },
    into: Acknowledgement,
    followed?: FollowedTo,
  ) => Promise<void>;
  readonly otlp: (request: Row, into: Acknowledgement) => Promise<void>;
  readonly litellm: (rows: readonly Row[], into: Acknowledgement) => Promise<void>;
}

export interface IntakeOptions {
  readonly engine: Engine;
  readonly mapping: Mapping;
  /** Set in content-free mode: the key of the digests that stand for prompts. */
  readonly contentKey: Uint8Array | null;
}

export const noAcknowledgement = (): Acknowledgement => ({
  accepted: 0,
  duplicates: 0,
  rejected: 0,
  errors: [],
});

const add = (into: Acknowledgement, tally: LiveTally): void => {
  into.accepted += tally.accepted;
  into.duplicates += tally.duplicates;
  into.rejected += tally.rejected;
  into.errors.push(...tally.errors.slice(0, KEPT_ERRORS - into.errors.length));
};

const encoded = (rows: readonly Row[]): Uint8Array => {
  const bytes = Buffer.from(rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  return new Uint8Array(bytes); // with a buffer of its own, which may change hands
};

/** Bounded JSON of a body; undefined when it is none. */
export const jsonBody = (body: Uint8Array, maxBytes: number): unknown =>
  parseJsonText(body, { maxBytes, maxDepth: MAX_DEPTH, maxValues: MAX_VALUES }).value;

export const createIntake = ({ engine, mapping, contentKey }: IntakeOptions): Intake => {
  const submit = async (
    stream: Stream,
    firstLine: number,
    data: Uint8Array,
    into: Acknowledgement,
    followed?: FollowedTo,
  ): Promise<void> => {
    await engine.room();
    add(into, await engine.submit({ stream, at: Date.now(), firstLine, data }, followed));
  };
  const rows = async (converted: Converted, into: Acknowledgement): Promise<void> => {
    const strip = (list: readonly Row[]): readonly Row[] =>
      contentKey === null ? list : list.map((row) => withoutContent(row, contentKey));
    // Accounts are no exchanges: they are not part of the counts.
    if (converted.accounts.length > 0)
      await submit('accounts', 1, encoded(converted.accounts), noAcknowledgement());
    for (const stream of ['whole', 'content', 'network'] as const)
      if (converted[stream].length > 0)
        await submit(stream, 1, encoded(strip(converted[stream])), into);
  };
  /** Rows of lines, and those that are none counted as rejected. */
  const parsed = (
    lines: { readonly firstLine: number; readonly data: Uint8Array },
    into: Acknowledgement,
  ): Row[] => {
    const found: Row[] = [];
    eachRow(
      lines,
      (row) => found.push(row),
      (line, code) =>
        add(into, { accepted: 0, duplicates: 0, rejected: 1, errors: [{ line, code }] }),
    );
    engine.slots.give(lines.data);
    return found;
  };
  const foreign = (format: Exclude<LogFormat, 'native'>, list: readonly Row[]): Converted => {
    if (format === 'litellm') return fromLitellm(list, mapping);
    if (format === 'cloudflare') return fromCloudflare(list, mapping);
    const out = nothing();
    for (const request of list) {
      const one = fromOtlp(request, mapping);
      for (const stream of ['whole', 'content', 'network', 'accounts'] as const)
        out[stream].push(...one[stream]);
    }
    return out;
  };
  return {
    lines: async (stream, lines, into, followed) => {
      if (contentKey === null || stream === 'accounts' || stream === 'network')
        return submit(stream, lines.firstLine, lines.data, into, followed);
      const stripped = parsed(lines, into).map((row) => withoutContent(row, contentKey));
      return submit(stream, lines.firstLine, encoded(stripped), into, followed);
    },
    foreignLines: async (format, lines, into, followed) => {
      await rows(foreign(format, parsed(lines, into)), into);
      // After its rows: a crash between reads the lines again, and they are duplicates then.
      if (followed !== undefined)
        await submit('whole', lines.firstLine, new Uint8Array(), noAcknowledgement(), followed);
    },
    otlp: (request, into) => rows(fromOtlp(request, mapping), into),
    litellm: (payloads, into) => rows(fromLitellm(payloads, mapping), into),
  };
};

/** Rows of a body that is one JSON object, a list of them, or JSON lines. Undefined when it is none. */
export const rowsOfBody = (body: Buffer, maxBytes: number): readonly Row[] | undefined => {
  const value = jsonBody(body, maxBytes);
  if (isRow(value)) return [value];
  if (Array.isArray(value)) return value.every(isRow) ? value : undefined;
  if (!isUtf8(body)) return undefined;
  const rows: Row[] = [];
  for (const line of body.toString('utf8').split('\n')) {
    if (line.trim() === '') continue;
    const row = jsonBody(Buffer.from(line), maxBytes);
    if (!isRow(row)) return undefined;
    rows.push(row);
  }
  return rows.length > 0 ? rows : undefined;
};
