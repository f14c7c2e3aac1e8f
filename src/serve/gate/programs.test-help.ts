/** Starts the real gateways that the tests put in front of a gate, and stops them. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { type AddressInfo, connect, createServer as createTcpServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';

/** /usr/sbin is not in everybody's PATH, and Debian installs servers there. */
const PATH = `${process.env.PATH ?? ''}:/usr/sbin:/sbin`;

/** Fails, with the command that installs it, where the program is missing. */
export const needProgram = (program: string, debianPackage: string): void => {
  const found = spawnSync('sh', ['-c', `command -v ${program}`], { env: { ...process.env, PATH } });
  assert.equal(
    found.status,
    0,
    `${program} is missing: apt-get install --no-install-recommends ${debianPackage}`,
  );
};

export const freePort = async (): Promise<number> => {
  const server = createTcpServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
};

export const folderOf = (t: TestContext, files: Readonly<Record<string, string>>): string => {
  const folder = mkdtempSync(join(tmpdir(), 'stillwatch-gate-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
};

export interface Started {
  readonly child: ChildProcess;
  readonly output: () => string;
}

export const startProgram = (
  t: TestContext,
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Started => {
  const child = spawn(program, args, { env: { ...process.env, PATH, ...env } });
  let output = '';
  const take = (chunk: Buffer): void => {
    output += chunk.toString('utf8');
  };
  child.stdout.on('data', take);
  child.stderr.on('data', take);
  child.on('error', (error) => {
    output += String(error);
  });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  t.after(async () => {
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), 3000);
    await ended;
    clearTimeout(timer);
    // What it started may still hold them open.
    child.stdout.destroy();
    child.stderr.destroy();
  });
  return { child, output: () => output };
};

/** Waits until something is true; at most `seconds`. */
export const until = async (
  what: string,
  happened: () => boolean | Promise<boolean>,
  seconds = 15,
  more: () => string = () => '',
): Promise<void> => {
  const end = performance.now() + seconds * 1000;
  while (!(await happened())) {
    assert.ok(performance.now() < end, `${what} did not happen in ${seconds} s\n${more()}`);
    await pause(30);
  }
};

export const listens = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true));
    socket.once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });

export interface Upstream {
  readonly port: number;
  readonly seen: IncomingMessage[];
}

/** The API behind the gateway: notes what reaches it. */
export const startUpstream = async (t: TestContext): Promise<Upstream> => {
  const seen: IncomingMessage[] = [];
  const server: Server = createServer((request, response) => {
    seen.push(request);
    request.resume();
    response.setHeader('Content-Type', 'application/json');
    response.end('{"upstream":true}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { port: (server.address() as AddressInfo).port, seen };
};
