/** HTTPS and client certificates (interoperability test case 3.1.3). Certificates are made by openssl. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { certificateSetting } from '../access/authenticate.ts';
import { startTestHub, TAXII, type TestHub } from '../taxii/hub.test-help.ts';

const folder = mkdtempSync(join(tmpdir(), 'stillwatch-tls-'));
const at = (name: string): string => join(folder, name);
const pem = (name: string): string => readFileSync(at(name), 'utf8');
const make = (name: string): void => {
  const args = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  const files = ['-keyout', at(`${name}.key`), '-out', at(`${name}.pem`)];
  const subject = ['-subj', `/CN=${name}`, '-days', '2', '-addext', 'subjectAltName=IP:127.0.0.1'];
  execFileSync('openssl', ['req', ...args, ...files, ...subject], { stdio: 'ignore' });
};

let hub: TestHub;
before(async () => {
  for (const name of ['server', 'lab', 'stranger']) make(name);
  hub = await startTestHub({
    // Self-signed: the lab's certificate is its own authority.
    tls: { cert: pem('server.pem'), key: pem('server.key'), clientCa: pem('lab.pem') },
  });
});
after(async () => {
  await hub.close();
  rmSync(folder, { recursive: true });
});

const discovery = (client?: string, token?: string): Promise<number> =>
  new Promise((resolve, reject) => {
    const options = {
      ca: pem('server.pem'),
      headers: { Accept: TAXII, ...(token ? { Authorization: `Bearer ${token}` } : {}) },
      ...(client ? { cert: pem(`${client}.pem`), key: pem(`${client}.key`) } : {}),
      agent: false as const,
    };
    request(`${hub.url}/taxii2/`, options, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    })
      .on('error', reject)
      .end();
  });

test('3.1.3 a registered client certificate of a known authority is enough', async () => {
  assert.match(hub.url, /^https:/);
  assert.equal(await discovery('lab'), 401);
  const { id } = await hub.member('Lab');
  const { fingerprint256 } = new X509Certificate(pem('lab.pem'));
  const setting = certificateSetting(fingerprint256);
  await hub.hub.store.write(({ records }) => records.put('setting', setting, id));
  assert.equal(await discovery('lab'), 200);
  // What the request says goes before what the connection says.
  assert.equal(await discovery('lab', 'swt_wrong'), 401);
});

test('3.1.3 a certificate of another authority is none, though its fingerprint is known', async () => {
  const { id } = await hub.member('Other lab');
  const { fingerprint256 } = new X509Certificate(pem('stranger.pem'));
  const setting = certificateSetting(fingerprint256);
  await hub.hub.store.write(({ records }) => records.put('setting', setting, id));
  assert.equal(await discovery('stranger'), 401);
  assert.equal(await discovery(undefined, hub.operator), 200);
});
