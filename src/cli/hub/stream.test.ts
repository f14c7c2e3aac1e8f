import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { after, before, test } from 'node:test';
import { Command } from 'commander';
import { startTestHub, type TestHub } from '../../serve/hub/taxii/hub.test-help.ts';
import { addHubCommand } from './hub.ts';

let hub: TestHub;
before(async () => {
  hub = await startTestHub();
  process.env.STILLWATCH_TEST_TOKEN = hub.operator;
});
after(async () => {
  delete process.env.STILLWATCH_TEST_TOKEN;
  await hub.close();
});

const run = async (...args: readonly string[]): Promise<string> => {
  const output = new PassThrough();
  const program = new Command('stillwatch').exitOverride();
  addHubCommand(program, output);
  await program.parseAsync(['hub', ...args], { from: 'user' });
  return String(output.read() ?? '');
};

test('webhooks are registered beside a running hub, and seen in its status', async () => {
  await hub.member('Lab A');
  const on = ['--data', hub.data];
  const add = ['stream', 'webhook', 'add', 'Lab A'];
  const added = JSON.parse(
    await run(...add, 'https://hooks.lab-a.example/x', '--types', 'indicator', '--json', ...on),
  );
  assert.match(added.secret, /^whsec_/);
  await assert.rejects(run(...add, 'http://127.0.0.1/x', ...on), { code: 'WEBHOOK_URL_REFUSED' });
  const listed = await run('stream', 'webhook', 'list', ...on);
  assert.ok(listed.includes(added.id) && !listed.includes(added.secret));
  const status = ['stream', 'status', '--url', hub.url, '--token-env'];
  const shown = JSON.parse(await run(...status, 'STILLWATCH_TEST_TOKEN', '--json'));
  assert.deepEqual(shown.consumers, []);
  assert.equal(shown.webhooks[0].id, added.id);
  assert.match(await run(...status, 'STILLWATCH_TEST_TOKEN'), /1 webhooks/);
  await assert.rejects(run(...status, 'NOT_SET'), { code: 'INPUT_UNREADABLE' });
  await run('stream', 'webhook', 'enable', added.id, ...on);
  await run('stream', 'webhook', 'remove', added.id, ...on);
  await assert.rejects(run('stream', 'webhook', 'remove', added.id, ...on), {
    code: 'HUB_UNKNOWN',
  });
});

test('the budget of a member is shown and set', async () => {
  await hub.member('Lab B');
  const budget = ['member', 'budget', 'Lab B', '--data', hub.data, '--json'];
  const first = JSON.parse(await run(...budget));
  assert.equal(first.perSecond, 50);
  const set = JSON.parse(await run(...budget, '--per-second', '2.5'));
  assert.deepEqual(set, { ...first, perSecond: 2.5 });
  await assert.rejects(run(...budget, '--burst', '0'), { code: 'USAGE' });
});
