/** The closed forms of texts that may leave. */
import { parseToken } from '../blinding/token.ts';
import { fromBase64Url } from '../signing/base64.ts';
import { splitIdentifier } from '../../stix/identifier.ts';
import { addressBlock } from '../../stix/pattern/address.ts';
import { isTimestamp } from '../../stix/timestamp.ts';
import { tlpLevelOf } from '../../stix/tlp.ts';
import { form, type Shape } from './shape.ts';

/** Milliseconds at most (3.2), and a year in which somebody could have meant it. */
export const timestamp: Shape = form(
  'a time such as 2026-11-21T10:00:00.000Z, between 2020 and 2099',
  24,
  (text) => /^20[2-9]\d-[^.]*(?:\.\d{3})?Z$/.test(text) && isTimestamp(text),
);

/** An identifier of one of these types. */
export const idOf = (...types: readonly string[]): Shape =>
  form(
    `an identifier of ${types.join(' or ')}`,
    100,
    (text) => {
      const parts = splitIdentifier(text);
      return parts !== undefined && types.includes(parts.type);
    },
    'FIREWALL_REFERENCE',
  );

/** A level of TLP 2.0, or what may be a sharing group: the hub knows which groups there are. */
export const marking: Shape = form(
  'a marking of TLP 2.0, or the marking of a sharing group',
  100,
  (text) => tlpLevelOf(text) !== undefined || splitIdentifier(text)?.type === 'marking-definition',
  'FIREWALL_MARKING',
);

export const token: Shape = form(
  'a blinded token (swt1:KIND:EPOCH:…)',
  100,
  (text) => parseToken(text) !== undefined,
  'FIREWALL_TOKEN',
);

/** Finer is one customer; wider is a country. */
const FINEST = { 4: 24, 16: 48 } as const;
const WIDEST = { 4: 8, 16: 20 } as const;

/** Coarsened: /8 to /24 of IPv4, /20 to /48 of IPv6, without a bit after the prefix. */
export const isCoarseBlock = (text: string): boolean => {
  const block = addressBlock(text);
  if (block === undefined || !text.includes('/') || text !== text.toLowerCase()) return false;
  const size = block.bytes.length as 4 | 16;
  if (block.bits > FINEST[size] || block.bits < WIDEST[size]) return false;
  const host = BigInt(size * 8 - block.bits);
  let value = 0n;
  for (const byte of block.bytes) value = (value << 8n) | BigInt(byte);
  return (value & ((1n << host) - 1n)) === 0n;
};

export const addressBlockForm: Shape = form(
  'an address block from /8 to /24 (IPv4) or /20 to /48 (IPv6) with no bit after its prefix',
  43,
  isCoarseBlock,
  'FIREWALL_BLOCK',
);

/** JA4: protocol, version, SNI, counts, ALPN; then two truncated digests over lists of TLS parameters. */
export const isJa4 = (text: string): boolean =>
  /^[tqd](?:1[0-3]|s[23]|d[1-3]|00)[di]\d{4}[0-9a-z]{2}_[0-9a-f]{12}_[0-9a-f]{12}$/.test(text);

export const ja4: Shape = form('a JA4 fingerprint', 36, isJa4);

/** Bytes of exactly this number, in base64url and its one spelling. */
export const bytesOf = (count: number): Shape =>
  form(
    `${count} bytes in base64url`,
    Math.ceil((count * 4) / 3),
    (text) => fromBase64Url(text)?.length === count,
  );
