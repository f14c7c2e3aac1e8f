/**
 * A lab with traffic of a simulated world: from a finding to what the gate answers over HTTP, and back by an
 * appeal, a retraction, a person's word, and a policy that changes.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Decision } from '../src/act/response/decision.ts';
import type { IndicatorFacts } from '../src/act/response/facts.ts';
import { parseConfig } from '../src/serve/lab/config/config.ts';
import { type DecidingService, openDecidingService } from '../src/serve/lab/deciding/service.ts';
import type { Sharing } from '../src/serve/lab/deciding/sharing-seam.ts';
import { DEFAULT_POLICY } from '../src/serve/lab/deciding/policy-file.ts';
import { type Lab, startLab } from '../src/serve/lab/start.ts';

const root = mkdtempSync(join(tmpdir(), 'stillwatch-decisions-'));
const world = join(root, 'world');
const data = join(root, 'data');
const policyFile = join(root, 'policy.yaml');
const shadow = readFileSync(DEFAULT_POLICY, 'utf8');
const live = shadow.replace(/(name: restrict-distillation\n(?:.*\n){3}\s+mode: )shadow/, '$1live');

/** Stands for the connection to a hub; what it is asked for is kept. */
const indicators = new Map<string, IndicatorFacts>();
const asked: string[] = [];
let connected = true;
const sharing: Sharing = {
  indicatorFacts: ({ id }) => [...indicators].flatMap(([a, one]) => (a === id ? [one] : [])),
  sharedBecauseOf: (grounds) =>
    grounds.map((ground) => ({ object: `campaign--of-${ground}`, ground, about_subject: true })),
  campaignsOf: (id) => [`campaign--of-${id}`],
  isTheirs: (id) => id.startsWith('indicator--'),
  retract: async (objects, key) => {
    if (!connected) throw new Error('the hub does not answer');
    asked.push(`retract ${objects.join()} ${key}`);
  },
  dispute: async (objects, key) => void asked.push(`dispute ${objects.join()} ${key}`),
};

let lab: Lab;
let service: DecidingService;
let gateUrl = '';
let gateToken = '';
let token = '';
const errors: unknown[] = [];

const start = async (): Promise<void> => {
  lab = await startLab({
    listen: '127.0.0.1:0',
    data,
    config: parseConfig({ version: 1, look: { every_seconds: 3600, procedure: 'scan' } }, 'test'),
    onError: (error) => errors.push(error),
    routes: async (core) => {
      service = await openDecidingService(core, {
        policyFile,
        sharing: () => sharing,
        onError: (error) => errors.push(error),
      });
      return service.routes;
    },
  });
  token = await lab.tokens.issue('desk', ['admin'], Date.now());
  gateToken = await lab.tokens.issue('edge', ['gate'], Date.now());
  const listen = { host: '127.0.0.1', port: 0 };
  gateUrl = (await service.startGate({ listen, appealUrl: 'https://provider.example/appeal' })).url;
};
const stop = async (): Promise<void> => {
  await service.stop();
  await lab.stop();
};

const ask = async (
  method: string,
  path: string,
  body?: unknown,
  as = token,
  // biome-ignore lint/suspicious/noExplicitAny: answers of several routes
): Promise<{ readonly status: number; readonly body: any }> => {
  const response = await fetch(`${lab.url}${path}`, {
    method,
    headers: { authorization: `Bearer ${as}` },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: await response.json() };
};

const gateSays = async (account: string) => {
  const response = await fetch(`${gateUrl}/v1/decide`, {
    method: 'POST',
    headers: { authorization: `Bearer ${gateToken}` },
    body: JSON.stringify({ account }),
  });
  assert.equal(response.status, 200);
  return (await response.json()) as { readonly action: string; readonly decision_id: string };
};

const until = async (what: string, holds: () => boolean | Promise<boolean>, ms = 10_000) => {
  const end = Date.now() + ms;
  while (!(await holds())) {
    assert.ok(Date.now() < end, `${what} within ${ms} ms`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
};

const usePolicy = async (text: string): Promise<void> => {
  writeFileSync(policyFile, text);
  assert.equal((await ask('POST', '/policy/reload')).status, 200);
};
const decisions = async (query = ''): Promise<readonly Decision[]> =>
  (await ask('GET', `/decisions${query}`)).body.decisions;

before(async () => {
  assert.notEqual(live, shadow);
  writeFileSync(policyFile, shadow);
  const main = join(import.meta.dirname, '../src/cli/main.ts');
  const args = ['simulate', 'mixed', '--accounts', '300', '--campaigns', '1', '--seed', '3'];
  const made = spawnSync(process.execPath, [main, ...args, '--out', world], { encoding: 'utf8' });
  assert.equal(made.status, 0, made.stderr);
  await start();
  for (const [path, name] of [
    ['/accounts', 'accounts.jsonl'],
    ['/ingest', 'traffic.jsonl'],
  ]) {
    const response = await fetch(`${lab.url}${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
      body: readFileSync(join(world, name!)),
    });
    assert.equal(response.status, 200);
    await response.body?.cancel();
  }
  await lab.lookNow();
});
after(async () => {
  await stop();
  rmSync(root, { recursive: true, force: true });
});

const member = (i = 0): string => {
  const [finding] = lab.findings();
  assert.ok(finding !== undefined, 'positive control: the world holds a campaign');
  return finding.campaign.accounts[i]!;
};

test('under the policy that ships a finding makes shadows, and the gate lets everybody pass', async () => {
  const accounts = lab.findings()[0]!.campaign.accounts;
  const made = await decisions('?mode=shadow&rule=restrict-distillation');
  assert.deepEqual(
    made.map(({ subject }) => subject.value).sort(),
    [...accounts].sort(),
    'one for each account of the campaign, and for nobody else',
  );
  assert.ok(made.every(({ rests_on }) => rests_on.includes(lab.findings()[0]!.id)));
  assert.equal((await decisions('?mode=live')).length, 0);
  assert.equal((await gateSays(member())).action, 'allow');
  const diff = (await ask('GET', '/policy/diff')).body;
  assert.deepEqual([diff.live, diff.only_shadow], [0, accounts.length]);
  // The same look again makes nothing new.
  const ids = made.map(({ id }) => id).sort();
  await lab.lookNow();
  const again = await decisions('?mode=shadow&rule=restrict-distillation');
  assert.deepEqual(again.map(({ id }) => id).sort(), ids);
});

test('a policy that holds a fault is not taken, and is seen', async () => {
  const version = service.deciding.policy.status().version;
  writeFileSync(policyFile, live.replace('action: restrict', 'action: restrain'));
  await until('the file is looked at', () => service.deciding.policy.status().fault !== null, 5000);
  const shown = (await ask('GET', '/policy')).body;
  assert.equal(shown.version, version);
  assert.equal(shown.fault.code, 'POLICY_INVALID');
  const { deciding } = (await ask('GET', '/status')).body;
  assert.match(deciding.policy_fault, /POLICY_FIELD.*action/, 'an operator who looks sees it');
  assert.equal(deciding.shadow, (await ask('GET', '/decisions?mode=shadow')).body.total);
  assert.equal((await ask('POST', '/policy/reload')).status, 422);
  assert.equal((await gateSays(member())).action, 'allow');
});

test('a rule that is made live acts at the gate over HTTP, with an id that can be quoted', async () => {
  await usePolicy(live);
  const answer = await gateSays(member());
  assert.equal(answer.action, 'restrict');
  const { body } = await ask('GET', `/decisions/${answer.decision_id}`);
  assert.equal(body.decision.rule, 'restrict-distillation');
  assert.equal(body.decision.policy, service.deciding.policy.status().version);
  assert.equal((await decisions('?mode=shadow&rule=restrict-distillation')).length, 0);
  const response = await fetch(`${gateUrl}/v1/decide`, { method: 'POST', body: '{}' });
  assert.equal(response.status, 401, 'a gateway shows a token of the scope gate');
  await response.body?.cancel();
});

test('what gateways report is counted by decision, each batch once', async () => {
  const { decision_id } = await gateSays(member());
  const batch = {
    batch_id: 'b1',
    remediations: [{ decision_id, outcome: 'processed', action: 'restrict', count: 3 }],
  };
  for (let i = 0; i < 2; i++)
    await (
      await fetch(`${gateUrl}/v1/remediations`, {
        method: 'POST',
        headers: { authorization: `Bearer ${gateToken}` },
        body: JSON.stringify(batch),
      })
    ).body?.cancel();
  let counted: unknown = null;
  await until('it is stored', async () => {
    counted = (await ask('GET', `/decisions/${decision_id}`)).body.remediations;
    return counted !== null;
  });
  assert.deepEqual(counted, { processed: 3 });
});

test('a person decides, takes back, and the same is not decided again', async () => {
  const by = await lab.tokens.issue('alex', ['decide', 'read'], Date.now());
  const made = await ask(
    'POST',
    '/decisions',
    {
      subject: { kind: 'address', value: '192.0.2.0/24' },
      action: 'suspend',
      ttl: 60,
      reason: 'credential stuffing',
    },
    by,
  );
  assert.equal(made.status, 201);
  assert.equal(made.body.owner, 'alex');
  const response = await fetch(`${gateUrl}/v1/decide`, {
    method: 'POST',
    headers: { authorization: `Bearer ${gateToken}` },
    body: JSON.stringify({ address: '192.0.2.77' }),
  });
  assert.equal(((await response.json()) as { action: string }).action, 'suspend');
  const named = { reason: 'x', by: 'somebody else' };
  assert.equal((await ask('DELETE', `/decisions/${made.body.id}`, named, by)).status, 403);
  assert.equal(
    (await ask('DELETE', `/decisions/${made.body.id}`, { reason: 'x' }, by)).status,
    200,
  );
  assert.equal(
    (await ask('DELETE', `/decisions/${made.body.id}`, { reason: 'x' }, by)).status,
    404,
  );

  const account = member(1);
  const { decision_id } = await gateSays(account);
  await ask('DELETE', `/decisions/${decision_id}`, { reason: 'a partner' }, by);
  assert.equal((await gateSays(account)).action, 'allow');
  await service.deciding.reconsider([account]);
  assert.equal((await gateSays(account)).action, 'allow', 'a person said so');
  const kept = (await ask('GET', `/decisions/${decision_id}`)).body;
  assert.deepEqual([kept.lifted.by, kept.lifted.because], ['alex', 'a partner']);
  const faults = await ask('POST', '/decisions', { subject: { kind: 'planet' }, ttl: 1e9 }, by);
  assert.equal(faults.body.error.code, 'BODY_INVALID');
});

test('an appeal that is overturned lets the customer pass at once, and after a restart', async () => {
  const account = member(2);
  const { decision_id, action } = await gateSays(account);
  assert.equal(action, 'restrict');
  const portal = await lab.tokens.issue('portal', ['appeal'], Date.now());
  const statement = 'We are a university; this is our course.';
  const filed = await ask(
    'POST',
    '/appeals',
    { decision_id, statement, contact: 'a@b.example' },
    portal,
  );
  assert.equal(filed.status, 201);
  assert.deepEqual(Object.keys(filed.body).sort(), [
    'case',
    'decision',
    'due',
    'outcome',
    'status',
    'told',
  ]);
  let id = filed.body.case as string;
  assert.equal(lab.status().deciding?.cases.appeal, 1);
  assert.equal((await ask('POST', '/appeals', { decision_id, statement }, portal)).status, 409);
  const withdrawn = await ask('POST', `/appeals/${id}/withdraw`, undefined, portal);
  assert.equal(withdrawn.body.status, 'withdrawn');
  const contact = 'c@d.example';
  const again = await ask('POST', '/appeals', { decision_id, statement, contact }, portal);
  assert.equal(again.status, 201, 'who took it back may come back');
  id = again.body.case;
  const guess = { decision_id: 'decision--00000000-0000-4000-8000-000000000000', statement };
  assert.equal((await ask('POST', '/appeals', guess, portal)).status, 404);
  assert.equal((await ask('GET', `/cases/${id}`, undefined, portal)).status, 401);

  const answer = { outcome: 'overturned', reason: 'verified', by: 'robin' };
  const owner = { ...answer, by: 'trust-and-safety' };
  assert.equal(
    (await ask('POST', `/cases/${id}/decide`, owner)).body.error.code,
    'CASE_SAME_PERSON',
  );
  const looks = lab.status().looks;
  const before = lab.findings()[0]!;
  const at = performance.now();
  assert.equal((await ask('POST', `/cases/${id}/decide`, answer)).status, 200);
  assert.equal((await gateSays(account)).action, 'allow');
  assert.ok(performance.now() - at < 1000, 'within a second');
  const told = (await ask('GET', `/appeals/${id}`, undefined, portal)).body;
  assert.equal(told.outcome, 'overturned');
  assert.equal(JSON.stringify(told).includes('robin'), false, 'the notice says not who decided');

  // The campaign is scored anew without it, and the others stay where they were.
  await until('the look after it', () => lab.status().looks > looks, 60_000);
  const scored = lab.findings().find(({ id: one }) => one === before.id)!;
  assert.equal(scored.campaign.accounts.includes(account), false);
  assert.equal((await gateSays(member(0))).action, 'restrict');
  const shown = (await ask('GET', `/cases/${id}`)).body;
  assert.deepEqual(
    shown.effects.map(({ effect, done }: { effect: string; done: unknown }) => [
      effect,
      done !== null,
    ]),
    [
      ['lift', true],
      ['retract', true],
      ['unlink', true],
    ],
  );
  assert.equal(asked.filter((one) => one.endsWith(`${id}/1`)).length, 1);
  assert.equal(shown.contact, 'c@d.example');

  await stop();
  await start();
  await lab.lookNow();
  assert.equal((await gateSays(account)).action, 'allow', 'and after a restart');
  assert.equal((await gateSays(member(0))).action, 'restrict');
});

test('grounds that are found wrong count for nobody; without a hub their retraction waits', async () => {
  connected = false;
  const { decision_id } = await gateSays(member(0));
  const filed = await ask('POST', '/appeals', { decision_id, statement: 'This is a benchmark.' });
  const ruling = { outcome: 'overturned', wrong: 'grounds', reason: 'it is', by: 'robin' };
  await ask('POST', `/cases/${filed.body.case}/decide`, ruling);
  assert.equal((await decisions('?rule=restrict-distillation')).length, 0, 'all of the campaign');
  const effects = (): readonly { effect: string; done: number | null }[] =>
    service.deciding.effects.statusOf(service.deciding.desk.casework.need(filed.body.case));
  assert.equal(effects().find(({ effect }) => effect === 'retract')?.done, null);
  connected = true;
  await until('the hub is told', () => effects().every(({ done }) => done !== null), 5000);
  await lab.lookNow();
  assert.equal(
    (await decisions('?rule=restrict-distillation')).length,
    0,
    'nor after another look',
  );
});

test('shared intelligence: a single source asks a person; a retraction lifts what rests on it', async () => {
  await usePolicy(
    live.replace(/(name: throttle-shared-and-confirmed\n(?:.*\n){3}\s+mode: )shadow/, '$1live'),
  );
  const ids = readFileSync(join(world, 'accounts.jsonl'), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line).account_id as string);
  const others = (await lab.accounts(ids))
    .filter(({ record }) => record?.attestation === null && record.tier === 'free')
    .map(({ id }) => id)
    .filter((id) => !lab.findings().some(({ campaign }) => campaign.accounts.includes(id)));
  const [one = '', two = ''] = others;
  const indicator = (id: string, more: Partial<IndicatorFacts>): IndicatorFacts => ({
    id: `indicator--${id}`,
    standing: 'corroborated',
    permitted_action: 'suspend',
    confirmed_here: true,
    until: Date.now() + 3_600_000,
    ...more,
  });
  indicators.set(one, indicator('1', {}));
  indicators.set(two, indicator('2', { standing: 'single-source', confirmed_here: false }));
  const arrived = performance.now();
  await service.deciding.reconsider([one, two]);
  assert.equal((await gateSays(one)).action, 'throttle');
  assert.ok(performance.now() - arrived < 1000);
  assert.equal((await gateSays(two)).action, 'allow', 'one source alone');
  const { proposals } = (await ask('GET', '/proposals')).body;
  assert.deepEqual(
    proposals.map(({ held_for }: { held_for: unknown }) => held_for),
    [['SINGLE_SOURCE']],
  );
  const [proposal] = proposals;
  assert.equal((await ask('GET', '/cases?kind=proposal')).body.total, 1);
  const said = { outcome: 'approved', reason: 'seen here too', by: 'sam' };
  assert.equal((await ask('POST', `/proposals/${proposal.id}`, said)).body.status, 'decided');
  const approved = await gateSays(two);
  assert.equal(approved.action, 'verify');
  assert.equal((await ask('GET', `/decisions/${approved.decision_id}`)).body.decision.owner, 'sam');
  await service.deciding.reconsider([two]);
  assert.equal((await ask('GET', '/proposals')).body.proposals.length, 0, 'what is settled rests');

  const lifted = await service.deciding.withdraw(['indicator--1', 'indicator--2'], 'retraction');
  assert.ok(
    lifted.every((decision) => decision.rests_on.some((id) => id.startsWith('indicator--'))),
  );
  assert.equal((await gateSays(one)).action, 'allow');
  assert.equal((await gateSays(two)).action, 'allow', 'what a person approved on it too');
  await service.deciding.reconsider([one, two]);
  assert.equal((await gateSays(one)).action, 'allow', 'though the indicator is still named');
});

test('many are taken back at once, counted first, and nothing else is', async () => {
  await usePolicy(live.replace('name: default', 'name: bulk'));
  await lab.lookNow();
  const wanted = { action: 'suspend', ttl: 600, reason: 'x' };
  for (const value of ['bulk-1', 'bulk-2'])
    await ask('POST', '/decisions', { subject: { kind: 'client', value }, ...wanted });
  const chosen = { kind: 'client', reason: 'too broad' };
  const dry = (await ask('POST', '/decisions/lift', { ...chosen, dry_run: true })).body;
  assert.deepEqual([dry.lifted, dry.total], [false, 2]);
  assert.equal((await decisions('?kind=client')).length, 2, 'nothing was taken back');
  const before = await decisions();
  assert.equal((await ask('POST', '/decisions/lift', { reason: 'x' })).status, 400);
  assert.equal((await ask('POST', '/decisions/lift', { mode: 'live', reason: 'x' })).status, 400);
  const done = (await ask('POST', '/decisions/lift', chosen)).body;
  assert.deepEqual([done.lifted, done.total], [true, 2]);
  const after = await decisions();
  assert.deepEqual(
    after.map(({ id }) => id),
    before.filter(({ subject }) => subject.kind !== 'client').map(({ id }) => id),
  );
});

test('an account that is forgotten is in no answer of the lab, and nothing holds about it', async () => {
  await usePolicy(live);
  const [finding] = lab.findings().filter(({ campaign }) => campaign.accounts.length > 3);
  const account = finding!.campaign.accounts[3]!;
  await ask('POST', '/decisions', {
    ...{ subject: { kind: 'account', value: account }, action: 'suspend', ttl: 60, reason: 'x' },
  });
  assert.equal((await gateSays(account)).action, 'suspend');
  const answers = async (): Promise<string> => {
    const { status } = lab;
    const paths = ['/findings', '/decisions', '/cases?all=true', '/proposals', '/allowances'];
    const bodies = await Promise.all(paths.map(async (path) => (await ask('GET', path)).body));
    return JSON.stringify([bodies, lab.report(), lab.looked().accounts, status()]);
  };
  assert.ok((await answers()).includes(account), 'positive control');
  const { body } = await ask('DELETE', `/accounts/${account}`);
  assert.deepEqual([body.known, body.still_in, body.in_policy], [true, [], 0]);
  assert.ok(body.findings > 0 && body.decisions > 0, JSON.stringify(body));
  assert.equal((await answers()).includes(account), false);
  assert.equal((await gateSays(account)).action, 'allow');
  await lab.lookNow();
  assert.equal((await answers()).includes(account), false, 'nor after another look');
  assert.equal((await ask('DELETE', `/accounts/${account}`)).body.known, false);
});

test('nothing failed but what was made to fail', () => {
  const made = /action|the hub does not answer/;
  assert.deepEqual(
    errors.map(String).filter((error) => !made.test(error)),
    [],
  );
});
