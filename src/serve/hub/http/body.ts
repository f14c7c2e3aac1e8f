/** The body of a request, never held beyond its bound, and never beyond the bound of all together. */
import type { IncomingMessage } from 'node:http';
import { Refusal } from './refusal.ts';

/** Bytes of all bodies that are being received at one time. */
const MOST_TOGETHER = 256 << 20;
let together = 0;

const tooLarge = (limit: number): Refusal =>
  new Refusal(413, 'The request is too large', {
    description: `The limit is ${limit} bytes (max_content_length of the API root). Send fewer objects at once.`,
    closes: true,
  });

/** @throws Refusal 413, 415 or 503; 400 when the client breaks off. */
export const readBody = async (request: IncomingMessage, limit: number): Promise<Uint8Array> => {
  const encoding = request.headers['content-encoding'];
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity')
    throw new Refusal(415, 'Compressed requests are not accepted', { closes: true });
  // Said before the first byte is taken.
  if (Number(request.headers['content-length'] ?? 0) > limit) throw tooLarge(limit);
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    // Not destroyed when it is left early: the answer still has to get out.
    for await (const chunk of request.iterator({ destroyOnReturn: false })) {
      size += chunk.length;
      together += chunk.length;
      if (size > limit) throw tooLarge(limit);
      if (together > MOST_TOGETHER)
        throw new Refusal(503, 'The server is busy', {
          headers: { 'Retry-After': '5' },
          closes: true,
        });
      chunks.push(chunk);
    }
  } catch (error) {
    if (error instanceof Refusal) throw error;
    throw new Refusal(400, 'The request broke off', { closes: true });
  } finally {
    together -= size;
  }
  return Buffer.concat(chunks);
};
