import assert from 'node:assert/strict';
import { test } from 'node:test';
import { below, createRandom } from '../../../base/random.ts';
import { ACTIONS } from '../decision.ts';
import { addressWords, parseAddress, parseBlock } from './address.ts';
import { BlockIndex } from './block-index.ts';
import { createEntry, type Entry, insert, remove } from './entry.ts';
import { decisionFor } from './test-help.ts';

/** Bits as text: what a person would compare. */
const bitsOf = (words: Uint32Array, length: number): string =>
  [...words]
    .map((word) => word.toString(2).padStart(32, '0'))
    .join('')
    .slice(0, length);

for (const [family, bits] of [
  ['IPv4', 32],
  ['IPv6', 128],
] as const)
  test(`${family}: thousands of nested blocks, coming and going, against a comparison of bits`, () => {
    const random = createRandom(5, family);
    // Few distinct leading bits, so that blocks nest deeply.
    const address = (): string =>
      bits === 32
        ? `10.${below(random, 4)}.${below(random, 256) & 0xc1}.${below(random, 256)}`
        : `2001:db8:${below(random, 4)}:${below(random, 65536).toString(16)}::${below(random, 9)}`;
    const index = new BlockIndex(bits);
    const standing = new Map<Entry, string>();
    for (let step = 0; step < 4_000; step++) {
      const block = parseBlock(`${address()}/${below(random, bits + 1)}`)!;
      const action = ACTIONS[1 + below(random, 4)]!;
      const chain = index.open(block);
      const entry = createEntry(decisionFor('address', '', action), 0, 0, chain);
      insert(chain, entry);
      standing.set(entry, bitsOf(block.words, block.prefix));
      if (step % 3 === 0) {
        const [gone] = [...standing.keys()].slice(below(random, standing.size));
        remove(gone!);
        standing.delete(gone!);
      }
      if (step % 7 === 0) index.settle();
      if (step % 20 !== 0) continue;
      const words = addressWords();
      const text = address();
      assert.equal(parseAddress(text, words), bits);
      const asked = bitsOf(words, bits);
      const around = [...standing].filter(([, prefix]) => asked.startsWith(prefix));
      const rank = Math.max(-1, ...around.map(([one]) => one.rank));
      const width = Math.max(
        -1,
        ...around.filter(([one]) => one.rank === rank).map(([, p]) => p.length),
      );
      const found = index.strongest(words, 1, 1);
      assert.equal(found?.rank ?? -1, rank);
      assert.equal(found?.holder.prefix ?? -1, width);
    }
  });
