/** Address blocks, sorted and merged: whether a block meets any of them is one binary search. */
import { type AddressBlock, addressBlock } from '../../stix/pattern/address.ts';

export interface AddressRanges {
  /** Whether the block has an address in common with any of the ranges. */
  readonly meets: (block: AddressBlock) => boolean;
}

interface Range {
  readonly first: bigint;
  readonly last: bigint;
}

const rangeOf = ({ bytes, bits }: AddressBlock): Range => {
  let value = 0n;
  for (const byte of bytes) value = (value << 8n) | BigInt(byte);
  const size = BigInt(bytes.length * 8 - bits);
  const first = (value >> size) << size;
  return { first, last: first | ((1n << size) - 1n) };
};

/** Sorted, and those that touch made into one: of two neighbours the later always begins later. */
const merged = (ranges: readonly Range[]): readonly Range[] => {
  const sorted = [...ranges].sort((a, b) => (a.first < b.first ? -1 : a.first > b.first ? 1 : 0));
  const out: Range[] = [];
  for (const range of sorted) {
    const before = out.at(-1);
    if (before === undefined || range.first > before.last + 1n) out.push(range);
    else if (range.last > before.last) out[out.length - 1] = { ...before, last: range.last };
  }
  return out;
};

const meetsOne = (ranges: readonly Range[], { first, last }: Range): boolean => {
  let low = 0;
  let high = ranges.length;
  // The first range that does not end before the block begins.
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ranges[middle]!.last < first) low = middle + 1;
    else high = middle;
  }
  return low < ranges.length && ranges[low]!.first <= last;
};

/** What is neither an address nor a block is left out; the caller has checked that. */
export const addressRanges = (blocks: Iterable<string>): AddressRanges => {
  const v4: Range[] = [];
  const v6: Range[] = [];
  for (const text of blocks) {
    const block = addressBlock(text);
    if (block !== undefined) (block.bytes.length === 4 ? v4 : v6).push(rangeOf(block));
  }
  const [four, six] = [merged(v4), merged(v6)];
  return {
    meets: (block) => meetsOne(block.bytes.length === 4 ? four : six, rangeOf(block)),
  };
};
