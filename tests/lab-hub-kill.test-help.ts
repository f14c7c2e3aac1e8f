/**
 * Two labs, a hub and a PostgreSQL server that are killed (SIGKILL) in the middle of their work, and what
 * each of them promised: exchanges, publications, retractions, decisions. Lab A publishes what lies drafted
 * in its outbox (indicators made here, no findings); lab B decides on what it is told. The hub and the
 * store of B are on PostgreSQL, A is on SQLite. All traffic is made up.
 */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { below, createRandom, uniform } from '../src/base/random.ts';
import { issueToken, newMember } from '../src/serve/hub/access/issue.ts';
import { NO_LOG } from '../src/serve/hub/http/log.ts';
import { startHub } from '../src/serve/hub/start.ts';
import { itemOf, keepConnection, save } from '../src/serve/lab/sharing/kept.ts';
import { startLab } from '../src/serve/lab/start.ts';
import { openStore } from '../src/serve/store/open.ts';
import { feed } from './lab-hub.test-help.ts';
import { paymentOf, seedTokens, tokenOf } from './seed-tokens.test-help.ts';
import type { TestPostgres } from '../src/serve/store/postgres.test-help.ts';
import { SCOPES } from '../src/serve/store/records.ts';
import { privateKeyOf, rawPublicKey } from '../src/share/sharing/signing/ed25519.ts';
import { keyFileText, SIGNING_KEY } from '../src/share/sharing/signing/key-file.ts';
import { memberKey } from '../src/share/sharing/signing/member-key.ts';
import { sightingOf } from '../src/serve/lab/sharing/words.ts';
import type { Json } from '../src/share/taxii/resources.ts';
import { submit } from '../src/share/taxii/submit.ts';

const MAIN = join(import.meta.dirname, '../src/cli/main.ts');
const BATCH = 20;
const DAY = 86_400_000;
const VICTIMS = ['hub', 'lab-a', 'lab-b', 'store'] as const;
type Victim = (typeof VICTIMS)[number];

const given = JSON.parse(
  readFileSync(
    new URL('../interop/firewall/valid/indicator-actor-tokens.json', import.meta.url),
    'utf8',
  ),
) as Json;
/** It names the instrument of account `acc-N`, and one that nobody has. */
const indicatorOf = (n: number): Json => {
  const now = new Date().toISOString();
  return {
    ...given,
    id: `indicator--00000000-0000-4000-8000-${String(n).padStart(12, '0')}`,
    ...{ created: now, modified: now, valid_from: now },
    valid_until: new Date(Date.now() + 10 * DAY).toISOString(),
    pattern: JSON.stringify({
      kind: 'actor-identifier',
      tokens: [tokenOf(n), tokenOf(1_000_000 + n)].sort(),
    }),
  };
};
const findingOf = (n: number): string => `finding--${n}`;

const POLICY = `version: 1
name: faults
owner: team
defaults:
  ttl: { verify: 1h, throttle: 1h, restrict: 1h, suspend: 1h }
  fail: open
  closed_action: verify
  stale_after: 30s
ladder:
  throttle: { requests_per_minute: 30, output_tokens_per_minute: 20000 }
  restrict: { max_output_tokens: 1024, strip_reasoning: true, strip_logprobs: true }
large_customer: { tiers: [enterprise], exchanges: 1000000 }
sample_to_review: 0%
rules:
  - name: verify-shared
    when: indicator.standing == "corroborated"
    action: verify
    reason: SHARED_INTELLIGENCE
    mode: live
allow: []
`;

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
};

/** A service that is killed and started again at the same address. */
const service = (name: string, args: readonly string[], cache: string) => {
  let child: ChildProcess | undefined;
  let wanted = false;
  const errors: string[] = [];
  const endedAlone: string[] = [];
  const launch = async (): Promise<string | undefined> => {
    const started = spawn(process.execPath, [MAIN, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, NODE_COMPILE_CACHE: cache },
    });
    child = started;
    started.stderr.setEncoding('utf8').on('data', (text: string) => errors.push(text));
    let line: string | undefined;
    for await (line of createInterface({ input: started.stdout })) break;
    if (line !== undefined)
      started.on('exit', (code) => {
        if (wanted) endedAlone.push(`${name} ended with ${code}: ${errors.slice(-5).join('')}`);
      });
    return line;
  };
  return {
    name,
    errors,
    endedAlone,
    /** Until it listens; while its store is away it is tried again, as a supervisor would. */
    start: async (): Promise<Json> => {
      for (let tries = 0; tries < 100; tries++) {
        const line = await launch();
        if (line !== undefined) {
          wanted = true;
          return JSON.parse(line) as Json;
        }
        await pause(100);
      }
      throw new Error(`${name} does not start: ${errors.slice(-5).join('')}`);
    },
    kill: async (): Promise<void> => {
      wanted = false;
      if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
    },
  };
};

export interface KillResult {
  readonly kills: Readonly<Record<Victim, number>>;
  readonly exchanges: { readonly a: number; readonly b: number };
  readonly released: number;
  readonly retracted: number;
  readonly decisions_by_hand: number;
  readonly decisions_on_shared: number;
  readonly lifted_by_retraction: number;
  readonly seconds: number;
}

/** @throws AssertionError for anything that was promised and did not hold */
export const killEverything = async (
  postgres: TestPostgres,
  folder: string,
  kills: number,
  seed: number,
): Promise<KillResult> => {
  const began = performance.now();
  const random = createRandom(seed);
  const cache = join(folder, 'cache');
  const [hubData, labBData] = [postgres.database(), postgres.database()];
  const ports = {
    hub: await freePort(),
    a: await freePort(),
    b: await freePort(),
    gate: await freePort(),
  };
  const hubUrl = `http://127.0.0.1:${ports.hub}`;
  const drafts = Math.min(200, 6 + 2 * kills);

  // ---- members, keys, connections and drafts
  const first = await startHub({ listen: '127.0.0.1:0', data: hubData, log: NO_LOG });
  const join_ = async (name: string, n: number) => {
    const { store, secrets, clock } = first.hub;
    const member = newMember(name, 'founder', clock());
    const key = privateKeyOf(new Uint8Array(32).fill(n));
    const registered = memberKey({ member: member.id, publicKey: rawPublicKey(key), validFrom: 0 });
    const { token } = await store.write(async ({ records }) => {
      await records.put('member', member.id, member);
      await records.put('key', `${member.id}/${registered.id}`, registered);
      const made = { label: 'test', scopes: SCOPES, created: clock(), expires: null };
      return issueToken(records, secrets, { member: member.id, ...made });
    });
    const files = {
      token_file: join(folder, `${name}.token`),
      key_file: join(folder, `${name}.key`),
    };
    writeFileSync(files.token_file, token, { mode: 0o600 });
    writeFileSync(files.key_file, keyFileText(SIGNING_KEY, new Uint8Array(32).fill(n)), {
      mode: 0o600,
    });
    return { token, key, files };
  };
  const a = await join_('a', 1);
  const b = await join_('b', 2);
  const c = await join_('c', 3);
  await first.close();
  const tokens = { a: '', b: '', gate: '' };
  const prepare = async (data: string, files: typeof a.files, items: number): Promise<void> => {
    const store = await openStore(data);
    const connection = { hub: hubUrl, ...files, collection: 'exchange', plain_http: true };
    await keepConnection(store, { ...connection, release: 'person' });
    const now = Date.now();
    for (let n = 0; n < items; n++) {
      const objects = [indicatorOf(n)];
      const created = String(objects[0]!.created);
      const item = itemOf(
        { kind: 'finding', state: 'drafted', at: now, created, objects },
        undefined,
      );
      await save(store, [{ kind: 'share-outbox', id: findingOf(n), value: item }]);
    }
    await store.close();
  };
  const [folderA, folderB] = [join(folder, 'a'), join(folder, 'b')];
  mkdirSync(folderA, { mode: 0o700 });
  mkdirSync(folderB, { mode: 0o700 });
  await prepare(join(folderA, 'store'), a.files, drafts);
  await prepare(labBData, b.files, 0);
  const storeB = await openStore(labBData);
  await seedTokens(storeB, drafts);
  await storeB.close();
  const config = join(folder, 'lab.yaml');
  writeFileSync(config, 'version: 1\ncheckpoint_seconds: 1\nlook: { every_seconds: 3600 }\n');
  const policy = join(folder, 'policy.yaml');
  writeFileSync(policy, POLICY);
  for (const [name, data, own] of [
    ['a', folderA, folderA],
    ['b', labBData, folderB],
  ] as const) {
    const lab = await startLab({ listen: '127.0.0.1:0', data, folder: own });
    tokens[name] = await lab.tokens.issue('test', ['ingest', 'admin'], Date.now());
    if (name === 'b') {
      tokens.gate = await lab.tokens.issue('edge', ['gate'], Date.now());
      const accounts = Array.from({ length: drafts }, (_, n) => ({
        account_id: `acc-${n}`,
        payment_fingerprint: paymentOf(n),
      }));
      await feed(lab, '/ingest?stream=accounts', accounts);
    }
    await lab.stop();
  }
  const at = (port: number): string => `127.0.0.1:${port}`;
  const serveLab = (port: number) => ['lab', 'serve', '--listen', at(port), '--config', config];
  const services = {
    hub: service(
      'hub',
      ['hub', 'serve', '--listen', at(ports.hub), '--data', hubData, '--quiet', '--json'],
      cache,
    ),
    'lab-a': service('lab-a', [...serveLab(ports.a), '--data', folderA], cache),
    'lab-b': service(
      'lab-b',
      [
        ...[...serveLab(ports.b), '--data', labBData, '--folder', folderB, '--policy', policy],
        ...['--gate', at(ports.gate), '--appeal-url', 'http://127.0.0.1/appeal'],
      ],
      cache,
    ),
  };
  const urls = {
    a: `http://${at(ports.a)}`,
    b: `http://${at(ports.b)}`,
    gate: `http://${at(ports.gate)}`,
  };
  for (const one of Object.values(services)) await one.start();

  // ---- clients that keep at it until they are answered
  let stopping = false;
  let over = false;
  const ask = async (url: string, token: string, init: RequestInit = {}): Promise<Json | null> => {
    try {
      const headers = { authorization: `Bearer ${token}`, ...init.headers };
      const signal = AbortSignal.timeout(20_000);
      const response = await fetch(url, { ...init, headers, signal });
      const text = await response.text();
      if (!response.ok) {
        // Refused for now, with a code; what is a fault of the service has another.
        assert.ok(response.status !== 500 || !text.includes('INTERNAL'), `${url}: ${text}`);
        return null;
      }
      return JSON.parse(text) as Json;
    } catch (error) {
      if (error instanceof assert.AssertionError) throw error;
      return null;
    }
  };
  const insist = async (url: string, token: string, init: RequestInit = {}): Promise<Json> => {
    for (;;) {
      const answer = await ask(url, token, init);
      if (answer !== null) return answer;
      if (over) throw new Error('it is over');
      await pause(30);
    }
  };
  const sent = { a: 0, b: 0 };
  const posting = async (name: 'a' | 'b'): Promise<void> => {
    while (!stopping) {
      const rows = Array.from({ length: BATCH }, (_, i) => {
        const n = sent[name] + i;
        const block = n % drafts;
        return `${JSON.stringify({
          ...{ timestamp: Date.UTC(2026, 10, 1) + n * 1000, account_id: `acc-${block}` },
          ...{ exchange_id: `x${n}`, prompt: `question ${n}`, response_tokens: 5 },
        })}\n`;
      });
      const init = { method: 'POST', body: rows.join('') };
      const answer = await insist(`${urls[name]}/ingest`, tokens[name], init);
      assert.equal(Number(answer.accepted) + Number(answer.duplicates), BATCH);
      sent[name] += BATCH;
      await pause(20);
    }
  };
  const released = new Map<number, string>();
  const retracted = new Set<number>();
  const publishing = async (): Promise<void> => {
    for (let n = 0; n < drafts && !stopping; n++) {
      const id = findingOf(n);
      await insist(`${urls.a}/sharing/release/${id}`, tokens.a, { method: 'POST' });
      released.set(n, '');
      await pause(100 + (kills < 20 ? 200 : 800) * uniform(random));
    }
  };
  /** A third member says that it saw it too, as soon as the hub has it. */
  const seeing = async (): Promise<void> => {
    const said = new Set<number>();
    const left = () => [...released.keys()].some((n) => !said.has(n) && !retracted.has(n));
    while (!over && (!stopping || left())) {
      for (const n of [...released.keys()]) {
        if (said.has(n)) continue;
        const own = await ask(`${hubUrl}/api/contributions/${String(indicatorOf(n).id)}`, a.token, {
          headers: { accept: 'application/json' },
        });
        if (own === null) continue;
        released.set(n, String(own.published));
        const about = { ...indicatorOf(n), id: own.published };
        try {
          const { failures } = await submit([sightingOf(about, 5, Date.now())], {
            ...{ hub: hubUrl, token: c.token, key: c.key, collection: 'exchange', plainHttp: true },
          });
          if (failures.length === 0) said.add(n);
        } catch {
          // The hub is away: it is said again.
        }
      }
      await pause(50);
    }
  };
  const retracting = async (): Promise<void> => {
    for (let n = 0; n < drafts && !stopping; n++) {
      while (!released.has(n) && !stopping) await pause(50);
      if (n % 3 !== 1 || stopping) continue;
      // Some at once, while they may be on their way; the others when decisions rest on them.
      const decided = async (): Promise<boolean> =>
        Number((await ask(`${urls.b}/decisions?subject=acc-${n}`, tokens.b))?.total ?? 0) > 0;
      if (uniform(random) < 0.6)
        for (let tries = 0; tries < 100 && !stopping && !(await decided()); tries++)
          await pause(100);
      await insist(`${urls.a}/sharing/retract/${findingOf(n)}`, tokens.a, { method: 'POST' });
      retracted.add(n);
    }
  };
  const byHand = new Map<string, { readonly account: string; readonly until: number }>();
  const deciding = async (): Promise<void> => {
    for (let n = 0; !stopping; n++) {
      const account = `hand-${n}`;
      const asked = {
        ...{ subject: { kind: 'account', value: account }, action: 'restrict' },
        ...{ ttl: n % 2 === 0 ? 4 : 3600, reason: 'a test' },
      };
      const init = { method: 'POST', body: JSON.stringify(asked) };
      const decision = await insist(`${urls.b}/decisions`, tokens.b, init);
      byHand.set(String(decision.id), { account, until: Number(decision.until) });
      await pause(150);
    }
  };
  let late = 0;
  const gateSays = (account: string): Promise<Json | null> =>
    ask(`${urls.gate}/v1/decide`, tokens.gate, {
      method: 'POST',
      body: JSON.stringify({ account }),
    });
  /** Asks the gate, all the time, about decisions that have ended. */
  const watching = async (): Promise<void> => {
    while (!stopping) {
      for (const { account, until } of [...byHand.values()].slice(-40)) {
        if (Date.now() <= until) continue;
        const answer = await gateSays(account);
        if (answer === null) break;
        if (answer.action !== 'allow') late += 1;
      }
      await pause(200);
    }
  };
  const work = [
    posting('a'),
    posting('b'),
    publishing(),
    seeing(),
    retracting(),
    deciding(),
    watching(),
  ];
  const failed = Promise.all(work);
  failed.catch(() => undefined);

  // ---- the kills
  const count: Record<Victim, number> = { hub: 0, 'lab-a': 0, 'lab-b': 0, store: 0 };
  try {
    for (let kill = 0; kill < kills; kill++) {
      await Promise.race([pause(100 + 900 * uniform(random)), failed]);
      const victim = VICTIMS[(kill + below(random, 2)) % VICTIMS.length]!;
      count[victim] += 1;
      if (victim === 'store') await postgres.kill();
      else {
        await services[victim].kill();
        await services[victim].start();
      }
    }
    await Promise.race([pause(2500), failed]);
    stopping = true;
    await failed;

    // ---- nothing is killed any more: everything arrives
    const until = async (what: string, holds: () => Promise<boolean>): Promise<void> => {
      const end = Date.now() + 120_000;
      while (!(await holds())) {
        if (Date.now() > end) {
          const said = Object.values(services).map(
            (one) => `${one.name}: ${one.errors.slice(-4).join('')}`,
          );
          throw new Error(`not in time: ${what}\n${said.join('\n')}`);
        }
        await pause(100);
      }
    };
    await until('A has nothing left to send', async () => {
      const status = (await ask(`${urls.a}/status`, tokens.a))?.hub as Json | undefined;
      return status?.queue === 0;
    });
    const isFrom = (n: number): string => String(indicatorOf(n).id);
    const inForce = async (): Promise<readonly { rests_on: string[]; subject: Json }[]> =>
      ((await insist(`${urls.b}/decisions?rule=verify-shared`, tokens.b)).decisions as []) ?? [];
    const standing = [...released].filter(([n]) => !retracted.has(n));
    // What was taken back before it was sent never got a name at the hub.
    const gone = [...released].filter(([n, id]) => retracted.has(n) && id !== '');
    const inB = async (): Promise<readonly string[]> => {
      const list = (await insist(`${urls.b}/sharing/indicators`, tokens.b)).indicators as Json[];
      return list.map(({ object }) => String((object as Json).id)).sort();
    };
    const expected = standing.map(([, id]) => id).sort();
    await until('B has what stands, and nothing else', async () => {
      const there = await inB();
      return there.length === expected.length && there.every((id, i) => id === expected[i]);
    });
    await until('B acts on what stands', async () => {
      const resting = new Set((await inForce()).flatMap(({ rests_on }) => rests_on));
      return standing.every(([, id]) => resting.has(id));
    });
    await until('B has acknowledged every retraction', async () => {
      const open = await ask(`${hubUrl}/retractions/?open=true`, b.token, {
        headers: { accept: 'application/json' },
      });
      return open !== null && (open.retractions as []).length === 0;
    });
    for (const { rests_on } of await inForce())
      for (const [, id] of gone)
        assert.ok(!rests_on.includes(id), 'a decision rests on a retraction');
    for (const [n] of gone) {
      const answer = await gateSays(`acc-${n}`);
      assert.equal(answer?.action, 'allow', `the gate still acts on ${isFrom(n)}`);
    }
    for (const [n] of standing) assert.equal((await gateSays(`acc-${n}`))?.action, 'verify');
    for (const [id, { account, until: end }] of byHand) {
      assert.ok(
        (await insist(`${urls.b}/decisions/${id}`, tokens.b)).decision,
        'acknowledged and lost',
      );
      const { action } = (await gateSays(account)) ?? {};
      assert.equal(action, Date.now() < end ? 'restrict' : 'allow', `${account} until ${end}`);
    }
    assert.equal(late, 0, 'decisions after their time');
    for (const { endedAlone } of Object.values(services)) assert.deepEqual(endedAlone, []);
  } finally {
    stopping = true;
    over = true;
    for (const one of Object.values(services)) await one.kill();
    await Promise.allSettled(work);
  }

  // ---- what is in the stores
  for (const [name, data, own] of [
    ['a', folderA, folderA],
    ['b', labBData, folderB],
  ] as const) {
    const lab = await startLab({ listen: '127.0.0.1:0', data, folder: own });
    try {
      const { exchanges } = lab.status();
      assert.equal(exchanges, sent[name], `${name}: each acknowledged exchange once`);
      const accounts = await lab.accounts(Array.from({ length: drafts }, (_, i) => `acc-${i}`));
      assert.equal(
        accounts.reduce((sum, { profile }) => sum + profile.exchanges, 0),
        exchanges,
      );
    } finally {
      await lab.stop();
    }
  }
  const hub = await openStore(hubData);
  const published = new Map<string, number>();
  try {
    const exchange = (await hub.records.list('collection')).find(
      ({ value }) => value.alias === 'exchange',
    )!;
    const audiences = (await hub.audiences()).map(({ id }) => id);
    for (let after = 0, more = true; more; ) {
      const page = await hub.page(
        { collection: exchange.value.key, audiences, after, versions: ['last'] },
        1000,
      );
      for (const { id, added, body } of page.rows) {
        after = added;
        const object = JSON.parse(body) as Json;
        if (object.type !== 'indicator') continue;
        published.set(id, (published.get(id) ?? 0) + 1);
        const n = [...released].find(([, name]) => name === id)?.[0];
        assert.ok(n !== undefined, 'nothing is published that was not released');
        assert.equal(object.revoked === true, retracted.has(n), `${id} is taken back, or is not`);
      }
      more = page.more;
    }
  } finally {
    await hub.close();
  }
  const standing = [...released.keys()].filter((n) => !retracted.has(n));
  for (const n of standing)
    assert.equal(published.get(released.get(n)!), 1, 'released, and there once');
  const store = await openStore(labBData);
  let [made, lifted] = [0, 0];
  try {
    for (const kind of ['decision', 'ended-decision'] as const)
      for (const { value } of await store.records.list(kind)) {
        if (value.decision.rule !== 'verify-shared') continue;
        made += 1;
        if (value.lifted?.by === 'retraction') lifted += 1;
      }
  } finally {
    await store.close();
  }
  return {
    kills: count,
    exchanges: sent,
    ...{ released: released.size, retracted: retracted.size, decisions_by_hand: byHand.size },
    ...{ decisions_on_shared: made, lifted_by_retraction: lifted },
    seconds: Math.round((performance.now() - began) / 1000),
  };
};
