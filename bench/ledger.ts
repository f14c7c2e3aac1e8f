/**
 * Appending to the ledger against a plain loop of SHA-256 over the same entries, interleaved round by
 * round in one process. Null control: the loop against itself (1 expected). Positive control: the loop
 * run twice (2 expected). A tree needs two hashes for each entry, so about 2 is what cannot be beaten
 * with this hash function. Intervals: second-lowest to second-highest of 11 rounds (98.8 %, binomial).
 */
import { hash, randomBytes } from 'node:crypto';
import { openLedger } from '../src/share/ledger/ledger.ts';
import { encodeRecord } from '../src/share/ledger/record.ts';
import { memoryStorage } from '../src/share/ledger/storage.ts';
import { EMPTY_TREE, grow, rootOf } from '../src/share/ledger/tree.ts';
import { newPrivateKey } from '../src/share/sharing/signing/ed25519.ts';

const ENTRIES = 40_000;
const ROUNDS = 11;

const digest = (): string => randomBytes(32).toString('base64url');
const entries = Array.from({ length: ENTRIES }, () =>
  encodeRecord({
    kind: 'accepted',
    at: '2026-11-21T01:30Z',
    object: digest(),
    contribution: digest(),
  }),
);

const plainLoop = (): void => {
  for (const entry of entries) hash('sha256', entry, 'buffer');
};
const treeOnly = (batch: number) => (): void => {
  let tree = EMPTY_TREE;
  for (let at = 0; at < ENTRIES; at += batch) {
    tree = grow(tree, entries.slice(at, at + batch)).tree;
    rootOf(tree);
  }
};
/** Tiles, root, signature and storage in memory: all but the disk. */
const wholeLedger = (batch: number) => async (): Promise<void> => {
  const ledger = await openLedger({
    storage: memoryStorage(),
    origin: 'bench.example/ledger',
    key: newPrivateKey(),
  });
  for (let at = 0; at < ENTRIES; at += batch) await ledger.append(entries.slice(at, at + batch));
};

const WORKS: readonly (readonly [string, () => void | Promise<void>])[] = [
  ['plain SHA-256 loop', plainLoop],
  ['null control: the same again', plainLoop],
  [
    'positive control: the loop twice',
    () => {
      plainLoop();
      plainLoop();
    },
  ],
  ['tree, batches of 1,000', treeOnly(1000)],
  ['ledger, batches of 1,000', wholeLedger(1000)],
  ['ledger, batches of 100', wholeLedger(100)],
];

export interface LedgerSpeed {
  readonly name: string;
  readonly entriesPerSecond: number;
  readonly ratio: number;
  readonly low: number;
  readonly high: number;
}

export const run = async (): Promise<readonly LedgerSpeed[]> => {
  const times = WORKS.map((): number[] => []);
  for (let round = -2; round < ROUNDS; round++)
    for (const [i, [, work]] of WORKS.entries()) {
      const start = performance.now();
      await work();
      if (round >= 0) times[i]!.push((performance.now() - start) / 1000);
    }
  const sorted = (values: readonly number[]): number[] => [...values].sort((a, b) => a - b);
  return WORKS.map(([name], i) => {
    const ratios = sorted(times[i]!.map((t, k) => t / times[0]![k]!));
    return {
      name,
      entriesPerSecond: Math.round(ENTRIES / sorted(times[i]!)[ROUNDS >> 1]!),
      ratio: ratios[ROUNDS >> 1]!,
      low: ratios[1]!,
      high: ratios[ROUNDS - 2]!,
    };
  });
};

if (import.meta.main)
  for (const { name, entriesPerSecond, ratio, low, high } of await run())
    console.log(
      `${name}: ${entriesPerSecond} entries/s, ${ratio.toFixed(2)} (${low.toFixed(2)}-${high.toFixed(2)}) × the loop`,
    );
