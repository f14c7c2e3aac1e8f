import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { after, before, describe, test } from 'node:test';
import { Command } from 'commander';
import { addKey } from '../serve/hub/members/keys.ts';
import { startTestHub, type TestHub } from '../serve/hub/taxii/hub.test-help.ts';
import { readTokens } from './indicators-files.ts';
import { addShareCommand } from './share.ts';

const valid = new URL('../../interop/firewall/valid/', import.meta.url);
const fixture = (name: string): Record<string, unknown> =>
  JSON.parse(readFileSync(new URL(`${name}.json`, valid), 'utf8'));

let folder: string;
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'stillwatch-share-'));
});
after(() => rmSync(folder, { recursive: true, force: true }));

const file = (name: string, content: unknown): string => {
  const path = join(folder, name);
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
};

const run = async (...args: string[]): Promise<{ text: string; status: number }> => {
  let text = '';
  const output = new Writable({
    write: (chunk, _encoding, done) => {
      text += chunk;
      done();
    },
  });
  const program = new Command('stillwatch').exitOverride();
  addShareCommand(program, output);
  const before = process.exitCode;
  process.exitCode = 0;
  try {
    await program.parseAsync(['node', 'stillwatch', 'share', ...args]);
    return { text, status: Number(process.exitCode) };
  } finally {
    process.exitCode = before;
  }
};

const good = [fixture('campaign'), fixture('indicator-actor-tokens')];
const bad = { ...fixture('intrusion-set'), description: 'ask ann@example.com' };

describe('share preview', () => {
  test('the bytes that would leave are those that --out writes', async () => {
    const out = join(folder, 'leaves.json');
    const bundle = file('good.json', { type: 'bundle', id: 'bundle--x', objects: good });
    const { text, status } = await run('preview', bundle, '--out', out);
    assert.equal(status, 0);
    const written = readFileSync(out, 'utf8');
    assert.deepEqual(JSON.parse(written).objects, good);
    const shown = text.split('\n').filter((line) => line.startsWith('{'));
    assert.equal(shown.length, 2);
    for (const line of shown) assert.ok(written.includes(line));
    assert.match(text, /2 of 2 would leave; 0 refused\./);
    assert.match(text, /next: stillwatch share submit/);
  });

  test('refused: status 3, each reason with its place, none of the content', async () => {
    const { text, status } = await run('preview', file('bad.json', [...good, bad]));
    assert.equal(status, 3);
    assert.match(text, /2 +FIREWALL_PROPERTY +\$\.description/);
    assert.match(text, /2 +FIREWALL_EMAIL +\$\.description/);
    assert.ok(!text.includes('ann@'));
    // The next command is one that would send something.
    assert.match(text, /next: stillwatch share submit \S+ --partial --hub/);
    const out = join(folder, 'without-bad.json');
    const written = await run('preview', file('bad.json', [...good, bad]), '--out', out);
    assert.match(written.text, /next: stillwatch share submit \S+without-bad\.json --hub/);
    const { text: json } = await run('preview', file('bad.json', [bad]), '--json');
    const { objects, refused } = JSON.parse(json);
    assert.equal(refused, 1);
    assert.equal(objects[0].canonical, undefined);
    assert.ok(!json.includes('ann@'));
  });

  test('warninglists by file', async () => {
    const list = file('list.json', {
      name: 'campus',
      version: 1,
      type: 'cidr',
      list: ['45.83.64.0/20'],
    });
    const network = file('net.json', fixture('indicator-actor-network'));
    const { text, status } = await run('preview', network, '--warninglist', list);
    assert.equal(status, 3);
    assert.match(text, /WARNINGLIST_HIT/);
  });

  test('--drop-templates leaves the sketch', async () => {
    const signature = fixture('indicator-query-signature');
    const { sketchOf } = await import('../share/indicator/sketch/sketch.ts');
    const { canonicalJson } = await import('../base/canonical-json.ts');
    const pattern = JSON.parse(String(signature.pattern));
    const template = 'explain step by step how the orchid warehouse of northwind solves ⟨…⟩ for me';
    const sketch = sketchOf(template, Buffer.from(pattern.sketch.salt, 'base64url'));
    const told = { ...signature, pattern: canonicalJson({ ...pattern, template, sketch }) };
    const path = file('signature.json', told);
    assert.equal((await run('preview', path)).status, 3);
    const { text, status } = await run('preview', path, '--drop-templates', '--json');
    assert.equal(status, 0);
    const { canonical } = JSON.parse(text).objects[0];
    assert.ok(!canonical.includes('northwind') && canonical.includes(sketch!.values[0]));
  });

  test('what cannot be read', async () => {
    for (const content of ['', '{', '[]', '1', '{"objects":{}}', '{"a":1,"a":2}'])
      await assert.rejects(run('preview', file('wrong.json', content)), {
        code: 'SHARE_BUNDLE_UNREADABLE',
      });
    await assert.rejects(run('preview', join(folder, 'absent.json')), {
      code: 'SHARE_BUNDLE_UNREADABLE',
    });
  });
});

describe('share key new and share submit', () => {
  let hub: TestHub;
  let token: string;
  let key: string;
  before(async () => {
    hub = await startTestHub();
    const member = await hub.member('lab-a');
    token = file('token.txt', `${member.token}\n`);
    key = join(folder, 'lab.key');
    const { text } = await run('key', 'new', '--out', key, '--json');
    const { publicKey } = JSON.parse(text);
    await addKey(hub.hub, 'lab-a', { publicKey });
  });
  after(() => hub.close());
  const submit = (bundle: string, ...more: string[]) =>
    run('submit', bundle, '--hub', hub.url, '--token-file', token, '--key', key, ...more);

  test('the private key is its owner’s alone, and no key is written over another', async () => {
    assert.equal(statSync(key).mode & 0o777, 0o600);
    await assert.rejects(run('key', 'new', '--out', key), { code: 'OUTPUT_UNWRITABLE' });
  });

  test('signed, accepted, and told under which name it is published', async () => {
    const { text, status } = await submit(file('good.json', good));
    assert.equal(status, 0, text);
    assert.match(text, /2 of 2 accepted/);
    assert.match(text, /campaign--\S+ is published as campaign--/);
  });

  test('nothing is sent when something is refused, unless that is asked for', async () => {
    const bundle = file('mixed.json', [{ ...fixture('note'), object_refs: [good[1]!.id] }, bad]);
    const first = await submit(bundle, '--json');
    assert.equal(first.status, 3);
    assert.equal(JSON.parse(first.text).sent, null);
    const second = await submit(bundle, '--partial', '--json');
    assert.equal(second.status, 3);
    assert.equal(JSON.parse(second.text).sent.success, 1);
    const all = await submit(file('all-bad.json', [bad]), '--partial');
    assert.match(all.text, /nothing of it may leave/);
  });

  test('a bundle of several contributions keeps its references', async () => {
    const campaign = fixture('campaign');
    const many = Array.from({ length: 300 }, (_, i) => ({
      ...campaign,
      id: `campaign--0f8c3a10-0000-4000-8000-${String(i).padStart(12, '0')}`,
    }));
    const link = { ...fixture('relationship'), target_ref: many[299]!.id };
    const { text, status } = await submit(file('many.json', [link, ...good, ...many]));
    assert.equal(status, 0, text);
    assert.match(text, /303 of 303 accepted/);
  });

  test('what the hub refuses is told with its code', async () => {
    const sighting = {
      ...fixture('sighting'),
      sighting_of_ref: 'indicator--0f8c3a10-0000-4000-8000-0000000000cc',
    };
    const { text, status } = await submit(file('sighting.json', sighting));
    assert.equal(status, 3);
    assert.match(text, /REFERENCE_UNKNOWN at \$\.sighting_of_ref/);
  });

  test('a new key follows the old one, and both hold for a day', async () => {
    const next = join(folder, 'next.key');
    await run('key', 'new', '--out', next);
    const on = ['--hub', hub.url, '--token-file', token, '--key', key];
    const bundle = file('again.json', good);
    const byNext = ['submit', bundle, '--hub', hub.url, '--token-file', token, '--key', next];
    assert.match((await run(...byNext)).text, /CONTRIBUTION_KEY_UNKNOWN/);
    const statement = join(folder, 'rotation.json');
    await run('key', 'rotate', ...on, '--new', next, '--out', statement);
    assert.equal(
      JSON.parse(readFileSync(statement, 'utf8')).rotation.type,
      'stillwatch-key-rotation',
    );
    assert.match((await run(...byNext)).text, /CONTRIBUTION_KEY_UNKNOWN/);
    assert.match((await run('key', 'rotate', ...on, '--new', next)).text, /ends in a day/);
    for (const used of [key, next]) {
      const { text } = await run('submit', bundle, ...on.slice(0, 4), '--key', used);
      assert.match(text, /2 of 2 accepted/, used);
    }
    // Who never had a key that the hub knows cannot bring in another.
    const stray = join(folder, 'stray.key');
    await run('key', 'new', '--out', stray);
    await assert.rejects(run('key', 'rotate', ...on.slice(0, 4), '--key', stray, '--new', next), {
      code: 'TAXII_REFUSED',
      message: /PUT \/api\/key: the server answers 4\d\d: MEMBER_KEY_ROTATION_REFUSED/,
    });
  });

  test('accounts of two labs get one token for one identifier, and no identifier is in the file', async () => {
    const other = file('other-token.txt', (await hub.member('lab-b')).token);
    const blind = async (lines: readonly object[], by: string, name: string) => {
      const path = file(`${name}.jsonl`, '');
      writeFileSync(path, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
      const out = join(folder, `${name}-tokens.jsonl`);
      const on = ['--hub', hub.url, '--token-file', by, '--out', out];
      const { text } = await run('blind', path, ...on, '--json');
      const tokens = readTokens(out);
      assert.ok(!/fp_|ada|example/.test(readFileSync(out, 'utf8')));
      return { told: JSON.parse(text), tokens };
    };
    const payment = (n: number) => ({ payment_fingerprint: `fp_${n}`, segment: 'chat' });
    const shared = Array.from({ length: 70 }, (_, i) => ({ account_id: `a${i}`, ...payment(i) }));
    const a = await blind([...shared, { account_id: 'again', ...payment(3) }], token, 'a');
    assert.deepEqual(
      { ...a.told, file: '' },
      { identifiers: 70, tokens: 71, left_out: {}, file: '' },
    );
    assert.deepEqual(a.tokens.get('again'), a.tokens.get('a3'));
    const b = await blind(
      [
        { account_id: 'b1', ...payment(69), email: 'Ada@example.org' },
        { account_id: 'b2', email: 'nobody' },
        { account_id: 'b3', email: 'a94a8fe5ccb19ba61c4c0873d391e987982fbbd3' },
        { account_id: 'b4', tier: 'free' },
      ],
      other,
      'b',
    );
    assert.deepEqual(b.told.left_out, { IDENTIFIER_INVALID: 1, IDENTIFIER_HASHED: 1 });
    assert.equal(b.tokens.get('b1')!.length, 2);
    assert.ok(b.tokens.get('b1')!.includes(a.tokens.get('a69')![0]!));
    const none = ['--hub', hub.url, '--token-file', token, '--out', join(folder, 'none.jsonl')];
    await assert.rejects(run('blind', file('no.jsonl', { name: 1 }), ...none), {
      code: 'INPUT_UNREADABLE',
    });
  });

  test('a key file, a token or a collection that is none', async () => {
    const bundle = file('good.json', good);
    const wrong = file('wrong.key', '{}');
    const base = ['--hub', hub.url, '--token-file', token];
    await assert.rejects(run('submit', bundle, ...base, '--key', wrong), {
      code: 'SHARE_KEY_UNREADABLE',
    });
    await assert.rejects(submit(bundle, '--collection', 'nothing'), { code: 'USAGE' });
    const stranger = file('stranger.txt', 'swt_nobody');
    await assert.rejects(
      run('submit', bundle, '--hub', hub.url, '--token-file', stranger, '--key', key),
      { code: 'TAXII_REFUSED', message: /answers 401$/ },
    );
    // Port 1 is one that no request is sent to; the other is one where nobody listens.
    for (const port of ['1', '9'])
      await assert.rejects(
        run('submit', bundle, '--hub', `http://127.0.0.1:${port}`, ...base.slice(2), '--key', key),
        { code: 'TAXII_UNREACHABLE' },
      );
  });
});
