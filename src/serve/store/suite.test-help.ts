/** What every engine must do, as one suite; `sqlite.test.ts` and `postgres.test.ts` run it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { NewVersion, Selection, Store } from './store.ts';

export const uuid = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;

export const indicator = (n: number, more: Partial<NewVersion> = {}): NewVersion => ({
  id: `indicator--${uuid(n)}`,
  type: 'indicator',
  version: '2026-01-01T00:00:00.000Z',
  specVersion: '2.1',
  mediaType: 'application/stix+json;version=2.1',
  audience: 'a',
  body: JSON.stringify({ id: `indicator--${uuid(n)}`, name: `number ${n}` }),
  ...more,
});

const all = async (store: Store): Promise<number[]> =>
  (await store.audiences()).map(({ id }) => id);
const named = async (store: Store, ...labels: string[]): Promise<number[]> =>
  (await store.audiences()).filter(({ label }) => labels.includes(label)).map(({ id }) => id);

export const selection = (
  audiences: readonly number[],
  more: Partial<Selection> = {},
): Selection => ({
  collection: 1,
  audiences,
  after: 0,
  versions: ['last'],
  ...more,
});

const add = (store: Store, versions: readonly NewVersion[], now = 1000, collection = 1) =>
  store.write(({ addVersions }) => addVersions(collection, versions, now));

/** A page of texts is the page of rows, put together. */
const sameTexts = async (store: Store, asked: Selection, limit: number): Promise<void> => {
  const { rows, more, newestAudience } = await store.page(asked, limit);
  assert.deepEqual(await store.texts(asked, limit), {
    count: rows.length,
    first: rows[0]?.added ?? 0,
    last: rows.at(-1)?.added ?? 0,
    more,
    newestAudience,
    text: rows.map(({ body }) => body).join(','),
  });
};

/** Runs each test on a store of its own; `again` opens the same database a second time. */
export const storeSuite = (
  engine: string,
  fresh: () => Promise<{ readonly store: Store; readonly again: () => Promise<Store> }>,
): void => {
  const on = (name: string, work: (store: Store, again: () => Promise<Store>) => Promise<void>) =>
    test(`${engine}: ${name}`, async () => {
      const { store, again } = await fresh();
      try {
        await work(store, again);
      } finally {
        await store.close();
      }
    });

  on('records are kept by kind and name, and seen by another process', async (store, again) => {
    await store.write(async ({ records }) => {
      await records.put('setting', 'b', 'two');
      await records.put('setting', 'a', 1);
      await records.put('setting', 'ab', 2);
      assert.equal(await records.putNew('setting', 'a', 9), false);
      assert.equal(await records.putNew('seen', 'a', {}), true);
    });
    const other = await again();
    assert.equal(await other.records.get('setting', 'a'), 1);
    assert.equal(await other.records.get('setting', 'c'), undefined);
    const list = await other.records.list('setting', 'a');
    assert.deepEqual(list, [
      { id: 'a', value: 1 },
      { id: 'ab', value: 2 },
    ]);
    assert.deepEqual(await other.records.page('setting', '', 2), list);
    assert.deepEqual(await other.records.page('setting', 'ab', 2), [{ id: 'b', value: 'two' }]);
    assert.equal(await store.write(({ records }) => records.remove('setting', 'a')), true);
    assert.equal(await other.records.get('setting', 'a'), undefined);
    await other.close();
  });

  on('the revision changes when another process changes a record', async (store, again) => {
    const before = store.revision();
    const other = await again();
    await other.write(({ records }) => records.put('setting', 'x', 1));
    const until = Date.now() + 3000;
    while (store.revision() === before && Date.now() < until)
      await new Promise((resolve) => setTimeout(resolve, 5));
    assert.notEqual(store.revision(), before);
    await other.close();
  });

  on('date_added is unique and strictly increasing, whatever the clock says', async (store) => {
    const first = await add(store, [indicator(1), indicator(2)], 1000);
    const second = await add(store, [indicator(3)], 500);
    assert.deepEqual(
      [...first, ...second].map(({ added }) => added),
      [1000, 1001, 1002],
    );
    const elsewhere = await add(store, [indicator(1)], 7, 2);
    assert.deepEqual(
      elsewhere.map(({ added }) => added),
      [7],
    );
    await store.write(({ removeVersions }) =>
      removeVersions(
        { collection: 1, audiences: [1], versions: ['all'], ids: [indicator(3).id] },
        1,
      ),
    );
    const third = await add(store, [indicator(4)], 500);
    assert.deepEqual(
      third.map(({ added }) => added),
      [1003],
      'a removed stamp does not come again',
    );
  });

  on('the same version again is present, with another text it differs', async (store) => {
    await add(store, [indicator(1)]);
    const [again, differs, reordered] = await add(store, [
      indicator(1),
      indicator(1, { body: '{"id":"x"}' }),
      indicator(1, { body: JSON.stringify({ name: 'number 1', id: indicator(1).id }) }),
    ]);
    assert.equal(again?.outcome, 'present');
    assert.equal(differs?.outcome, 'differs');
    assert.equal(reordered?.outcome, 'present', 'the order of members is no difference');
    const twice = await add(store, [indicator(9), indicator(9)]);
    assert.deepEqual(
      twice.map(({ outcome }) => outcome),
      ['added', 'present'],
    );
  });

  on('an object without versions has the time it was added as its version', async (store) => {
    const bare = { version: undefined, id: `ipv4-addr--${uuid(1)}`, type: 'ipv4-addr' };
    const [one] = await add(store, [indicator(1, { ...bare, body: '{"value":1}' })], 1_000_000);
    assert.equal(one?.version, '1970-01-01T00:00:01.000000Z');
    const [same, other] = await add(store, [
      indicator(1, { ...bare, body: '{"value":1}' }),
      indicator(1, { ...bare, body: '{"value":2}' }),
    ]);
    assert.equal(same?.outcome, 'present');
    assert.equal(other?.outcome, 'added');
    const page = await store.page(selection(await all(store)), 9);
    assert.deepEqual(
      page.rows.map(({ body }) => body),
      ['{"value":2}'],
    );
  });

  on('pages are cut at the limit, in order, and say whether more follow', async (store) => {
    await add(
      store,
      Array.from({ length: 10 }, (_, i) => indicator(i)),
    );
    const one = await store.page(selection(await all(store)), 4);
    assert.deepEqual(
      one.rows.map(({ added }) => added),
      [1000, 1001, 1002, 1003],
    );
    assert.equal(one.more, true);
    for (const limit of [1, 4, 9, 10, 11])
      await sameTexts(store, selection(await all(store)), limit);
    const rest = await store.page(selection(await all(store), { after: 1003 }), 6);
    assert.equal(rest.rows.length, 6);
    assert.equal(rest.more, false);
    assert.equal((await store.page(selection([]), 5)).rows.length, 0);
  });

  on('which version is last depends on who looks', async (store) => {
    const version = (day: number, audience: string): NewVersion =>
      indicator(1, { version: `2026-01-0${day}T00:00:00Z`, audience, body: `{"day":${day}}` });
    await add(store, [version(2, 'open'), version(1, 'open'), version(3, 'secret')]);
    const open = await named(store, 'open');
    const both = await named(store, 'open', 'secret');
    const seen = async (audiences: readonly number[], versions: Selection['versions']) =>
      (await store.page(selection(audiences, { versions }), 9)).rows.map(({ body }) => body);
    assert.deepEqual(await seen(open, ['last']), ['{"day":2}']);
    assert.deepEqual(await seen(both, ['last']), ['{"day":3}']);
    assert.deepEqual(await seen(both, ['first']), ['{"day":1}']);
    assert.deepEqual(await seen(open, ['all']), ['{"day":2}', '{"day":1}']);
    assert.deepEqual(await seen(both, ['first', 'last']), ['{"day":1}', '{"day":3}']);
    assert.deepEqual(await seen(both, [{ key: '2026-01-02T00:00:00.' }]), ['{"day":2}']);
    await store.write(({ changeAudience }) => changeAudience(1, 1002, 'open', 5));
    assert.deepEqual(await seen(open, ['last']), ['{"day":3}']);
  });

  on('nobody is told of another audience when adding what is there', async (store) => {
    await add(store, [indicator(1, { audience: 'secret' })]);
    const [mine] = await add(store, [indicator(1, { audience: 'open' })]);
    assert.equal(mine?.outcome, 'added');
    const { exists } = await store.exists(1, indicator(2).id, await all(store));
    assert.equal(exists, false);
    assert.equal((await store.exists(1, indicator(1).id, [])).exists, false);
    assert.equal((await store.exists(1, indicator(1).id, await named(store, 'open'))).exists, true);
  });

  on('a page never looks older than its list of audiences', async (store) => {
    await add(store, [indicator(1)]);
    const known = await all(store);
    await add(store, [indicator(2, { audience: 'new' }), indicator(3)]);
    const page = await store.page(selection(known), 9);
    assert.ok(page.newestAudience > Math.max(...known), 'the reader must ask again');
    assert.equal((await store.page(selection(await all(store)), 9)).rows.length, 3);
  });

  on('events come in order, and wake up other processes', async (store, again) => {
    const other = await again();
    let heard = 0;
    store.events.onAppended(() => heard++);
    other.events.onAppended(() => heard++);
    await add(store, [
      indicator(1),
      indicator(1, { version: '2026-02-01T00:00:00Z', revoked: true }),
    ]);
    const events = await store.events.read(0, 10);
    assert.deepEqual(
      events.map(({ kind }) => kind),
      ['object-added', 'object-retracted'],
    );
    assert.deepEqual(await store.events.read(events[0]!.seq, 1), [events[1]]);
    assert.equal(await store.events.last(), events[1]!.seq);
    assert.equal(await store.events.first(), events[0]!.seq);
    const prune = (before: number, upTo: number) =>
      store.write(({ pruneEvents }) => pruneEvents(before, upTo));
    assert.equal(await store.events.prunedTo(), 0);
    assert.equal(await prune(0, Number.MAX_SAFE_INTEGER), 0, 'nothing is so old');
    assert.equal(await prune(Number.MAX_SAFE_INTEGER, 0), 0, 'somebody has yet to read it');
    const last = await store.events.last();
    assert.ok((await prune(Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER)) > 0);
    assert.deepEqual([await store.events.first(), await store.events.last()], [last, last]);
    assert.equal(await store.events.prunedTo(), events.at(-2)!.seq);
    const expected = store.engine === 'postgres' ? 2 : 1; // one folder has one hub
    const until = Date.now() + 3000;
    while (heard < expected && Date.now() < until)
      await new Promise((resolve) => setTimeout(resolve, 5));
    assert.ok(heard >= expected, `heard ${heard}`);
    await other.close();
  });

  on('writes that wait together fail alone', async (store) => {
    const results = await Promise.allSettled([
      store.write(({ records }) => records.put('setting', 'a', 1)),
      store.write(async ({ records, addVersions }) => {
        await records.put('setting', 'b', 1);
        await addVersions(1, [indicator(1)], 1);
        throw new Error('changed my mind');
      }),
      store.write(({ records }) => records.put('setting', 'c', 1)),
    ]);
    assert.deepEqual(
      results.map(({ status }) => status),
      ['fulfilled', 'rejected', 'fulfilled'],
    );
    assert.deepEqual(
      (await store.records.list('setting')).map(({ id }) => id),
      ['a', 'c'],
    );
    assert.equal((await store.page(selection([1]), 5)).rows.length, 0);
    assert.equal(await store.events.last(), 0);
  });

  on('the files of the ledger commit with the rest, and refuse a second writer', async (store) => {
    const file = { path: 'tile/0/000.p/1', bytes: Uint8Array.of(0, 255, 7) };
    await assert.rejects(
      store.write(async ({ ledger }) => {
        await ledger.commit({ from: 0, size: 1, files: [file], obsolete: [] });
        throw new Error('no');
      }),
    );
    assert.equal(await store.ledger.read(file.path), undefined);
    await store.ledger.commit({ from: 0, size: 1, files: [file], obsolete: [] });
    assert.deepEqual([...(await store.ledger.read(file.path))!], [0, 255, 7]);
    await assert.rejects(store.ledger.commit({ from: 0, size: 2, files: [], obsolete: [] }), {
      code: 'LEDGER_CONFLICT',
    });
    await store.ledger.commit({ from: 1, size: 2, files: [], obsolete: ['tile/0/000.p/'] });
    assert.equal(await store.ledger.read(file.path), undefined);
  });

  on('two processes that write at once leave nobody behind', async (store, again) => {
    const other = await again();
    const seen: number[] = [];
    let done = false;
    // Reads to the end again and again, as a poller does, while both write.
    const poll = async (): Promise<void> => {
      let after = 0;
      for (;;) {
        const last = done;
        const page = await store.page(selection([1], { after }), 7);
        seen.push(...page.rows.map(({ added }) => added));
        after = page.rows.at(-1)?.added ?? after;
        if (last && !page.more) return;
        await new Promise((resolve) => setImmediate(resolve));
      }
    };
    await add(store, [indicator(0)]);
    const polled = poll();
    await Promise.all(
      Array.from({ length: 40 }, (_, i) =>
        add(i % 2 === 0 ? store : other, [indicator(i + 1), indicator(i + 100)], Date.now() * 1000),
      ),
    );
    done = true;
    await polled;
    assert.equal(seen.length, 81);
    assert.equal(new Set(seen).size, 81);
    await other.close();
  });

  on('any selection finds what a plain reading of the definitions finds', async (store) => {
    await property(store);
  });
};

interface Model extends NewVersion {
  readonly collection: number;
  readonly at: number;
}

/** Every selection against the definitions of TAXII 2.1, section 3.4, written the slow way. */
const property = async (store: Store): Promise<void> => {
  let collection = 10;
  const version = fc.record({
    n: fc.integer({ min: 1, max: 3 }),
    day: fc.integer({ min: 1, max: 3 }),
    audience: fc.constantFrom('x', 'y', 'z'),
    spec: fc.constantFrom('2.0', '2.1', '2.1'),
    type: fc.constant('indicator'),
  });
  const wanted = fc.record({
    versions: fc.constantFrom<Selection['versions']>(
      ['last'],
      ['first'],
      ['all'],
      ['first', 'last'],
      [{ key: '2026-01-02T00:00:00.' }, 'last'],
    ),
    specVersions: fc.constantFrom<readonly string[] | undefined>(
      undefined,
      ['2.0'],
      ['2.1'],
      ['2.0', '2.1'],
    ),
    audiences: fc.subarray(['x', 'y', 'z']),
    ids: fc.constantFrom(undefined, [indicator(1).id], [indicator(1).id, indicator(3).id]),
    after: fc.integer({ min: 0, max: 12 }),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.array(version, { maxLength: 9 }),
      fc.array(wanted, { minLength: 4, maxLength: 4 }),
      async (given, wishes) => {
        collection += 1;
        const model: Model[] = [];
        for (const [i, { n, day, audience, spec }] of given.entries()) {
          const made = indicator(n, {
            version: `2026-01-0${day}T00:00:00Z`,
            audience,
            specVersion: spec,
            body: `{"i":${i}}`,
          });
          const [outcome] = await add(store, [made], 1, collection);
          if (outcome!.outcome === 'added') model.push({ ...made, collection, at: outcome!.added });
        }
        const numbers = new Map((await store.audiences()).map(({ id, label }) => [label, id]));
        for (const wish of wishes) {
          const visible = model.filter(
            (one) =>
              wish.audiences.includes(one.audience) &&
              (wish.specVersions === undefined || wish.specVersions.includes(one.specVersion)),
          );
          const expected = visible.filter((one) => {
            const family = visible.filter(({ id }) => id === one.id);
            const spec = family
              .map(({ specVersion }) => specVersion)
              .sort()
              .at(-1);
            if (wish.specVersions === undefined && one.specVersion !== spec) return false;
            const ordered = (
              wish.specVersions === undefined
                ? family.filter(({ specVersion }) => specVersion === spec)
                : family
            ).sort((a, b) =>
              a.version === b.version ? a.at - b.at : a.version! < b.version! ? -1 : 1,
            );
            return wish.versions.some((what) => {
              if (what === 'all') return true;
              if (what === 'first') return ordered[0] === one;
              if (what === 'last') return ordered.at(-1) === one;
              return what.key === one.version!.replace('Z', '.');
            });
          });
          const asked = {
            collection,
            audiences: wish.audiences.flatMap((label) => numbers.get(label) ?? []),
            after: wish.after,
            versions: wish.versions,
            specVersions: wish.specVersions,
            ids: wish.ids,
          };
          const page = await store.page(asked, 100);
          for (const limit of [1, 2, 100]) await sameTexts(store, asked, limit);
          assert.deepEqual(
            page.rows.map(({ body }) => body),
            expected
              .filter(
                ({ at, id }) =>
                  at > wish.after &&
                  ((wish.ids as readonly string[] | undefined)?.includes(id) ?? true),
              )
              .sort((a, b) => a.at - b.at)
              .map(({ body }) => body),
          );
        }
      },
    ),
    { numRuns: store.engine === 'sqlite' ? 60 : 25 },
  );
};
