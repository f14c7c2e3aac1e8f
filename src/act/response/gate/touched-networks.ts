import type { Block } from './address.ts';

/** Bits of an address that name its network, closely and coarsely. */
const CLOSE = 24;
const COARSE = 19;

/** Sets the bits [first, end), whole words at once: 0.0.0.0/0 is half a million words, not 16 million bits. */
const setBits = (bits: Uint32Array, first: number, end: number): void => {
  for (let at = first; at < end; ) {
    if (at % 32 === 0 && end - at >= 32) {
      const words = Math.floor((end - at) / 32);
      bits.fill(0xffffffff, at >>> 5, (at >>> 5) + words);
      at += words * 32;
    } else {
      bits[at >>> 5]! |= 1 << (at & 31);
      at += 1;
    }
  }
};

/**
 * One bit for each /24 of IPv4 that some block touches, 2 MiB in all, and before it one for each /19,
 * 64 KiB, which stay near the processor: most addresses lie in a network about which nothing was ever
 * decided, and are answered by these alone.
 */
export class TouchedNetworks {
  #close: Uint32Array | null = null;
  readonly #coarse = new Uint32Array(2 ** COARSE / 32);

  has(address: number): boolean {
    if (this.#close === null) return false;
    const wide = address >>> (32 - COARSE);
    if ((this.#coarse[wide >>> 5]! & (1 << (wide & 31))) === 0) return false;
    const network = address >>> (32 - CLOSE);
    return (this.#close[network >>> 5]! & (1 << (network & 31))) !== 0;
  }

  mark({ words, prefix }: Block): void {
    this.#close ??= new Uint32Array(2 ** CLOSE / 32);
    for (const [bits, length] of [
      [this.#close, CLOSE],
      [this.#coarse, COARSE],
    ] as const) {
      const first = words[0]! >>> (32 - length);
      setBits(bits, first, first + 2 ** Math.max(0, length - prefix));
    }
  }

  restart(blocks: readonly Block[]): void {
    this.#close?.fill(0);
    this.#coarse.fill(0);
    for (const block of blocks) this.mark(block);
  }
}
