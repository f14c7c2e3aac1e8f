import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { lineChunks } from './line-chunks.ts';

async function* inBlocks(bytes: Buffer, sizes: readonly number[]): AsyncGenerator<Uint8Array> {
  const reused = Buffer.alloc(64);
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const size = Math.min(sizes[i % sizes.length]!, bytes.length - at);
    bytes.copy(reused, 0, at, at + size);
    yield reused.subarray(0, size);
    at += size;
  }
}

test('any blocks give back the same lines under the same numbers, without those too long', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.string({ maxLength: 20 }).map((s) => s.replaceAll('\n', ' '))),
      fc.array(fc.integer({ min: 1, max: 64 }), { minLength: 1 }),
      fc.integer({ min: 4, max: 64 }),
      fc.integer({ min: 4, max: 80 }),
      async (lines, sizes, chunkBytes, maxLineBytes) => {
        const long: number[] = [];
        const found: [number, string][] = [];
        const options = { chunkBytes, maxLineBytes, onLongLine: (n: number) => long.push(n) };
        const bytes = Buffer.from(lines.join('\n'));
        for await (const { firstLine, data } of lineChunks(inBlocks(bytes, sizes), options)) {
          assert.ok(data.byteOffset === 0 && data.length > 0);
          const text = Buffer.from(data).toString();
          text
            .replace(/\n$/, '')
            .split('\n')
            .forEach((line, i) => {
              found.push([firstLine + i, line]);
            });
        }
        for (const [n, line] of found) assert.equal(line, lines[n - 1]);
        const numbers = new Set([...found.map(([n]) => n), ...long]);
        lines.forEach((line, i) => {
          const last = i === lines.length - 1;
          if (!(last && line === '')) assert.ok(numbers.has(i + 1), `line ${i + 1} is lost`);
          assert.equal(long.includes(i + 1), Buffer.byteLength(line) > maxLineBytes);
        });
      },
    ),
    { numRuns: 400 },
  );
});
