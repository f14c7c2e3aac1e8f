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

test('Caddy lets through, caps and refuses as the gate says', async (t) => {
  needProgram('caddy', 'caddy');
  const gate = await testGate(t);
  const upstream = await startUpstream(t);
  const port = await freePort();
  const folder = folderOf(t, {
    Caddyfile: configOf('caddy', 'caddyfile', {
      GATE_PORT: new URL(gate.url).port,
      GATE_TOKEN: TOKEN,
      CADDY_PORT: port,
      UPSTREAM_PORT: upstream.port,
    }),
  });
  const args = ['run', '--config', `${folder}/Caddyfile`, '--adapter', 'caddyfile'];
  const caddy = startProgram(t, 'caddy', args, { HOME: folder, XDG_DATA_HOME: folder });
  await until('caddy listens', () => listens(port), 10, caddy.output);
  await proxyBehaves(t, `http://127.0.0.1:${port}`, upstream);

  await t.test('without the gate it is closed', async () => {
    await gate.close();
    const reply = await fetch(`http://127.0.0.1:${port}/v1/models`);
    assert.equal(reply.status, 502);
  });
});
