/** The body of a request as it comes: expanded when it is gzip, cut into whole lines, never held beyond a bound. */
import type { IncomingMessage } from 'node:http';
import { createGunzip } from 'node:zlib';
import { StillwatchError } from '../../../base/errors.ts';
import { lineChunksIn, type Lines } from '../../../detect/exchange/line-chunks.ts';
import { HttpRefusal } from '../http/refusal.ts';
import { SLOT_BYTES, type Slots } from './slots.ts';

/** A line of a request; longer ones are counted and dropped. */
const LINE_BYTES = 8 << 20;

export interface BodyOptions {
  /** Bytes after expansion. */
  readonly most: number;
}

async function* bytesOf(
  request: IncomingMessage,
  { most }: BodyOptions,
): AsyncGenerator<Uint8Array> {
  const encoding = (request.headers['content-encoding'] ?? 'identity').toLowerCase();
  if (encoding !== 'identity' && encoding !== 'gzip')
    throw new HttpRefusal(415, 'BODY_ENCODING_UNKNOWN', 'Send the body as it is, or as gzip.');
  if (Number(request.headers['content-length'] ?? 0) > most) throw tooLarge(most);
  const source = encoding === 'gzip' ? request.pipe(createGunzip()) : request;
  let size = 0;
  try {
    for await (const chunk of source as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > most) throw tooLarge(most);
      yield chunk;
    }
  } catch (error) {
    if (error instanceof HttpRefusal || error instanceof StillwatchError) throw error;
    throw new HttpRefusal(400, 'BODY_UNREADABLE', 'The body broke off, or is not valid gzip.');
  }
}

const tooLarge = (most: number): HttpRefusal =>
  new HttpRefusal(413, 'BODY_TOO_LARGE', `Send at most ${most} bytes in one request.`);

/** Room for the whole body, if it says how large it is and that is little. */
const chunkBytes = (request: IncomingMessage): number => {
  const length = Number(request.headers['content-length'] ?? 0);
  const isPlain = request.headers['content-encoding'] === undefined;
  // One byte more: a full chunk would be given away before it is known to be the last.
  return isPlain && length > 0 ? Math.min(length + 1, SLOT_BYTES) : SLOT_BYTES;
};

/** Whole lines, in slots where they fit; whoever takes them gives the slot back. */
export const linesOf = (
  request: IncomingMessage,
  slots: Slots,
  options: BodyOptions,
  onLongLine: (line: number) => void,
): AsyncGenerator<Lines<ArrayBufferLike>> =>
  lineChunksIn<ArrayBufferLike>(
    slots,
    bytesOf(request, options) as AsyncGenerator<Uint8Array, void, undefined>,
    {
      chunkBytes: chunkBytes(request),
      maxLineBytes: Math.min(LINE_BYTES, options.most),
      onLongLine,
    },
  );

/** All of it, for formats that are one value. */
export const wholeBody = async (
  request: IncomingMessage,
  options: BodyOptions,
): Promise<Buffer> => {
  const parts: Uint8Array[] = [];
  for await (const chunk of bytesOf(request, options)) parts.push(chunk);
  return Buffer.concat(parts);
};
