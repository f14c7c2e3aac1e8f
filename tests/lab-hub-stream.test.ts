/**
 * What can go wrong between a hub and a lab without either of them failing: a log that was pruned while
 * the lab was away, events that come twice and in another order over connections that break, and an
 * indicator that the lab's own traffic speaks against.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, request, type Server } from 'node:http';
import { after, before, test } from 'node:test';
import { below, createRandom, uniform } from '../src/base/random.ts';
import { startTestHub, type TestHub } from '../src/serve/hub/taxii/hub.test-help.ts';
import type { Sharing } from '../src/serve/lab/sharing/sharing.ts';
import type { Lab } from '../src/serve/lab/start.ts';
import type { Json } from '../src/share/taxii/resources.ts';
import { submit } from '../src/share/taxii/submit.ts';
import {
  connect as connectTo,
  feed,
  joinHub,
  type Member,
  newLab,
  tidy,
  until,
} from './lab-hub.test-help.ts';
import { paymentOf, seedTokens, tokenOf } from './seed-tokens.test-help.ts';

const file = new URL('../interop/firewall/valid/indicator-actor-tokens.json', import.meta.url);
const given = JSON.parse(readFileSync(file, 'utf8')) as Json;
let made = Date.now() - 60_000;
const named = (n: number, more: Json = {}): Json => {
  made += 1;
  const now = new Date(made).toISOString();
  return {
    ...given,
    id: `indicator--00000000-0000-4000-8000-${String(n).padStart(12, '0')}`,
    ...{ created: now, modified: now, valid_from: now },
    valid_until: new Date(made + 86_400_000).toISOString(),
    pattern: JSON.stringify({
      kind: 'actor-identifier',
      tokens: [tokenOf(n), tokenOf(1_000_000 + n)].sort(),
    }),
    ...more,
  };
};
const later = (object: Json, more: Json): Json => {
  made += 1;
  return { ...object, modified: new Date(made).toISOString(), ...more };
};

let hub: TestHub;
let giver: Member;
const labs: Lab[] = [];
const sharings: Sharing[] = [];
const connect: typeof connectTo = async (...args) => {
  const sharing = await connectTo(...args);
  sharings.push(sharing);
  return sharing;
};
let between: Server | undefined;
const give = async (...objects: readonly Json[]): Promise<readonly string[]> => {
  const { failures } = await submit(objects, {
    ...{ hub: hub.url, token: giver.token, key: giver.key, collection: 'exchange' },
  });
  assert.deepEqual(failures, []);
  const names: string[] = [];
  for (const { id } of objects)
    names.push((await hub.get(`/api/contributions/${String(id)}`, giver.token)).json.published);
  return names;
};
const ids = (sharing: Sharing): string[] =>
  sharing
    .indicators()
    .map(({ object }) => String(object.id))
    .sort();
const open = async (member: Member): Promise<number> =>
  (await hub.get('/retractions/?open=true', member.token)).json.retractions.length;
const lab = async (count: number): Promise<Lab> => {
  const one = await newLab();
  labs.push(one);
  await seedTokens(one.store, count);
  const accounts = Array.from({ length: count }, (_, n) => ({
    ...{ account_id: `acc-${n}`, payment_fingerprint: paymentOf(n) },
  }));
  await feed(one, '/ingest?stream=accounts', accounts);
  const row = { timestamp: Date.now(), prompt: 'hello', response_tokens: 1 };
  await feed(
    one,
    '/ingest',
    accounts.map(({ account_id }) => ({ ...row, account_id })),
  );
  return one;
};

before(async () => {
  hub = await startTestHub({ keepDays: 0 });
  giver = await joinHub(hub, 'giver');
});
after(async () => {
  for (const one of sharings) await one.close();
  between?.closeAllConnections();
  between?.close();
  for (const one of labs) await one.stop();
  await hub?.close();
  tidy();
});

test('a log pruned past the cursor of a lab: it is told, and reads again what it missed', async () => {
  const taker = await joinHub(hub, 'away');
  const here = await lab(3);
  let sharing = await connect(here, hub.url, taker);
  const [first, second] = [named(0), named(1)];
  const [taken, kept] = await give(first, second);
  await until('both are here', () => ids(sharing).length === 2);
  await until('and hit', () => sharing.status().hitting === 2);
  await sharing.close();
  const { events } = hub.hub.store;
  const last = await events.last();

  await give(later(first, { revoked: true }));
  const [fresh] = await give(named(2));
  // As pruning does it, without waiting for the hub's own readers.
  await hub.hub.store.write((writing) => writing.pruneEvents(Date.now() * 1000, last + 10));
  assert.ok((await events.prunedTo()) > last, 'positive control: what the lab missed is gone');
  const gone: string[] = [];
  const told = new Set<string>();
  sharing = await connect(here, hub.url, taker);
  sharing.onChanged((accounts, retracted) => {
    gone.push(...retracted);
    for (const id of accounts) told.add(id);
  });
  await until('what was missed', () => ids(sharing).join() === [kept, fresh].sort().join());
  await until('the retraction is told', () => gone.includes(taken!));
  assert.ok(told.has('acc-0'), 'of the account that it named');
  await until('acknowledged', async () => (await open(taker)) === 0);
  await until(
    'what is new is held against what is here',
    () => sharing.facts('acc-2').length === 1,
  );
  assert.deepEqual(sharing.facts('acc-0'), []);
  await sharing.close();
  // Closed once: the next connection goes on from there.
  const cursor = await here.store.records.get('share-state', 'cursor');
  sharing = await connect(here, hub.url, taker);
  await until('connected', () => sharing.status().connected);
  const [again] = await give(named(3));
  await until('the next one', () => ids(sharing).includes(again!));
  assert.notDeepEqual(await here.store.records.get('share-state', 'cursor'), cursor);
  await sharing.close();
});

test('what this lab knows to be good speaks against an indicator, and the hub says so', async () => {
  const taker = await joinHub(hub, 'refuter');
  const here = await lab(12);
  const [wrong] = await give(named(10));
  const [right] = await give(named(11));
  const sharing = await connect(here, hub.url, taker, {
    isKnownGood: (account) => account === 'acc-10',
  });
  const standing = async (id: string) =>
    (await hub.get(`/standing/${id}/`, giver.token)).json.standing;
  await until('an opinion', async () => (await standing(wrong!)).disputers === 1);
  assert.equal((await standing(wrong!)).status, 'disputed');
  assert.equal((await standing(right!)).disputers, 0, 'null control');
  const view = () => sharing.indicators().find(({ object }) => object.id === wrong);
  await until('it comes back', () => view()?.standing === 'disputed');
  assert.equal(view()?.verification, 'refuted');
  assert.ok(sharing.facts('acc-10').every((one) => one.permitted_action === 'watch'));
  await sharing.close();
});

const BREAKS_EVERY = 25;

/** Between a lab and the hub: events of the stream come twice, in another order, and connections break. */
const unreliable = async (
  seed: number,
): Promise<{
  readonly server: Server;
  readonly url: string;
  readonly swapped: () => number;
  readonly broken: () => number;
}> => {
  const random = createRandom(seed);
  let swapped = 0;
  let broken = 0;
  let passed = 0;
  const server = createServer((incoming, outgoing) => {
    const headers = { ...incoming.headers };
    const { method, url: path } = incoming;
    const out = request(`${hub.url}${path}`, { method, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode!, answer.headers);
      if (!String(answer.headers['content-type']).startsWith('text/event-stream')) {
        answer.pipe(outgoing);
        return;
      }
      let rest = '';
      let held: string | null = null;
      answer.setEncoding('utf8').on('data', (text: string) => {
        const frames = (rest + text).split('\n\n');
        rest = frames.pop()!;
        for (const frame of frames) {
          if (!/^data:/m.test(frame) || /^event: gap/m.test(frame)) {
            outgoing.write(`${frame}\n\n`);
            continue;
          }
          if (held === null && uniform(random) < 0.5) {
            held = frame;
            continue;
          }
          outgoing.write(`${frame}\n\n`);
          if (uniform(random) < 0.5) outgoing.write(`${frame}\n\n`);
          if (held !== null) {
            swapped += 1;
            outgoing.write(`${held}\n\n${held}\n\n`);
          }
          held = null;
          passed += 1;
          // Counted, not drawn: how many events there are depends on the speed of the machine.
          if (passed % BREAKS_EVERY === 0) {
            broken += 1;
            outgoing.destroy();
          }
        }
      });
      // What is held back comes late, and after what came later.
      const timer = setInterval(() => {
        if (held !== null && !outgoing.destroyed) outgoing.write(`${held}\n\n`);
        held = null;
      }, 50);
      const end = (): void => {
        clearInterval(timer);
        outgoing.end();
      };
      answer.on('end', end).on('error', end);
      outgoing.on('close', () => {
        clearInterval(timer);
        out.destroy();
      });
    });
    out.on('error', () => outgoing.destroy());
    incoming.pipe(out);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  return { server, url: `http://127.0.0.1:${port}`, swapped: () => swapped, broken: () => broken };
};

test('events twice, in another order, over connections that break: it ends at what the hub has', async () => {
  const taker = await joinHub(hub, 'unlucky');
  const COUNT = 30;
  const here = await lab(20 + COUNT);
  const { server, url, swapped, broken } = await unreliable(7);
  between = server;
  const sharing = await connect(here, url, taker, { onError: () => undefined });
  const gone = new Set<string>();
  sharing.onChanged((_accounts, retracted) => {
    for (const id of retracted) gone.add(id);
  });
  const before = new Set(ids(sharing));
  const random = createRandom(11);
  const objects = new Map<number, Json>();
  const names = new Map<number, string>();
  const revoked = new Set<number>();
  for (let step = 0; step < 3 * COUNT; step++) {
    const n = 20 + below(random, COUNT);
    const known = objects.get(n);
    if (revoked.has(n)) continue;
    const revokes = known !== undefined && uniform(random) < 0.5;
    const next =
      known === undefined
        ? named(n)
        : later(known, revokes ? { revoked: true } : { confidence: 5 * (step % 20) });
    if (revokes) revoked.add(n);
    objects.set(n, next);
    names.set(n, (await give(next))[0]!);
  }
  assert.ok(revoked.size > 5 && objects.size - revoked.size > 5, 'positive control');
  const standing = [...names].filter(([n]) => !revoked.has(n)).map(([, id]) => id);
  const mine = (): string[] => {
    const all = new Set(names.values());
    return ids(sharing).filter((id) => all.has(id) && !before.has(id));
  };
  await until(
    'what stands is here, and nothing else',
    () => mine().join() === standing.sort().join(),
    60_000,
  );
  await until('acknowledged', async () => (await open(taker)) === 0);
  for (const n of revoked) assert.deepEqual(sharing.facts(`acc-${n}`), []);
  for (const n of names.keys())
    if (!revoked.has(n))
      await until('held against accounts', () => sharing.facts(`acc-${n}`).length === 1);
  assert.ok(gone.size > 0 && [...gone].every((id) => !standing.includes(id)));
  assert.ok(swapped() > 3 && broken() > 0, 'positive control: the order was another');
});
