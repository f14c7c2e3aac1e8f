/**
 * The gate over HTTP, with the load on the same cores, each part with its own control in the run: plain JSON
 * as fast as it goes, one by one and ten at once on each connection, in batches, and nginx's question with
 * headers (control: a server of Node that answers the same bytes and looks nothing up); plain JSON at 10,000
 * questions a second (latency from when a question was due); nginx with auth_request to the gate against the
 * same nginx without. 100,000 accounts; answers carry an obligation. The load is `http-load.ts`; beside each
 * rate stands the processor time of server and load, so that neither hides behind the other.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { createGate } from '../src/act/response/gate.ts';
import { startGate } from '../src/serve/gate/start.ts';
import type { LoadOptions, LoadResult } from './http-load.ts';

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

const LOAD = new URL('./http-load.ts', import.meta.url).pathname;

const load = async (options: LoadOptions): Promise<LoadResult> => {
  const child = spawn(process.execPath, [LOAD, JSON.stringify(options)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  for await (const piece of child.stdout) text += piece;
  return JSON.parse(text) as LoadResult;
};

const HEAD = `Host: gate\r\nAuthorization: Bearer ${TOKEN}\r\n`;
const post = (path: string, body: string): string =>
  `POST ${path} HTTP/1.1\r\n${HEAD}Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
const BATCH = 100;
const REQUESTS = {
  json: post('/v1/decide', BODY),
  batch: post('/v1/decide/batch', `{"questions":[${Array(BATCH).fill(BODY).join()}]}`),
  headers: `GET /nginx/auth HTTP/1.1\r\n${HEAD}X-Account: acct_777\r\nX-Real-IP: 198.51.100.7\r\n\r\n`,
} as const;

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
  const cpu = async () => Number(await (await fetch(`${control}/cpu`)).text());
  const portOf = (url: string): number => Number(new URL(url).port);
  const measure = async (
    url: string,
    request: string,
    connections: number,
    depth: number,
    more: { readonly rate?: number; readonly decisions?: number } = {},
  ) => {
    const { rate, decisions = 1 } = more;
    const options = { port: portOf(url), request, connections, depth, seconds: 5 };
    const cpuBefore = await cpu();
    const result = await load(rate === undefined ? options : { ...options, rate });
    const server_s = (await cpu()) - cpuBefore;
    const done = result.per_second * decisions;
    return {
      decisions_per_second: done,
      p50_ms: result.p50_ms,
      p99_ms: result.p99_ms,
      bad: result.bad,
      per_processor_second_of_server: Math.round((done * result.wall_s) / server_s),
      // Shares of one core.
      server_share: Number((server_s / result.wall_s).toFixed(2)),
      load_share: Number((result.processor_s / result.wall_s).toFixed(2)),
    };
  };
  const { json, batch, headers } = REQUESTS;
  await load({ port: portOf(gate), request: json, connections: 32, depth: 10, seconds: 2 });
  const http = {
    json_one_by_one: await measure(gate, json, 64, 1),
    json_ten_at_once: await measure(gate, json, 32, 10),
    headers_one_by_one: await measure(gate, headers, 64, 1),
    headers_ten_at_once: await measure(gate, headers, 32, 10),
    batches_of_100: await measure(gate, batch, 8, 1, { decisions: BATCH }),
    control_one_by_one: await measure(control, json, 64, 1),
    control_ten_at_once: await measure(control, json, 32, 10),
    json_at_10000_per_second: await measure(gate, json, 16, 1, { rate: 10_000 }),
  };
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
    http,
    nginx: {
      without_ms: median(rounds.map((one) => one.without.p50)),
      with_ms: median(rounds.map((one) => one.with.p50)),
      added_ms: Number(median(rounds.map((one) => one.with.p50 - one.without.p50)).toFixed(3)),
      rounds: rounds.length,
    },
  };
};

if (process.argv[2] === 'serve') await serveAll();
