/** Hubs as processes of their own, which can be killed, and a client that remembers what it was promised. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { indicator, PLAIN, TAXII } from '../src/serve/hub/taxii/hub.test-help.ts';
import { parseVerifierKey, LOG_KEY } from '../src/share/ledger/verifier-key.ts';
import { verifyFiles } from '../src/share/ledger/verify-files.ts';
import { hubLedger } from '../src/serve/hub/ledger/record.ts';
import { openStore } from '../src/serve/store/open.ts';
import { formatVerifierKey } from '../src/share/ledger/verifier-key.ts';

const MAIN = new URL('../src/cli/main.ts', import.meta.url).pathname;

export interface HubProcess {
  readonly process: ChildProcess;
  readonly url: string;
  /** Of the operator; only at the first start with this data. */
  readonly token: string | undefined;
  readonly kill: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

/** @param cache folder for compiled code: without it each start costs a second of the processor */
export const startHubProcess = async (data: string, cache: string): Promise<HubProcess> => {
  const args = ['hub', 'serve', '--listen', '127.0.0.1:0', '--data', data, '--quiet', '--json'];
  const child = spawn(process.execPath, [MAIN, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, NODE_COMPILE_CACHE: cache },
  });
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill(signal);
    await once(child, 'exit');
  };
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  const { listening, token } = JSON.parse(String(line)) as { listening: string; token?: string };
  return {
    process: child,
    url: listening,
    token,
    kill: () => end('SIGKILL'),
    stop: () => end('SIGTERM'),
  };
};

export interface Promised {
  /** Objects whose status said success. */
  readonly objects: Set<string>;
  readonly statuses: Set<string>;
}

/** Adds objects one envelope after the other until the hub is gone. */
export const writeUntilGone = async (
  url: string,
  token: string,
  from: number,
  promised: Promised,
): Promise<void> => {
  for (let n = from; ; n += 3) {
    const objects = [indicator(n), indicator(n + 1), indicator(n + 2)];
    try {
      const response = await fetch(`${url}${PLAIN}/objects/`, {
        method: 'POST',
        headers: { Authorization: `Bearer ${token}`, Accept: TAXII, 'Content-Type': TAXII },
        body: JSON.stringify({ objects }),
      });
      const status = (await response.json()) as {
        readonly id: string;
        readonly successes: readonly { readonly id: string }[];
      };
      assert.equal(response.status, 202);
      promised.statuses.add(status.id);
      for (const { id } of status.successes) promised.objects.add(id);
    } catch (error) {
      if (error instanceof assert.AssertionError) throw error;
      return;
    }
  }
};

/**
 * Kills a hub again and again while four clients write to it, each time at another moment; gives what
 * was promised.
 */
export const killRounds = async (
  data: string,
  cache: string,
  rounds: number,
): Promise<Promised> => {
  const promised: Promised = { objects: new Set(), statuses: new Set() };
  // One that ends by itself leaves its compiled code behind; those that are killed do not.
  const first = await startHubProcess(data, cache);
  const token = first.token!;
  await first.stop();
  for (let round = 0; round < rounds; round++) {
    const hub = await startHubProcess(data, cache);
    const writing = Array.from({ length: 4 }, (_, w) =>
      writeUntilGone(hub.url, token, (round * 4 + w) * 100_000, promised),
    );
    const before = promised.objects.size;
    while (promised.objects.size === before) await new Promise((next) => setTimeout(next, 1));
    await new Promise((next) => setTimeout(next, (round * 7) % 41));
    await hub.kill();
    await Promise.all(writing);
  }
  return promised;
};

/** Everything promised is there, once, with its status and its entry in a ledger that verifies. */
export const assertKept = async (data: string, promised: Promised): Promise<number> => {
  const store = await openStore(data);
  try {
    const plain = (await store.records.list('collection')).find(
      ({ value }) => value.alias === 'plain',
    )!.value;
    const audiences = (await store.audiences()).map(({ id }) => id);
    const rows: { readonly id: string; readonly added: number }[] = [];
    for (let more = true; more; ) {
      const after = rows.at(-1)?.added ?? 0;
      const page = await store.page(
        { collection: plain.key, audiences, after, versions: ['all'], withoutBody: true },
        1000,
      );
      rows.push(...page.rows);
      more = page.more;
    }
    const stored = new Set(rows.map(({ id }) => id));
    assert.equal(stored.size, rows.length, 'each once');
    const lost = [...promised.objects].filter((id) => !stored.has(id));
    assert.deepEqual(lost, [], 'promised and lost');
    const statuses = new Set((await store.records.list('status')).map(({ id }) => id));
    assert.ok([...promised.statuses].every((id) => statuses.has(id)));
    const entries = new Map(
      (await store.records.list('sealed', `ledger-place/${plain.key}/`)).flatMap(
        ({ value }) => value.places as readonly (readonly [added: number, index: number])[],
      ),
    );
    assert.ok(
      rows.every(({ added }) => entries.has(added)),
      'an entry for each',
    );
    assert.equal(new Set(entries.values()).size, rows.length, 'of its own');
    const { verifier } = await hubLedger(store);
    const log = [parseVerifierKey(formatVerifierKey(verifier), LOG_KEY)];
    const { kinds } = await verifyFiles(store.ledger.read, { log, witnesses: [], quorum: 0 });
    assert.equal(kinds.accepted, rows.length, 'and none for what is not there');
    let events = 0;
    for (let seq = 0, some = [{ seq }]; some.length > 0; seq = some.at(-1)?.seq ?? seq) {
      const read = await store.events.read(seq, 1000);
      events += read.filter(({ kind }) => kind === 'object-added').length;
      some = read.map((one) => ({ seq: one.seq }));
    }
    assert.equal(events, rows.length, 'one event for each');
    return rows.length;
  } finally {
    await store.close();
  }
};
