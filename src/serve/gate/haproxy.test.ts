import assert from 'node:assert/strict';
import { test } from 'node:test';
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

test('HAProxy lets through, caps and refuses as the gate says', async (t) => {
  needProgram('haproxy', 'haproxy');
  const gate = await testGate(t);
  const upstream = await startUpstream(t);
  const port = await freePort();
  const gatePort = new URL(gate.url).port;
  const folder = folderOf(t, {
    'stillwatch.lua': configOf('haproxy', 'lua', { GATE_PORT: gatePort, GATE_TOKEN: TOKEN }),
    'haproxy.cfg': configOf('haproxy', 'haproxy', {
      HAPROXY_PORT: port,
      UPSTREAM_PORT: upstream.port,
    }),
  });
  const haproxy = startProgram(t, 'haproxy', ['-C', folder, '-f', 'haproxy.cfg', '-db']);
  await until('haproxy listens', () => listens(port), 10, haproxy.output);
  await proxyBehaves(t, `http://127.0.0.1:${port}`, upstream);

  await t.test('without the gate it is closed', async () => {
    await gate.close();
    const reply = await fetch(`http://127.0.0.1:${port}/v1/models`);
    assert.equal(reply.status, 503);
  });
});
