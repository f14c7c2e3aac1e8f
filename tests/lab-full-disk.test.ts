/**
 * A disk that is really full (a tmpfs of a few megabytes): what was acknowledged stays, what is refused is
 * refused with a code and a remedy, what was taken back meanwhile is lifted, and with space it goes on
 * without a restart. Where nothing can be mounted, `lab-faults.test.ts` limits the size of files instead.
 */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { indicator, PLAIN, startTestHub } from '../src/serve/hub/taxii/hub.test-help.ts';
import { openDeciding } from '../src/serve/lab/deciding/start.ts';
import { seamOf } from '../src/serve/lab/sharing/office.ts';
import type { Sharing } from '../src/serve/lab/sharing/sharing.ts';
import type { Json } from '../src/share/taxii/resources.ts';
import { submit } from '../src/share/taxii/submit.ts';
import { sightingOf } from '../src/serve/lab/sharing/words.ts';
import { paymentOf, seedTokens, tokenOf } from './seed-tokens.test-help.ts';
import { connect, feed, joinHub, newLab, tidy, until } from './lab-hub.test-help.ts';

const MEGABYTES = 24;
const disk = mkdtempSync(join(tmpdir(), 'stillwatch-disk-'));
const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${MEGABYTES}m`, 'none', disk]);
const skip =
  mounted.status === 0 ? false : 'a small disk cannot be mounted here (mount(8) needs its right)';
after(() => {
  if (skip === false) execFileSync('umount', ['-l', disk]);
  rmSync(disk, { recursive: true, force: true });
  tidy();
});

const filler = join(disk, 'filler');
/** Leaves so many bytes. */
const fill = (leave: number): void => {
  const { bavail, bsize } = statfsSync(disk);
  writeFileSync(filler, Buffer.alloc(Math.max(0, bavail * bsize - leave)));
};
const free = (): void => rmSync(filler, { force: true });

test('under a lab: acknowledged exchanges stay, others are refused, and it goes on', {
  skip,
}, async () => {
  const lab = await newLab(join(disk, 'lab'));
  const token = await lab.tokens.issue('t', ['ingest'], Date.now());
  const post = async (from: number) => {
    const rows = Array.from({ length: 200 }, (_, i) => {
      const row = { timestamp: Date.now(), account_id: `a${i % 9}`, exchange_id: `x${from + i}` };
      return `${JSON.stringify({ ...row, prompt: `${from + i} ${'word '.repeat(40)}`, response_tokens: 3 })}\n`;
    });
    const response = await fetch(`${lab.url}/ingest`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
      body: rows.join(''),
    });
    return { status: response.status, body: (await response.json()) as Json };
  };
  let sent = 0;
  try {
    assert.equal((await post(sent)).status, 200);
    sent += 200;
    fill(400 << 10);
    let refused: Json | undefined;
    for (let tries = 0; tries < 60 && refused === undefined; tries++) {
      const { status, body } = await post(sent);
      if (status === 200) sent += 200;
      else {
        assert.equal(status, 503);
        refused = body.error as Json;
      }
    }
    assert.equal(refused?.code, 'LAB_JOURNAL_STALLED');
    assert.match(String(refused?.message), /Free space/);
    assert.ok(sent > 200, 'some were taken before');
    await assert.rejects(lab.engine.checkpoint(), { code: 'LAB_DISK_FULL' });
    free();
    await until('it goes on by itself', async () => (await post(sent)).status === 200, 30_000);
    sent += 200;
    assert.equal(lab.status().exchanges, sent);
  } finally {
    await lab.stop();
    free();
  }
  const again = await newLab(join(disk, 'lab'));
  assert.equal(again.status().exchanges, sent, 'after a restart too');
  await again.stop();
  rmSync(join(disk, 'lab'), { recursive: true });
});

test('under a hub: 507 with a remedy, what was acknowledged stays, and it goes on', {
  skip,
}, async () => {
  const hub = await startTestHub({ data: join(disk, 'hub') });
  const kept: string[] = [];
  const add = async (n: number) => {
    const objects = [indicator(n, { description: 'x'.repeat(20_000) })];
    const answer = await hub.send('POST', `${PLAIN}/objects/`, hub.operator, { objects });
    if (answer.status === 202) kept.push(objects[0]!.id);
    return answer;
  };
  try {
    assert.equal((await add(0)).status, 202);
    fill(600 << 10);
    let n = 1;
    let answer = await add(n);
    while (answer.status === 202 && n < 400) answer = await add(++n);
    assert.equal(answer.status, 507, answer.text);
    assert.equal(answer.json.title, 'STORE_FULL');
    assert.match(answer.json.description, /Free space/);
    assert.equal((await hub.get('/taxii2/')).status, 200, 'it still answers');
    // Objects are handed out only as long as it can be kept who has them, and has to hear of a retraction.
    assert.ok([200, 507].includes((await hub.get(`${PLAIN}/objects/?limit=1`)).status));
    assert.ok(kept.length > 1, 'some were taken before');
    free();
    assert.equal((await add(1000)).status, 202, 'with space it goes on');
    const there = new Set<string>();
    for (let next = ''; ; ) {
      const page = (await hub.get(`${PLAIN}/objects/?limit=500${next}`)).json;
      for (const { id } of page.objects ?? []) there.add(id);
      if (page.more !== true) break;
      next = `&next=${encodeURIComponent(page.next)}`;
    }
    for (const id of kept) assert.ok(there.has(id), 'acknowledged and lost');
    assert.ok(there.size <= kept.length + 1);
  } finally {
    free();
    await hub.close();
    rmSync(join(disk, 'hub'), { recursive: true, force: true });
  }
});

const POLICY = new URL('../src/act/response/default-policy.yaml', import.meta.url);

test('under a lab that is told of a retraction: lifted as soon as there is space', {
  skip,
}, async () => {
  const hub = await startTestHub();
  const [giver, third, taker] = [
    await joinHub(hub, 'giver'),
    await joinHub(hub, 'third'),
    await joinHub(hub, 'taker'),
  ];
  const lab = await newLab(join(disk, 'taker'));
  const policyFile = join(disk, 'policy.yaml');
  writeFileSync(policyFile, readFileSync(POLICY, 'utf8').replaceAll('mode: shadow', 'mode: live'));
  let sharing: Sharing | undefined;
  const deciding = await openDeciding(lab, {
    policyFile,
    sharing: () => (sharing === undefined ? undefined : seamOf(sharing)),
  });
  try {
    const listen = async (): Promise<void> => {
      sharing = await connect(lab, hub.url, taker, { onError: () => undefined });
      sharing.onChanged(async (accounts, retracted) => {
        if (retracted.length > 0) await deciding.withdraw(retracted, 'retraction');
        if (accounts.length > 0) await deciding.reconsider(accounts);
      });
    };
    await seedTokens(lab.store, 1);
    await feed(lab, '/ingest?stream=accounts', [
      { account_id: 'here', payment_fingerprint: paymentOf(0) },
    ]);
    await listen();
    const given = JSON.parse(
      readFileSync(
        new URL('../interop/firewall/valid/indicator-actor-tokens.json', import.meta.url),
        'utf8',
      ),
    ) as Json;
    const now = new Date().toISOString();
    const named = {
      ...{ ...given, created: now, modified: now, valid_from: now },
      valid_until: new Date(Date.now() + 86_400_000).toISOString(),
      pattern: JSON.stringify({
        kind: 'actor-identifier',
        tokens: [tokenOf(0), tokenOf(1)].sort(),
      }),
    };
    const say = (member: typeof giver, object: Json) =>
      submit([object], {
        hub: hub.url,
        token: member.token,
        key: member.key,
        collection: 'exchange',
      });
    const { published, failures } = await say(giver, named);
    assert.deepEqual(failures, []);
    const id = published[0]!.published;
    await say(third, sightingOf({ ...named, id }, 5, Date.now()));
    const row = { timestamp: Date.now(), prompt: 'hello', response_tokens: 1 };
    await feed(lab, '/ingest', [{ ...row, account_id: 'here' }]);
    const resting = () => deciding.book.restingOn(id).length;
    await until('something rests on it', () => resting() > 0);

    fill(0);
    const writes = lab.store.write(({ records }) =>
      records.put('sealed', 'filling', { text: 'x'.repeat(9 << 20) }),
    );
    await assert.rejects(writes, { code: 'STORE_FULL' }, 'positive control: nothing can be stored');
    await say(giver, {
      ...named,
      revoked: true,
      modified: new Date(Date.now() + 1).toISOString(),
    });
    const open = async (): Promise<number> =>
      (await hub.get('/retractions/?open=true', taker.token)).json.retractions.length;
    await until('the hub has taken it back', async () => (await open()) === 1);
    await new Promise((resolve) => setTimeout(resolve, 500));
    if (resting() > 0) assert.equal(await open(), 1, 'not acknowledged while it is acted on');
    free();
    await until('lifted', () => resting() === 0);
    await until('acknowledged', async () => (await open()) === 0, 20_000);
    assert.equal(deciding.book.gate.answer({ account: 'here' }, Date.now()).action, 'allow');
  } finally {
    free();
    await sharing?.close();
    await deciding.close();
    await lab.stop();
    await hub.close();
  }
});
