import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { type TaxiiClient, taxiiClient } from './client.ts';
import type { Cursor, PageOptions } from './pages.ts';
import { answer, type Handler, startServer } from './test-server.ts';

const PLACE = { root: '/api/', collection: 'c' };
const stamp = (n: number): string => `2026-01-01T00:00:00.${String(n).padStart(6, '0')}Z`;

/** Objects 1…size, whose stamps are unique; `next` is the number of the last one sent. */
const server =
  (size: () => number, pageSize: number, style: 'next' | 'no-next' = 'next'): Handler =>
  ({ url }, response) => {
    const next = url.searchParams.get('next');
    const after = url.searchParams.get('added_after');
    const from = Number(next ?? (after === null ? 0 : after.slice(20, 26)));
    const numbers = Array.from({ length: size() }, (_, i) => i + 1).filter((n) => n > from);
    const page = numbers.slice(0, pageSize);
    const more = numbers.length > page.length;
    answer(
      response,
      200,
      page.length === 0
        ? {}
        : {
            more,
            ...(more && style === 'next' ? { next: String(page.at(-1)) } : {}),
            objects: page.map((n) => ({ id: `x--${n}` })),
          },
      page.length === 0
        ? {}
        : {
            'X-TAXII-Date-Added-First': stamp(page[0]!),
            'X-TAXII-Date-Added-Last': stamp(page.at(-1)!),
          },
    );
  };

const idsOf = async (
  client: TaxiiClient,
  options: PageOptions = {},
): Promise<{ ids: unknown[]; cursors: Cursor[] }> => {
  const ids: unknown[] = [];
  const cursors: Cursor[] = [];
  for await (const page of client.objects(PLACE, options)) {
    ids.push(...page.items.map(({ id }) => id));
    cursors.push(page.cursor);
  }
  return { ids, cursors };
};
const upTo = (n: number, from = 1): string[] =>
  Array.from({ length: n - from + 1 }, (_, i) => `x--${i + from}`);
const open = async (t: TestContext, handler: Handler) => {
  const { url, seen } = await startServer(t, handler);
  return { client: taxiiClient({ url, sleep: async () => undefined }), seen };
};

test('pages by next, then by added_after for what came later', async (t) => {
  let size = 10;
  const { client, seen } = await open(
    t,
    server(() => size, 3),
  );
  const first = await idsOf(client, { match: { type: ['a', 'b'] }, limit: 3 });
  assert.deepEqual(first.ids, upTo(10));
  assert.deepEqual(first.cursors.at(-1), { addedAfter: stamp(10) });
  // 3.5: next comes with the filters of the first request.
  for (const { url } of seen) assert.equal(url.searchParams.get('match[type]'), 'a,b');
  size = 12;
  const second = await idsOf(client, { cursor: first.cursors.at(-1) });
  assert.deepEqual(second.ids, upTo(12, 11));
  // Nothing new: the cursor stays.
  const third = await idsOf(client, { cursor: second.cursors.at(-1) });
  assert.deepEqual(third, { ids: [], cursors: [{ addedAfter: stamp(12) }] });
});

test('stopped after any page and resumed from its cursor, every object comes exactly once', async (t) => {
  for (const style of ['next', 'no-next'] as const) {
    const { client } = await open(
      t,
      server(() => 10, 3, style),
    );
    const whole = await idsOf(client);
    assert.deepEqual(whole.ids, upTo(10));
    for (const [i, cursor] of whole.cursors.entries()) {
      // As it would be kept on disk.
      const rest = await idsOf(client, { cursor: JSON.parse(JSON.stringify(cursor)) });
      assert.deepEqual(rest.ids, upTo(10, Math.min(3 * (i + 1), 10) + 1), style);
    }
  }
});

test('a next that the server no longer knows starts the run again, and says so', async (t) => {
  const known = server(() => 10, 3);
  const { client } = await open(t, (seen, response, count) =>
    seen.url.searchParams.get('next') === 'expired'
      ? answer(response, 400, { title: 'unknown next' })
      : known(seen, response, count),
  );
  const pages = [];
  for await (const page of client.objects(PLACE, {
    cursor: { addedAfter: stamp(2), next: 'expired' },
  }))
    pages.push(page);
  assert.deepEqual(
    pages.flatMap(({ items }) => items.map(({ id }) => id)),
    upTo(10, 3),
  );
  assert.deepEqual(
    pages.map(({ restarted }) => restarted),
    [true, false, false],
  );
});

test('a server that sends the reader in a circle is refused', async (t) => {
  const { client, seen } = await open(t, (_, response) =>
    answer(response, 200, { more: true, next: 'same', objects: [] }),
  );
  await assert.rejects(idsOf(client), { code: 'TAXII_ANSWER_INVALID' });
  assert.equal(seen.length, 2);
});

test('manifests and versions page the same way', async (t) => {
  const { client } = await open(t, ({ url }, response) => {
    const first = !url.searchParams.has('next');
    const paging = first ? { more: true, next: 'n' } : { more: false };
    if (url.pathname.endsWith('/versions/'))
      answer(response, 200, { ...paging, versions: [stamp(1)] });
    else {
      const objects = [{ id: 'x--1', date_added: stamp(1), version: stamp(2) }];
      answer(response, 200, { ...paging, objects });
    }
  });
  const versions: string[] = [];
  for await (const { items } of client.versions(PLACE, 'x--1')) versions.push(...items);
  assert.deepEqual(versions, [stamp(1), stamp(1)]);
  let records = 0;
  for await (const { items } of client.manifest(PLACE)) records += items.length;
  assert.equal(records, 2);
});
