import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { TOKEN, testGate } from './gate.test-help.ts';
import { configOf } from './guide.test-help.ts';
import {
  folderOf,
  freePort,
  listens,
  needProgram,
  startProgram,
  startUpstream,
  until,
} from './programs.test-help.ts';
import { proxyBehaves } from './proxy.test-help.ts';

const startNginx = async (t: TestContext) => {
  needProgram('nginx', 'nginx-light');
  const gate = await testGate(t);
  const upstream = await startUpstream(t);
  const port = await freePort();
  const server = configOf('nginx', 'nginx', {
    GATE_PORT: new URL(gate.url).port,
    GATE_TOKEN: TOKEN,
    NGINX_PORT: port,
    UPSTREAM_PORT: upstream.port,
  });
  const folder = folderOf(t, {
    'nginx.conf': `worker_processes 1; daemon off; pid nginx.pid; error_log stderr;
      events { worker_connections 256; }
      http {
        access_log off;
        client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi;
        uwsgi_temp_path uwsgi; scgi_temp_path scgi;
        ${server}
      }`,
  });
  const nginx = startProgram(t, 'nginx', ['-p', folder, '-c', 'nginx.conf']);
  await until('nginx listens', () => listens(port), 10, nginx.output);
  return { gate, upstream, url: `http://127.0.0.1:${port}` };
};

test('nginx lets through, caps and refuses as the gate says', async (t) => {
  const { upstream, url, gate } = await startNginx(t);
  await proxyBehaves(t, url, upstream);

  await t.test('without the gate it goes on, and says so', async () => {
    await gate.close();
    const headers = { authorization: 'Bearer sk-stopped' };
    const reply = await fetch(`${url}/v1/models`, { headers });
    assert.equal(reply.status, 200);
    assert.equal(upstream.seen.at(-1)?.headers['x-stillwatch-decision'], undefined);
  });
});
