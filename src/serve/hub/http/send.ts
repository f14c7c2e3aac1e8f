/** Replies and refusals as bytes. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Refusal, TAXII_TYPE } from './refusal.ts';
import type { Reply } from './route.ts';

/** How long a client is listened to that still sends what nobody will read. */
const LINGER_MS = 2000;
/** Pause after each piece of it: whoever sends without end is slowed down to a few megabytes a second. */
const PIECE_MS = 10;

const COMMON = { 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff' } as const;

/**
 * Ends an answer whose request was not read to its end. The answer is complete for the client; the
 * rest of its body is thrown away for a moment, because a connection that is closed at once is reset,
 * and a reset takes the answer with it (RFC 9112, section 9.6).
 */
const endLingering = (request: IncomingMessage, response: ServerResponse): void => {
  const timer = setTimeout(() => request.socket.destroy(), LINGER_MS);
  request.once('close', () => clearTimeout(timer));
  request.once('end', () => response.end());
  request.on('data', () => {
    request.pause();
    setTimeout(() => request.resume(), PIECE_MS);
  });
  request.on('error', () => undefined);
  request.resume();
};

/** Sends a reply; for HEAD all but its body (RFC 9110, section 9.3.2). */
export const send = (request: IncomingMessage, response: ServerResponse, reply: Reply): void => {
  const { status, headers = {}, type = TAXII_TYPE, body = '' } = reply;
  if (typeof body === 'function') {
    response.writeHead(status, { ...COMMON, 'Content-Type': type, ...headers });
    if (request.method === 'HEAD') response.end();
    else body(response);
    return;
  }
  // A text goes out in one piece with its head, and its bytes are never an object of their own: what lies
  // outside the heap makes the whole heap be looked at.
  const length = typeof body === 'string' ? Buffer.byteLength(body) : body.length;
  const unread = !request.complete && hasBody(request);
  response.writeHead(status, {
    ...COMMON,
    ...(length === 0 ? {} : { 'Content-Type': type }),
    // RFC 9110, 8.6: none with 204.
    ...(status === 204 ? {} : { 'Content-Length': length }),
    ...(unread ? { Connection: 'close' } : {}),
    ...headers,
  });
  if (!unread) {
    response.end(request.method === 'HEAD' ? undefined : body);
    return;
  }
  if (request.method !== 'HEAD' && length > 0) response.write(body);
  endLingering(request, response);
};

const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;

export const replyOf = (refusal: Refusal): Reply => ({
  status: refusal.status,
  headers: refusal.headers,
  body: refusal.body,
});
