/**
 * One record of the journal: lengths, a checksum, a header as JSON, bytes as they came.
 *
 *   u32 length of header and data   u32 CRC-32 of both   u32 length of header   header   data
 */
import { crc32 } from 'node:zlib';
import { STREAMS, type Stream } from '../../../detect/live/live-counter.ts';
import * as parse from '../../../base/parse.ts';

/** Where a followed file had been read to, after the lines of a record. */
export interface FollowedTo {
  readonly path: string;
  readonly inode: string;
  readonly offset: number;
}

export interface RecordHeader {
  /** Strictly increasing over all segments. */
  readonly seq: number;
  /** When it arrived, epoch ms. */
  readonly at: number;
  readonly stream: Stream;
  readonly firstLine: number;
  readonly followed?: FollowedTo | undefined;
}

export interface JournalRecord {
  readonly header: RecordHeader;
  readonly data: Uint8Array<ArrayBuffer>;
}

const PREFIX = 12;
/** Longer is no record of ours. */
const MOST_BYTES = 256 << 20;

const followed = parse.object<FollowedTo>({
  path: parse.text(4096),
  inode: parse.text(40),
  offset: parse.count,
});
const headerParser = parse.object<RecordHeader>({
  seq: parse.count,
  at: parse.number(),
  stream: parse.oneOf(STREAMS),
  firstLine: parse.count,
  followed: parse.orElse<FollowedTo | undefined>(followed, undefined),
});

/** What stands before the data of a record; the data itself is written from where it lies. */
export const encodeHead = (header: RecordHeader, data: Uint8Array): Buffer => {
  const head = Buffer.from(JSON.stringify(header));
  const frame = Buffer.allocUnsafe(PREFIX + head.length);
  head.copy(frame, PREFIX);
  frame.writeUInt32LE(head.length + data.length, 0);
  frame.writeUInt32LE(crc32(data, crc32(head)), 4);
  frame.writeUInt32LE(head.length, 8);
  return frame;
};

export type Decoded =
  | { readonly record: JournalRecord; readonly end: number }
  /** More bytes are needed, as many in all from the start of the record. */
  | { readonly needs: number }
  /** Torn by a crash, or damaged: nothing after it in this segment counts. */
  | { readonly torn: true };

export const decodeRecord = (bytes: Buffer, at: number): Decoded => {
  if (bytes.length - at < PREFIX) return { needs: PREFIX };
  const length = bytes.readUInt32LE(at);
  const headLength = bytes.readUInt32LE(at + 8);
  if (length === 0 || length > MOST_BYTES || headLength > length) return { torn: true };
  const start = at + PREFIX;
  const end = start + length;
  if (end > bytes.length) return { needs: PREFIX + length };
  if (crc32(bytes.subarray(start, end)) !== bytes.readUInt32LE(at + 4)) return { torn: true };
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString('utf8', start, start + headLength));
  } catch {
    return { torn: true };
  }
  const header = headerParser(value, '', parse.noFaults());
  if (header === parse.REFUSED) return { torn: true };
  // A copy with a buffer of its own, which may change hands.
  const data = new Uint8Array(end - start - headLength);
  data.set(bytes.subarray(start + headLength, end));
  return { record: { header, data }, end };
};
