/** Infrastructure that belongs to many: an indicator that names it would hit the innocent. */
import data from './shared-infrastructure.json' with { type: 'json' };
import { type AddressRanges, addressRanges } from './address-ranges.ts';
import { addressBlock } from '../../stix/pattern/address.ts';

interface Guard<T> {
  readonly name: string;
  readonly source: string;
  readonly holds: (value: T) => boolean;
}

const BLOCKS: readonly Guard<string>[] = data.blocks.map(({ name, source, list }) => {
  const ranges: AddressRanges = addressRanges(list);
  return {
    name,
    source,
    holds: (text) => {
      const block = addressBlock(text);
      return block !== undefined && ranges.meets(block);
    },
  };
});

const SYSTEMS: readonly Guard<number>[] = data.systems.map((entry) => {
  const { name, source } = entry;
  const ranges = 'ranges' in entry ? (entry.ranges ?? []) : [];
  const list = new Set('list' in entry ? entry.list : []);
  return {
    name,
    source,
    holds: (system) =>
      list.has(system) || ranges.some(([first, last]) => system >= first! && system <= last!),
  };
});

export interface SharedBy {
  readonly name: string;
  readonly source: string;
}

export const sharedBlock = (block: string): SharedBy | undefined =>
  BLOCKS.find(({ holds }) => holds(block));

export const sharedSystem = (system: number): SharedBy | undefined =>
  SYSTEMS.find(({ holds }) => holds(system));
