/** Attackers of a hub, all at once, and a client that measures how it is served meanwhile. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { indicator, PLAIN, TAXII, uuid } from '../src/serve/hub/taxii/hub.test-help.ts';

/** Resident megabytes of a process. */
export const memoryOf = (pid: number): number => {
  const found = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return Number(found?.[1]) / 1024;
};

/** Something to read, and to be deaf to: a thousand objects of 2 kB. */
export const furnish = async (url: string, token: string): Promise<void> => {
  const objects = Array.from({ length: 1000 }, (_, n) =>
    indicator(n, { description: 'x'.repeat(2000) }),
  );
  const response = await fetch(`${url}${PLAIN}/objects/`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${token}`, Accept: TAXII, 'Content-Type': TAXII },
    body: JSON.stringify({ objects }),
  });
  assert.equal(response.status, 202);
};

/** An ordinary client that reads a page again and again, on one connection; gives milliseconds. */
export const visitor = (url: string, token: string) => {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const headers = { Authorization: `Bearer ${token}`, Accept: TAXII };
  const visit = (): Promise<number> =>
    new Promise((resolve, reject) => {
      const start = performance.now();
      request(`${url}${PLAIN}/objects/?limit=20`, { agent, headers }, (response) => {
        response.resume();
        response.on('end', () => {
          if (response.statusCode === 200) resolve(performance.now() - start);
          else reject(new Error(`a visitor was answered ${response.statusCode}`));
        });
      })
        .on('error', reject)
        .end();
    });
  return async (count: number): Promise<readonly number[]> => {
    const times: number[] = [];
    for (let i = 0; i < count; i++) {
      times.push(await visit());
      await new Promise((next) => setTimeout(next, 2));
    }
    return times;
  };
};

export const ATTACKS = [
  'exponential type',
  'deep nesting',
  '100 MB body',
  'slow-loris',
  'deaf stream',
] as const;
export type Attack = (typeof ATTACKS)[number];

export interface Siege {
  /** How often each attack was made. */
  readonly stop: () => Promise<Readonly<Record<Attack, number>>>;
}

export const besiege = (
  url: string,
  token: string,
  attacks: readonly Attack[] = ATTACKS,
): Siege => {
  const port = Number(new URL(url).port);
  const counts = Object.fromEntries(attacks.map((name) => [name, 0])) as Record<Attack, number>;
  const open = new Set<Socket>();
  let over = false;
  const head = (method: string, path: string, ...lines: readonly string[]): string =>
    [
      `${method} ${path} HTTP/1.1`,
      'Host: hub',
      `Authorization: Bearer ${token}`,
      `Accept: ${TAXII}`,
      `Content-Type: ${TAXII}`,
      ...lines,
      '',
      '',
    ].join('\r\n');
  const dial = (): Socket => {
    const socket = connect(port, '127.0.0.1');
    open.add(socket);
    socket.on('error', () => undefined);
    socket.once('close', () => open.delete(socket));
    return socket;
  };
  const pause = (ms: number): Promise<void> => new Promise((next) => setTimeout(next, ms));
  const closed = (socket: Socket): Promise<void> =>
    new Promise((resolve) =>
      socket.destroyed ? resolve() : socket.once('close', () => resolve()),
    );

  const post = async (body: string): Promise<void> => {
    const socket = dial().resume();
    const lines = [`Content-Length: ${Buffer.byteLength(body)}`, 'Connection: close'];
    socket.write(head('POST', `${PLAIN}/objects/`, ...lines) + body);
    await closed(socket);
  };
  const types = JSON.stringify({
    objects: Array.from({ length: 200 }, () => {
      const type = `${'a'.repeat(100)}!`;
      return { type, id: `${type}--${uuid(1)}` };
    }),
  });
  const deep = `{"objects":[${'['.repeat(10_000)}1${']'.repeat(10_000)}]}`;
  const chunk = `10000\r\n${'x'.repeat(1 << 16)}\r\n`;
  /** As fast as it is taken, until the hub has had enough. */
  const large = async (): Promise<void> => {
    const socket = dial().resume();
    const gone = closed(socket);
    socket.write(head('POST', `${PLAIN}/objects/`, 'Transfer-Encoding: chunked'));
    for (let sent = 0; sent < 100 << 20 && !socket.destroyed && !over; sent += 1 << 16)
      if (!socket.write(chunk))
        await Promise.race([new Promise((next) => socket.once('drain', next)), gone]);
    socket.destroy();
  };
  const loris = async (): Promise<void> => {
    const socket = dial();
    socket.write('GET /health HTTP/1.1\r\n');
    for (let i = 0; i < 100 && !socket.destroyed && !over; i++) {
      socket.write('X-A: b\r\n');
      await pause(100);
    }
    socket.destroy();
  };
  /** Asks for all there ever was, and reads none of it. */
  const deaf = async (): Promise<void> => {
    const socket = dial().pause();
    socket.write(head('GET', '/stream?after=0'));
    for (let i = 0; i < 50 && !socket.destroyed && !over; i++) await pause(100);
    socket.destroy();
  };
  const once: Readonly<Record<Attack, () => Promise<void>>> = {
    'exponential type': () => post(types),
    'deep nesting': () => post(deep),
    '100 MB body': large,
    'slow-loris': loris,
    'deaf stream': deaf,
  };
  /** Attackers of each kind at one time, and how long each rests between two attempts. */
  const crowd: Readonly<Record<Attack, readonly [count: number, restMs: number]>> = {
    'exponential type': [1, 100],
    'deep nesting': [1, 100],
    '100 MB body': [1, 250],
    'slow-loris': [100, 100],
    'deaf stream': [20, 100],
  };
  const running = attacks.flatMap((name) =>
    Array.from({ length: crowd[name][0] }, async () => {
      while (!over) {
        counts[name] += 1;
        await once[name]();
        await pause(crowd[name][1]);
      }
    }),
  );
  return {
    stop: async () => {
      over = true;
      for (const socket of open) socket.destroy();
      await Promise.all(running);
      assert.equal(open.size, 0);
      return counts;
    },
  };
};
