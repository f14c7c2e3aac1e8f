/**
 * Remembers the last exchanges exactly, so that a delivery that is repeated counts once: two
 * generations of open-addressed tables of 64-bit keys. The older generation is dropped when the
 * younger is full, so between one and two times `capacity` exchanges are remembered, in fixed memory.
 * The filter of a scan may take one new exchange in a million for a seen one; what was acknowledged to
 * somebody must not.
 */
export interface SeenWindow {
  /** Was this key added before? Adds it in the same step. */
  readonly seen: (hi: number, lo: number) => boolean;
  /** Keys added since the last call, as pairs of high and low, and where a generation began. */
  readonly takeNew: () => NewKeys;
  readonly size: number;
}

export interface NewKeys {
  /** Pairs of words that belong to the generation before the current one; empty unless it changed. */
  readonly older: Uint32Array<ArrayBuffer>;
  readonly younger: Uint32Array<ArrayBuffer>;
  /** Generations that began since the last call. */
  readonly turns: number;
}

interface Generation {
  readonly slots: Uint32Array;
  /** Keys in the order in which they came. */
  readonly order: Uint32Array<ArrayBuffer>;
  count: number;
}

/** Keys remembered at least: 96 MB. */
export const SEEN_CAPACITY = 2_000_000;
/** Slots for each key: two, so that a search for a free one is short. */
const ROOM = 2;

const createGeneration = (capacity: number): Generation => ({
  slots: new Uint32Array(2 * ROOM * capacity),
  order: new Uint32Array(2 * capacity),
  count: 0,
});

/** Slot of a key, or of the free place where it belongs. The key 0, 0 marks what is free. */
const find = ({ slots }: Generation, hi: number, lo: number): number => {
  const places = slots.length / 2;
  let at = Math.floor((hi / 0x1_0000_0000) * places);
  for (;;) {
    const a = slots[2 * at]!;
    const b = slots[2 * at + 1]!;
    if ((a === hi && b === lo) || (a === 0 && b === 0)) return at;
    at = at + 1 === places ? 0 : at + 1;
  }
};

const holds = (generation: Generation, at: number): boolean =>
  generation.slots[2 * at] !== 0 || generation.slots[2 * at + 1] !== 0;

const insert = (generation: Generation, at: number, hi: number, lo: number): void => {
  generation.slots[2 * at] = hi;
  generation.slots[2 * at + 1] = lo;
  generation.order[2 * generation.count] = hi;
  generation.order[2 * generation.count + 1] = lo;
  generation.count += 1;
};

/** `older` and `younger` are what `takeNew` gave before, in their order. */
export const createSeenWindow = (
  capacity: number = SEEN_CAPACITY,
  older: Uint32Array = new Uint32Array(),
  younger: Uint32Array = new Uint32Array(),
): SeenWindow => {
  let previous = createGeneration(capacity);
  let current = createGeneration(capacity);
  let taken = 0;
  let turned: { readonly from: Generation; readonly at: number } | null = null;
  let turns = 0;

  const seen = (high: number, low: number): boolean => {
    const hi = high >>> 0;
    // The key 0, 0 becomes 0, 1: it marks a free slot.
    const lo = hi === 0 && low === 0 ? 1 : low >>> 0;
    const at = find(current, hi, lo);
    if (holds(current, at)) return true;
    if (previous.count > 0 && holds(previous, find(previous, hi, lo))) return true;
    insert(current, at, hi, lo);
    if (current.count === capacity) {
      turned = { from: current, at: taken };
      turns += 1;
      previous = current;
      current = createGeneration(capacity);
      taken = 0;
    }
    return false;
  };
  const restore = (into: Generation, words: Uint32Array): void => {
    for (let i = 0; i + 1 < words.length && into.count < capacity; i += 2)
      insert(into, find(into, words[i]!, words[i + 1]!), words[i]!, words[i + 1]!);
  };
  restore(previous, older);
  restore(current, younger);
  taken = current.count;
  return {
    seen,
    takeNew: () => {
      const news: NewKeys = {
        older: turned?.from.order.slice(2 * turned.at) ?? new Uint32Array(),
        younger: current.order.slice(2 * taken, 2 * current.count),
        turns,
      };
      turned = null;
      turns = 0;
      taken = current.count;
      return news;
    },
    get size() {
      return previous.count + current.count;
    },
  };
};
