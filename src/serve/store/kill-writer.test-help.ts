/** A process that writes until it is killed: `node kill-writer.test-help.ts LOCATION ROUND`. */
import { writeSync } from 'node:fs';
import { openStore } from './open.ts';
import { indicator } from './suite.test-help.ts';

const [, , location, round] = process.argv;
const store = await openStore(location!);
const PER_WRITE = 3;

for (let n = 0; ; n++) {
  const name = `${round}-${n}`;
  await store.write(async ({ addVersions, appendEvents, records }) => {
    const first = Number(round) * 1_000_000 + n * PER_WRITE;
    const made = Array.from({ length: PER_WRITE }, (_, i) => indicator(first + i));
    await addVersions(1, made, 1);
    await appendEvents([{ at: 1, kind: 'object-added', body: { name } }]);
    await records.put('seen', name, { objects: made.map(({ id }) => id) });
  });
  // Only what is durable is said; a killed process has no buffers to flush.
  writeSync(1, `${name}\n`);
}
