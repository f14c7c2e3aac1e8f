/** Address blocks of many indicators as sorted ranges that do not overlap: one binary search per address. */
import { isIPv4, isIPv6 } from 'node:net';
import { type AddressBlock, addressBlock } from '../../stix/pattern/address.ts';

export interface BlockIndex {
  /** Numbers of the indicators with a block around the address; empty for anything that is no address. */
  readonly of: (ip: string) => readonly number[];
}

const NONE: readonly number[] = [];

/** The first bits of an address as one exact number: 32 of IPv4, 48 of IPv6, where /48 is the longest. */
const numberOf = (bytes: Uint8Array): number => {
  let n = 0;
  for (let i = 0; i < Math.min(6, bytes.length); i++) n = n * 256 + bytes[i]!;
  return n;
};

interface Ranges {
  /** Ascending; from each start to the next one the same indicators hold. */
  readonly starts: Float64Array;
  readonly holders: readonly (readonly number[])[];
}

const rangesOf = (
  blocks: readonly { readonly block: AddressBlock; readonly holder: number }[],
): Ranges => {
  const edges = blocks.flatMap(({ block, holder }) => {
    const width = block.bytes.length === 4 ? 32 : 48;
    const from = numberOf(block.bytes);
    return [
      { at: from, holder, opens: true },
      { at: from + 2 ** (width - block.bits), holder, opens: false },
    ];
  });
  edges.sort((a, b) => a.at - b.at);
  const open = new Map<number, number>();
  const starts: number[] = [];
  const holders: (readonly number[])[] = [];
  edges.forEach(({ at, holder, opens }, i) => {
    const count = (open.get(holder) ?? 0) + (opens ? 1 : -1);
    if (count === 0) open.delete(holder);
    else open.set(holder, count);
    if (edges[i + 1]?.at === at) return;
    starts.push(at);
    holders.push([...open.keys()].sort((a, b) => a - b));
  });
  return { starts: Float64Array.from(starts), holders };
};

const search = ({ starts, holders }: Ranges, n: number): readonly number[] => {
  let low = 0;
  let high = starts.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (starts[middle]! <= n) low = middle + 1;
    else high = middle;
  }
  return low === 0 ? NONE : holders[low - 1]!;
};

/** The four octets, without an array for each part. */
const v4Number = (ip: string): number => {
  let n = 0;
  let octet = 0;
  for (let i = 0; i < ip.length; i++) {
    const c = ip.charCodeAt(i);
    if (c !== 46) octet = octet * 10 + c - 48;
    else {
      n = n * 256 + octet;
      octet = 0;
    }
  }
  return n * 256 + octet;
};

export const createBlockIndex = (
  blocks: readonly { readonly block: string; readonly holder: number }[],
): BlockIndex => {
  const read = blocks.map(({ block, holder }) => ({ block: addressBlock(block)!, holder }));
  const v4 = rangesOf(read.filter(({ block }) => block.bytes.length === 4));
  const v6 = rangesOf(read.filter(({ block }) => block.bytes.length === 16));
  return {
    of: (ip) => {
      if (isIPv4(ip)) return search(v4, v4Number(ip));
      if (!isIPv6(ip)) return NONE;
      const bytes = addressBlock(ip)?.bytes;
      if (bytes === undefined) return NONE;
      // RFC 4291, 2.5.5.2: an IPv4 address seen through an IPv6 socket is that IPv4 address.
      const mapped =
        bytes.subarray(0, 10).every((b) => b === 0) && bytes[10] === 255 && bytes[11] === 255;
      return mapped ? search(v4, numberOf(bytes.subarray(12))) : search(v6, numberOf(bytes));
    },
  };
};
