/** The commands against a running hub, over HTTP. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { after, before, test } from 'node:test';
import { Command } from 'commander';
import { startTestHub, type TestHub } from '../serve/hub/taxii/hub.test-help.ts';
import { addHubStandingCommands } from './hub/standing.ts';
import { addTaxiiCommand, parseMatches } from './taxii.ts';

let hub: TestHub;
const folder = mkdtempSync(join(tmpdir(), 'stillwatch-taxii-'));
const file = (name: string): string => join(folder, name);
before(async () => {
  hub = await startTestHub({ maxPage: 3 });
  writeFileSync(file('token'), `${hub.operator}\n`);
});
after(async () => {
  await hub.close();
  rmSync(folder, { recursive: true });
});

const run = async (...args: readonly string[]): Promise<string> => {
  let text = '';
  const output = new Writable({
    write: (chunk, _, done) => {
      text += String(chunk);
      done();
    },
  });
  const program = new Command().exitOverride();
  addTaxiiCommand(program, output);
  addHubStandingCommands(program.command('hub'), output);
  await program.parseAsync(['node', 'stillwatch', ...args]);
  return text;
};
const taxii = (...args: readonly string[]) => run('taxii', ...args, '--token-file', file('token'));
const plain = (): string => `${hub.url}/stillwatch/collections/plain/`;
const campaign = (n: number) => ({
  type: 'campaign',
  spec_version: '2.1',
  id: `campaign--6a2f0c5e-8d0b-4f5e-9f0e-${String(n).padStart(12, '0')}`,
  created: '2026-11-01T00:00:00.000Z',
  modified: '2026-11-01T00:00:00.000Z',
  name: `number ${n} \u001b[31m`,
});
const idsOf = (lines: string): readonly string[] =>
  lines.trim() === ''
    ? []
    : lines
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line).id);

test('discover and collections lead to the next command', async () => {
  const shown = await taxii('discover', hub.url);
  const root = /Next: stillwatch taxii collections (\S+)/.exec(shown)?.[1];
  assert.equal(root, `${hub.url}/stillwatch/`);
  assert.match(
    await taxii('collections', root),
    /collections\/[0-9a-f-]{36}\/ {2}Plain \(plain\): read, write/,
  );
  const { api_roots: roots } = JSON.parse(await taxii('discover', `${hub.url}/taxii2/`, '--json'));
  assert.equal(roots[0].max_content_length, 10 << 20);
});

test('add, read in pages with a cursor that goes on, delete', async () => {
  const bundle = { type: 'bundle', id: 'bundle--x', objects: [1, 2, 3, 4, 5].map(campaign) };
  writeFileSync(file('bundle.json'), JSON.stringify(bundle));
  assert.match(await taxii('add', plain(), file('bundle.json')), /^5 of 5 objects taken/);
  const cursor = ['--cursor', file('cursor.json')];
  const first = await taxii('get', plain(), ...cursor);
  assert.deepEqual(
    idsOf(first),
    bundle.objects.map(({ id }) => id),
  );
  assert.ok(!first.includes('\u001b'), 'nothing reaches a terminal as it came');
  assert.equal(await taxii('get', plain(), ...cursor), '');
  writeFileSync(file('more.json'), JSON.stringify({ objects: [campaign(6)] }));
  await taxii('add', plain(), file('more.json'));
  assert.deepEqual(idsOf(await taxii('get', plain(), ...cursor)), [campaign(6).id]);
  assert.match(JSON.parse(readFileSync(file('cursor.json'), 'utf8')).addedAfter, /^20\d\d-/);
  const all = JSON.parse(
    await taxii('get', plain(), '--json', '--match', 'type=campaign', '--limit', '2'),
  );
  assert.equal(all.objects.length, 6);
  assert.equal((await taxii('get', plain(), '--manifest')).trim().split('\n').length, 6);
  await taxii('delete', plain(), campaign(6).id);
  await assert.rejects(taxii('get', plain(), '--object', campaign(6).id), {
    code: 'TAXII_REFUSED',
  });
});

test('what the server refuses is listed, and ends with 1', async () => {
  const objects = [campaign(7), { ...campaign(8), id: 'campaign--nonsense' }];
  writeFileSync(file('bad.json'), JSON.stringify({ objects }));
  await assert.rejects(taxii('add', plain(), file('bad.json')), {
    code: 'TAXII_ADD_INCOMPLETE',
    exitCode: 1,
  });
});

test('a status is shown by its id', async () => {
  writeFileSync(file('one.json'), JSON.stringify(campaign(9)));
  const { statuses } = JSON.parse(await taxii('add', plain(), file('one.json'), '--json'));
  assert.equal(
    await taxii('status', `${hub.url}/stillwatch/`, statuses[0]),
    'complete: 1 taken, 0 refused, 0 pending\n',
  );
});

test('wrong options and files are refused with a code', async () => {
  await assert.rejects(run('taxii', 'discover', hub.url, '--user', 'x'), { code: 'USAGE' });
  await assert.rejects(taxii('discover', hub.url, '--user', 'x'), { code: 'USAGE' });
  await assert.rejects(taxii('get', `${hub.url}/stillwatch/`), { code: 'USAGE' });
  await assert.rejects(taxii('get', plain(), '--limit', '0'), { code: 'USAGE' });
  writeFileSync(file('no-cursor.json'), '[]');
  await assert.rejects(taxii('get', plain(), '--cursor', file('no-cursor.json')), {
    code: 'INPUT_UNREADABLE',
  });
  assert.throws(() => parseMatches(['type']), { code: 'USAGE' });
  await assert.rejects(run('taxii', 'discover', hub.url), { code: 'TAXII_REFUSED' });
});

test('the operator retracts, and sees who has still to acknowledge', async () => {
  const reader = await hub.member('reader');
  await hub.get('/stillwatch/collections/plain/objects/', reader.token);
  const data = ['--data', hub.data];
  const done = await run('hub', 'retract', campaign(1).id, '--reason', 'legal', ...data);
  assert.match(done, /1 recipients must acknowledge/);
  assert.match(await run('hub', 'retractions', 'list', ...data), /legal +0 of 1/);
  const [open] = (await hub.get('/retractions/?open=true', reader.token)).json.retractions;
  await hub.send('POST', `/retractions/${open.id}/ack`, reader.token);
  const [told] = JSON.parse(await run('hub', 'retractions', 'list', '--json', ...data));
  assert.deepEqual([told.recipients, told.acknowledged], [1, 1]);
  const card = JSON.parse(await run('hub', 'scorecard', 'reader', '--json', ...data));
  assert.equal(card.contributed, 0);
  assert.match(await run('hub', 'rule', '--quorum', '4', ...data), /quorum: 4/);
  await assert.rejects(run('hub', 'rule', '--quorum', '1', ...data), { code: 'USAGE' });
});
