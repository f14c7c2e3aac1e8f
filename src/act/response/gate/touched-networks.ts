import type { Block } from './address.ts';

const NETWORKS = 2 ** 24;

/**
 * One bit for each /24 of IPv4 that some block touches, 2 MiB in all: most addresses lie in a network
 * about which nothing was ever decided, and are answered by this bit alone.
 */
export class TouchedNetworks {
  #bits: Uint32Array | null = null;

  has(address: number): boolean {
    if (this.#bits === null) return false;
    const network = address >>> 8;
    return (this.#bits[network >>> 5]! & (1 << (network & 31))) !== 0;
  }

  mark(block: Block): void {
    this.#bits ??= new Uint32Array(NETWORKS / 32);
    const first = block.words[0]! >>> 8;
    if (block.prefix >= 24) {
      this.#bits[first >>> 5]! |= 1 << (first & 31);
      return;
    }
    const end = first + 2 ** (24 - block.prefix);
    let network = first;
    while (network < end) {
      if (network % 32 === 0 && end - network >= 32) {
        // Whole words at once: 0.0.0.0/0 is half a million words, not sixteen million bits.
        const words = Math.floor((end - network) / 32);
        this.#bits.fill(0xffffffff, network >>> 5, (network >>> 5) + words);
        network += words * 32;
        continue;
      }
      this.#bits[network >>> 5]! |= 1 << (network & 31);
      network += 1;
    }
  }

  restart(blocks: readonly Block[]): void {
    this.#bits?.fill(0);
    for (const block of blocks) this.mark(block);
  }
}
