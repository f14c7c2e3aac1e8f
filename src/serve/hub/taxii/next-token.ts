/**
 * `next` (TAXII 2.1, section 3.5): where the page ended, sealed with what it is a page of. No state is
 * kept for it, so it never expires and any process can read it; with other filters, in another
 * collection or by another member it is refused.
 */
import { timingSafeEqual } from 'node:crypto';
import type { Secrets } from '../access/secret.ts';
import { badRequest } from '../http/refusal.ts';

const POSITION = 8;
const SEAL = 16;

const sealOf = ({ seal }: Secrets, position: Uint8Array, of: string): Buffer =>
  seal(`${Buffer.from(position).toString('hex')} ${of}`).subarray(0, SEAL);

/** @param of everything that a page is of, as one text */
export const nextToken = (secrets: Secrets, added: number, of: string): string => {
  const position = Buffer.alloc(POSITION);
  position.writeBigUInt64BE(BigInt(added));
  return Buffer.concat([position, sealOf(secrets, position, of)]).toString('base64url');
};

/** @throws Refusal 400 */
export const positionOf = (secrets: Secrets, token: string, of: string): number => {
  const bytes = /^[A-Za-z0-9_-]{32}$/.test(token)
    ? Buffer.from(token, 'base64url')
    : Buffer.alloc(0);
  const position = bytes.subarray(0, POSITION);
  if (
    bytes.length !== POSITION + SEAL ||
    !timingSafeEqual(bytes.subarray(POSITION), sealOf(secrets, position, of))
  )
    throw badRequest('next does not belong to this request: keep every filter as it was.');
  return Number(position.readBigUInt64BE());
};
