/**
 * Random members, groups, collections and objects; every path by which a reader could learn of an object.
 * What is seen has to be what the one decision permits, and an answer about what is hidden has to be, byte
 * for byte, the answer about what was never there.
 */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import fc from 'fast-check';
import { checkObject } from '../taxii/check-object.ts';
import { indicator, startTestHub, type TestHub, uuid } from '../taxii/hub.test-help.ts';
import { listen, pause } from './stream.test-help.ts';
import { addGroup, joinGroup } from '../members/places.ts';
import { type SharingGroup, TIERS, type Tier, type Vetting } from '../../store/records.ts';
import { TLP2_MARKINGS } from '../../../share/stix/tlp.ts';
import { labelText, maySee, type Reader } from '../access/audience.ts';
import { viewerOf } from '../access/authenticate.ts';

let hub: TestHub;
before(async () => {
  hub = await startTestHub();
});
after(() => hub.close());

const LEVELS = ['none', 'clear', 'green', 'amber', 'amber+strict', 'red'] as const;

const world = fc.record({
  members: fc.array(
    fc.record({
      tier: fc.constantFrom<Tier>(...TIERS),
      vetting: fc.constantFrom<Vetting>('vetted', 'vetted', 'vetted', 'vetted', 'pending'),
      groups: fc.subarray([0, 1]),
      reads: fc.boolean(),
    }),
    { minLength: 2, maxLength: 4 },
  ),
  objects: fc.array(
    fc.record({
      level: fc.constantFrom(...LEVELS),
      groups: fc.subarray([0, 1, 2]),
      versions: fc.integer({ min: 1, max: 2 }),
      author: fc.nat({ max: 3 }),
    }),
    { minLength: 3, maxLength: 7 },
  ),
});

let next = 1;

test('nothing that one may not see shows anywhere, and what one may see shows everywhere', async () => {
  await fc.assert(
    fc.asyncProperty(world, async ({ members, objects }) => {
      const { store } = hub.hub;
      const office = { store, ledger: hub.hub.ledger, clock: Date.now };
      const collection = (await store.records.list('collection')).find(
        ({ value }) => value.kind === 'plain',
      )!.value;
      // The third group has no members: nobody.
      const groups: SharingGroup[] = [];
      for (let i = 0; i < 3; i++) groups.push(await addGroup(office, randomUUID()));
      const people: { id: string; token: string; tier: Tier; vetting: Vetting }[] = [];
      for (const { tier, vetting, groups: joined, reads } of members) {
        const rights = reads ? {} : { [collection.id]: { read: false, write: true } };
        const person = await hub.member(randomUUID(), tier, { vetting, rights });
        for (const g of joined) await joinGroup(office, groups[g]!.id, person.id);
        people.push({ ...person, tier, vetting });
      }
      const made = objects.flatMap(({ level, groups: marked, versions, author }) => {
        const n = next++;
        const refs = [
          ...(level === 'none' ? [] : [TLP2_MARKINGS[level].id]),
          ...marked.map((g) => `marking-definition--${groups[g]!.id}`),
        ];
        return Array.from({ length: versions }, (_, v) => ({
          object: indicator(n, {
            modified: `2026-01-0${v + 1}T00:00:00.000Z`,
            ...(refs.length === 0 ? {} : { object_marking_refs: refs }),
          }),
          author: people[author % people.length]!.id,
        }));
      });
      const ears = await Promise.all(people.map(({ token }) => listen(hub.url, token)));
      await pause(30);
      await store.write(async ({ addVersions }) => {
        for (const { object, author } of made) {
          const checked = checkObject(object, author);
          assert.ok(typeof checked !== 'string');
          const version = {
            ...checked.version,
            audience: labelText(checked.label),
            origin: author,
            body: JSON.stringify(object),
          };
          await addVersions(collection.key, [version], Date.now() * 1000);
        }
      });
      const base = `/stillwatch/collections/${collection.id}`;
      const ours = made.map(({ object }) => object.id);
      for (const [i, { id, token, tier, vetting }] of people.entries()) {
        const viewer = (await viewerOf(store, id, ['read', 'write'], Number.POSITIVE_INFINITY))!;
        const reader: Reader = viewer;
        const canRead =
          vetting === 'vetted' && (tier === 'operator' || tier === 'auditor' || members[i]!.reads);
        const seen = made.filter(({ object, author }) => {
          const checked = checkObject(object, author);
          return canRead && typeof checked !== 'string' && maySee(reader, checked.label);
        });
        const key = ({ id: of, version }: { id: string; version: string }) => `${of} ${version}`;
        const expected = seen
          .map(({ object }) => key({ id: object.id, version: object.modified }))
          .sort();
        const query = `match[id]=${[...new Set(ours)].join(',')}&match[version]=all&limit=1000`;
        const page = await hub.get(`${base}/objects/?${query}`, token);
        const manifest = await hub.get(`${base}/manifest/?${query}`, token);
        if (!canRead) {
          assert.ok(page.status === 403 || page.status === 404);
          assert.equal(
            page.text,
            (await hub.get(`${base}/objects/?match[id]=${indicator(99_999).id}`, token)).text,
          );
        } else {
          const got = (page.json.objects ?? []).map((o: { id: string; modified: string }) =>
            key({ id: o.id, version: o.modified }),
          );
          assert.deepEqual(got.sort(), expected);
          assert.deepEqual((manifest.json.objects ?? []).map(key).sort(), expected);
        }
        for (const of of new Set(ours)) {
          const visible = seen.filter(({ object }) => object.id === of);
          const absent = `indicator--${uuid(900_000)}`;
          for (const path of [
            `${base}/objects/OBJECT/`,
            `${base}/objects/OBJECT/versions/`,
            `/ledger/bundle?object=OBJECT`,
          ]) {
            const answer = await hub.get(path.replace('OBJECT', of), token);
            if (visible.length > 0) {
              // A bundle needs an entry, which this test does not make.
              if (!path.startsWith('/ledger')) assert.equal(answer.status, 200, path);
              continue;
            }
            const nothing = await hub.get(path.replace('OBJECT', absent), token);
            assert.equal(answer.status, nothing.status, path);
            assert.equal(answer.text, nothing.text, path);
            const shown = (headers: Headers) =>
              [...headers]
                .filter(([name]) => name !== 'date')
                .sort()
                .join('\n');
            assert.equal(shown(answer.headers), shown(nothing.headers), path);
          }
          if (visible.length === 0) {
            const removal = await hub.send('DELETE', `${base}/objects/${of}/`, token);
            const nothing = await hub.send('DELETE', `${base}/objects/${absent}/`, token);
            assert.equal(removal.text, nothing.text);
            assert.equal(removal.status, nothing.status);
          }
        }
        const ear = ears[i]!;
        if (ear.status === 200) {
          const told = (await ear.until(expected.length)).filter(({ data }) =>
            ours.includes(data.id),
          );
          assert.deepEqual(told.map(({ data }) => key(data)).sort(), expected);
        }
      }
      await pause(30);
      for (const [i, ear] of ears.entries()) {
        const { id } = people[i]!;
        const viewer = (await viewerOf(store, id, ['read'], Number.POSITIVE_INFINITY))!;
        for (const { data } of ear.told.filter(({ event }) => event !== 'ready')) {
          const one = made.find(({ object }) => object.id === data.id)!;
          const checked = checkObject(one.object, one.author);
          assert.ok(typeof checked !== 'string' && maySee(viewer, checked.label));
        }
        ear.close();
      }
    }),
    { numRuns: 8 },
  );
});
