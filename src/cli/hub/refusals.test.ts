import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Writable } from 'node:stream';
import { Command } from 'commander';
import { startTestHub, type TestHub } from '../../serve/hub/taxii/hub.test-help.ts';
import { addHubRefusalsCommand } from './refusals.ts';

let hub: TestHub;
before(async () => {
  hub = await startTestHub();
});
after(() => hub.close());

const run = async (...args: readonly string[]): Promise<string> => {
  let text = '';
  const output = new Writable({
    write: (chunk, _, done) => {
      text += String(chunk);
      done();
    },
  });
  const program = new Command().exitOverride();
  addHubRefusalsCommand(program, output);
  await program.parseAsync(['refusals', 'list', '--data', hub.data, ...args], { from: 'user' });
  return text;
};

test('what was refused is listed with its code and member, and without its content', async () => {
  assert.match(await run(), /^Nothing was refused/);
  const { token } = await hub.member('Lab A');
  await hub.send('POST', '/stillwatch/collections/exchange/objects/', token, {
    objects: [{ type: 'note', id: 'note--11111111-1111-4111-8111-111111111111', content: 'abc' }],
  });
  const text = await run('--member', 'Lab A');
  assert.match(text, /Lab A +CONTRIBUTION_UNSIGNED +- +note--11111111/);
  const { refusals } = JSON.parse(await run('--json', '--limit', '1'));
  assert.equal(refusals[0].objects[0].faults[0].code, 'CONTRIBUTION_UNSIGNED');
  assert.ok(!JSON.stringify(refusals).includes('abc'));
  await assert.rejects(run('--member', 'Nobody'), { code: 'HUB_UNKNOWN' });
  await assert.rejects(run('--limit', '0'), { code: 'USAGE' });
});
