/**
 * The gate over HTTP, with the load on the same cores. Three parts, each with its own control in the run:
 * plain JSON as fast as it goes (control: a server that answers the same bytes and looks nothing up);
 * plain JSON at 10,000 questions a second (latency); nginx with auth_request to the gate against the same
 * nginx without. 100,000 accounts; answers carry an obligation. The load is autocannon, pipelining stated.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { createGate } from '../src/act/response/gate.ts';
import { startGate } from '../src/serve/gate/start.ts';

const ACCOUNTS = 100_000;
const TOKEN = 'bench-token-0123456789';
const BODY = '{"account":"acct_777","address":"198.51.100.7"}';
const CONTROL =
  '{"decision_id":"decision--777","action":"restrict","reason":"DISTILLATION_CONFIRMED"}';

/** The servers run in a process of their own, so that load and answers do not share one event loop. */
const serveAll = async (): Promise<void> => {
  const gate = createGate();
  const now = Date.now();
  gate.apply(
    Array.from({ length: ACCOUNTS }, (_, i) => ({
      cursor: i + 1,
      change: 'put' as const,
      decision: {
        id: `decision--${i}`,
        subject: { kind: 'account' as const, value: `acct_${i}` },
        action: 'restrict' as const,
        reason: 'DISTILLATION_CONFIRMED' as const,
        obligations: { max_output_tokens: 256 },
        mode: 'live' as const,
        from: 0,
        until: now + 86_400_000,
        owner: 'bench',
        rule: null,
        policy: null,
        rests_on: [],
      },
    })),
    now,
  );
  setInterval(() => gate.heard(Date.now()), 1000);
  const listen = { host: '127.0.0.1', port: 0 };
  const tokens = [{ gateway: 'bench', token: TOKEN }];
  const { url } = await startGate({
    listen,
    gate: () => gate,
    appealUrl: 'https://p.example/a',
    tokens,
  });
  const control = createServer((request, response) => {
    if (request.url === '/cpu') {
      const { user, system } = process.cpuUsage();
      response.end(String((user + system) / 1e6));
      return;
    }
    request.resume();
    request.on('end', () => {
      response.writeHead(200, {
        'Content-Type': 'application/json',
        'Content-Length': CONTROL.length,
      });
      response.end(CONTROL);
    });
  });
  await new Promise<void>((resolve) => control.listen(0, '127.0.0.1', resolve));
  const port = (control.address() as AddressInfo).port;
  process.stdout.write(`${JSON.stringify({ gate: url, control: `http://127.0.0.1:${port}` })}\n`);
  process.stdin.resume().on('end', () => process.exit(0));
};

interface Load {
  readonly requests: { readonly average: number };
  readonly latency: { readonly p50: number; readonly p99: number };
  readonly errors: number;
  readonly non2xx: number;
}

const CANNON = new URL('../node_modules/.bin/autocannon', import.meta.url).pathname;

const load = (url: string, options: readonly string[]): Load => {
  const args = ['--json', '-n', '-H', `Authorization: Bearer ${TOKEN}`, ...options, url];
  const run = spawnSync(process.execPath, [CANNON, ...args], {
    encoding: 'utf8',
    maxBuffer: 64 << 20,
  });
  return JSON.parse(run.stdout) as Load;
};
const POST = ['-m', 'POST', '-b', BODY];

/** Median and 99th percentile of requests one after another, in milliseconds with their fractions. */
const latencies = async (url: string, count: number): Promise<{ p50: number; p99: number }> => {
  const times: number[] = [];
  const { Agent, request } = await import('node:http');
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  for (let i = 0; i < count; i++) {
    const start = performance.now();
    await new Promise<void>((resolve, reject) => {
      const asked = request(
        url,
        { agent, headers: { authorization: 'Bearer sk-acct' } },
        (reply) => {
          reply.resume().on('end', resolve);
        },
      );
      asked.on('error', reject).end();
    });
    if (i >= count / 10) times.push(performance.now() - start);
  }
  agent.destroy();
  times.sort((a, b) => a - b);
  const at = (share: number) => Number(times[Math.floor(times.length * share)]!.toFixed(3));
  return { p50: at(0.5), p99: at(0.99) };
};

const NGINX = (gate: string, upstream: string, port: number): string => `
worker_processes 1; daemon off; pid nginx.pid; error_log stderr;
events { worker_connections 512; }
http {
  access_log off; keepalive_requests 1000000;
  client_body_temp_path b; proxy_temp_path p; fastcgi_temp_path f; uwsgi_temp_path u; scgi_temp_path s;
  upstream gate { server ${new URL(gate).host}; keepalive 64; keepalive_requests 1000000; }
  upstream api { server ${new URL(upstream).host}; keepalive 64; keepalive_requests 1000000; }
  server {
    listen 127.0.0.1:${port};
    proxy_http_version 1.1;
    location /without { proxy_set_header Connection ""; proxy_pass http://api; }
    location /with { auth_request /auth; proxy_set_header Connection ""; proxy_pass http://api; }
    location = /auth {
      internal; proxy_pass http://gate/nginx/auth; proxy_set_header Connection "";
      proxy_pass_request_body off; proxy_set_header Content-Length "";
      proxy_set_header Authorization "Bearer ${TOKEN}"; proxy_set_header X-Account acct_777;
    }
  }
}`;

const startNginx = async (gate: string, upstream: string) => {
  const folder = mkdtempSync(join(tmpdir(), 'stillwatch-bench-'));
  const probe = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => probe.once('listening', resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  writeFileSync(join(folder, 'nginx.conf'), NGINX(gate, upstream, port));
  const env = { ...process.env, PATH: `${process.env.PATH}:/usr/sbin` };
  const child = spawn('nginx', ['-p', folder, '-c', 'nginx.conf'], { env, stdio: 'inherit' });
  for (let open = false; !open; await pause(50))
    open = await new Promise((resolve) => {
      const socket = connect(port, '127.0.0.1', () => resolve(true)).on('error', () =>
        resolve(false),
      );
      socket.on('connect', () => socket.end());
    });
  return { url: `http://127.0.0.1:${port}`, child, folder };
};

const startServers = async (): Promise<{ child: ChildProcess; gate: string; control: string }> => {
  const child = spawn(process.execPath, [import.meta.filename, 'serve'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const line = await new Promise<string>((resolve) =>
    child.stdout.once('data', (b) => resolve(String(b))),
  );
  return { child, ...(JSON.parse(line) as { gate: string; control: string }) };
};

export const run = async () => {
  const before = loadavg()[0];
  const { child, gate, control } = await startServers();
  const url = `${gate}/v1/decide`;
  const full = ['-c', '32', '-p', '10', '-d', '5', ...POST];
  load(url, ['-c', '32', '-p', '10', '-d', '2', ...POST]);
  const cpu = async () => Number(await (await fetch(`${control}/cpu`)).text());
  const cpuBefore = await cpu();
  const fastest = load(url, full);
  const cpuSeconds = (await cpu()) - cpuBefore;
  const nothing = load(control, full);
  const paced = load(url, ['-c', '16', '-R', '10000', '-d', '6', ...POST]);
  const nginx = await startNginx(gate, control);
  const rounds = [];
  for (let i = 0; i < 5; i++)
    rounds.push({
      without: await latencies(`${nginx.url}/without`, 2000),
      with: await latencies(`${nginx.url}/with`, 2000),
    });
  nginx.child.kill();
  child.stdin?.end();
  rmSync(nginx.folder, { recursive: true, force: true });
  const median = (values: readonly number[]) =>
    [...values].sort((a, b) => a - b)[values.length >> 1]!;
  return {
    load_average_before: before,
    plain_json: {
      per_second: fastest.requests.average,
      pipelining: 10,
      connections: 32,
      bad: fastest.errors + fastest.non2xx,
      // Processor time of the gate alone: other work on the machine does not stretch it.
      per_processor_second: Math.round((fastest.requests.average * 5) / cpuSeconds),
    },
    control_without_gate: { per_second: nothing.requests.average },
    at_10000_per_second: {
      per_second: paced.requests.average,
      p50_ms: paced.latency.p50,
      p99_ms: paced.latency.p99,
      pipelining: 1,
    },
    nginx: {
      without_ms: median(rounds.map((one) => one.without.p50)),
      with_ms: median(rounds.map((one) => one.with.p50)),
      added_ms: Number(median(rounds.map((one) => one.with.p50 - one.without.p50)).toFixed(3)),
      rounds: rounds.length,
    },
  };
};

if (process.argv[2] === 'serve') await serveAll();
