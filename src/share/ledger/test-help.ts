/** Trees straight from the definition, and small ledgers, for the tests of this folder. */
import { privateKeyOf } from '../sharing/signing/ed25519.ts';
import { leafHash, nodeHash, rootOfHashes, splitPoint } from './merkle.ts';
import type { RangeRoot } from './proof.ts';
import { encodeRecord, type LedgerEvent } from './record.ts';

/** RFC 6962 section 2.1, word by word: slow, and nothing to get wrong. */
export const naiveRoot = (entries: readonly Uint8Array[]): Uint8Array => {
  if (entries.length === 0) return rootOfHashes([]);
  if (entries.length === 1) return leafHash(entries[0]!);
  const k = splitPoint(entries.length);
  return nodeHash(naiveRoot(entries.slice(0, k)), naiveRoot(entries.slice(k)));
};

/** Range roots of a list of entries, each computed once. */
export const rangesOf = (entries: readonly Uint8Array[]): RangeRoot => {
  const known = new Map<string, Uint8Array>();
  return async (start, end) => {
    const key = `${start}:${end}`;
    const root = known.get(key) ?? naiveRoot(entries.slice(start, end));
    known.set(key, root);
    return root;
  };
};

export const numbered = (count: number): readonly Uint8Array[] =>
  Array.from({ length: count }, (_, i) => Buffer.from(`entry ${i}`));

/** A signing key that is the same in every run. */
export const testKey = (number: number) => privateKeyOf(new Uint8Array(32).fill(number));

const digestOf = (number: number): string =>
  Buffer.alloc(32, number.toString().padStart(8, '0')).toString('base64url');

export const events = (count: number): readonly LedgerEvent[] =>
  Array.from({ length: count }, (_, i): LedgerEvent => {
    const at = '2026-11-21T01:30Z';
    if (i % 3 === 1)
      return { kind: 'refused', at, contribution: digestOf(i), code: 'FIELD_NOT_ALLOWED' };
    if (i % 3 === 2) return { kind: 'delivered', at, batch: digestOf(i), count: '10-99' };
    return { kind: 'accepted', at, object: digestOf(i), contribution: digestOf(i + 1) };
  });

export const records = (count: number): readonly Uint8Array[] => events(count).map(encodeRecord);
