import assert from 'node:assert/strict';
import { test } from 'node:test';
import { below, createRandom } from '../../../base/random.ts';
import { ACTIONS } from '../decision.ts';
import { addressWords, type Block, parseAddress, parseBlock } from './address.ts';
import { BlockIndex } from './block-index.ts';
import { EntryStore } from './entry-store.ts';
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
    const store = new EntryStore();
    const index = new BlockIndex(store, bits);
    const standing = new Map<number, Block>();
    for (let step = 0; step < 4_000; step++) {
      const block = parseBlock(`${address()}/${below(random, bits + 1)}`)!;
      const action = ACTIONS[1 + below(random, 4)]!;
      const entry = store.add(decisionFor('address', '', action), 0, 0);
      index.insert(block, entry);
      standing.set(entry, block);
      if (step % 3 === 0) {
        const [gone] = [...standing.keys()].slice(below(random, standing.size));
        index.remove(standing.get(gone!)!, gone!);
        store.drop(gone!);
        standing.delete(gone!);
      }
      if (step % 7 === 0) index.settle();
      if (step % 20 !== 0) continue;
      const words = addressWords();
      const text = address();
      assert.equal(parseAddress(text, words), bits);
      const asked = bitsOf(words, bits);
      const around = [...standing].filter(([, one]) =>
        asked.startsWith(bitsOf(one.words, one.prefix)),
      );
      const rank = Math.max(-1, ...around.map(([one]) => store.rank(one)));
      const width = Math.max(
        -1,
        ...around.filter(([one]) => store.rank(one) === rank).map(([, { prefix }]) => prefix),
      );
      const found = index.strongest(words, 1, 1);
      assert.equal(found === 0 ? -1 : store.rank(found), rank);
      assert.equal(found === 0 ? -1 : standing.get(found)?.prefix, width);
    }
  });
