/**
 * Memory for lines on their way to the journal and to the counting thread: one block that all threads
 * see, cut into slots that are used again. A buffer of its own for each request would be memory that
 * the garbage collector counts and cannot see into: every 64 MB of traffic it would go through all
 * profiles to find nothing.
 */
export interface Slots {
  /** Memory for `bytes`; private when they are few, or no slot is free. */
  readonly take: (bytes: number) => Uint8Array;
  /** Whether these bytes lie in a slot. */
  readonly holds: (data: Uint8Array) => boolean;
  /** Gives a slot back, by anything that lies in it. */
  readonly give: (data: Uint8Array) => void;
  readonly memory: SharedArrayBuffer;
  readonly free: number;
}

/** The most that lies in one slot. */
export const SLOT_BYTES = 512 << 10;
/** Below this, a slot would be held for next to nothing. */
const LEAST = 32 << 10;

export const createSlots = (bytes: number): Slots => {
  const count = Math.max(1, Math.floor(bytes / SLOT_BYTES));
  // Pages are resident once they are written to.
  const memory = new SharedArrayBuffer(count * SLOT_BYTES);
  /** The slot that came back last is used first. */
  const free = Array.from({ length: count }, (_, i) => count - 1 - i);
  const isFree = new Uint8Array(count).fill(1);
  return {
    memory,
    take: (wanted) => {
      const slot = wanted >= LEAST && wanted <= SLOT_BYTES ? free.pop() : undefined;
      if (slot === undefined) return new Uint8Array(wanted);
      isFree[slot] = 0;
      return new Uint8Array(memory, slot * SLOT_BYTES, wanted);
    },
    holds: ({ buffer }) => buffer === memory,
    give: ({ buffer, byteOffset }) => {
      if (buffer !== memory) return;
      const slot = Math.floor(byteOffset / SLOT_BYTES);
      if (isFree[slot] === 1) throw new Error(`slot ${slot} was given back twice`);
      isFree[slot] = 1;
      free.push(slot);
    },
    get free() {
      return free.length;
    },
  };
};
