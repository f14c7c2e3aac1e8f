/** The client against the hub while others write: stopped anywhere and resumed, it reads all of it once. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { createRandom, below } from '../src/base/random.ts';
import { startTestHub } from '../src/serve/hub/taxii/hub.test-help.ts';
import { taxiiClient } from '../src/share/taxii/client.ts';
import type { Cursor } from '../src/share/taxii/pages.ts';

const PLAIN = { root: '/stillwatch/', collection: 'plain' };
const OBJECTS = 200;
const object = (n: number) => ({
  type: 'campaign',
  spec_version: '2.1',
  id: `campaign--00000000-0000-4000-8000-${String(n).padStart(12, '0')}`,
  created: '2026-11-01T00:00:00.000Z',
  modified: '2026-11-01T00:00:00.000Z',
  name: `campaign ${n}`,
});

test('four readers in sevens, stopped at random and resumed from what they kept, beside a writer', async () => {
  const hub = await startTestHub({ maxPage: 7 });
  try {
    const credential = { kind: 'bearer', token: hub.operator } as const;
    const open = () => taxiiClient({ url: hub.url, credential });
    const write = async (): Promise<void> => {
      const writer = open();
      for (let n = 0; n < OBJECTS; n += 20) {
        const batch = Array.from({ length: 20 }, (_, i) => object(n + i));
        const report = await writer.add(PLAIN, batch, { maxObjects: 5 });
        assert.equal(report.success, 20);
      }
    };
    let stops = 0;
    const read = async (reader: number): Promise<readonly string[]> => {
      const random = createRandom(7, 'reader', reader);
      const seen: string[] = [];
      let kept = '{}';
      while (seen.length < OBJECTS) {
        const before = seen.length;
        let pages = 1 + below(random, 6);
        // A new client each time: nothing is remembered but what was kept.
        for await (const page of open().objects(PLAIN, { cursor: JSON.parse(kept) as Cursor })) {
          seen.push(...page.items.map(({ id }) => String(id)));
          kept = JSON.stringify(page.cursor);
          assert.equal(page.restarted, false);
          pages -= 1;
          if (pages > 0) continue;
          stops += 1;
          break;
        }
        // Caught up: the writer has the cores.
        if (seen.length === before) await setTimeout(20);
      }
      return seen;
    };
    const [, ...readers] = await Promise.all([
      write(),
      ...Array.from({ length: 4 }, (_, i) => read(i)),
    ]);
    const wanted = Array.from({ length: OBJECTS }, (_, n) => object(n).id);
    for (const seen of readers) assert.deepEqual([...seen].sort(), wanted);
    assert.ok(stops > 15, `stopped only ${stops} times`);
  } finally {
    await hub.close();
  }
});
