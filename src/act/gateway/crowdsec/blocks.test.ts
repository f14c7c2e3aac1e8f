import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Decision } from '../../response/decision.ts';
import { decisionOf } from '../test-help.ts';
import { type Blocks, createBlocks } from './blocks.ts';
import { readUsage } from './usage.ts';

const put = (blocks: Blocks, decision: Decision, now = 0): void =>
  blocks.apply([{ cursor: 0, change: 'put', decision }], now);

/** A bouncer that applies deletions first, as CrowdSec's do, and knows values only. */
const bouncer = (blocks: Blocks) => {
  let cursor: number | null = null;
  const held = new Set<string>();
  return (now: number): string[] => {
    const part = blocks.since(cursor, now);
    cursor = part.cursor;
    for (const { type, value } of part.deleted) held.delete(`${type} ${value}`);
    for (const { type, value } of part.fresh) held.add(`${type} ${value}`);
    return [...held].sort();
  };
};

test('a bouncer that asks now and then holds exactly what is in force', () => {
  const step = fc.record({
    do: fc.constantFrom('put', 'put', 'lift', 'ask', 'wait', 'replace'),
    id: fc.nat(7),
    value: fc.constantFrom('192.0.2.1', '192.0.2.2', '2001:db8::/32'),
    action: fc.constantFrom('suspend' as const, 'verify' as const),
    lasts: fc.integer({ min: 1, max: 20_000 }),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
      const blocks = createBlocks();
      const ask = bouncer(blocks);
      const truth = new Map<string, Decision>();
      let now = 0;
      for (const { do: what, id: n, value, action, lasts } of steps) {
        const id = `decision--${n}`;
        if (what === 'put') {
          const decision = decisionOf('address', value, action, { id, until: now + lasts });
          truth.set(id, decision);
          put(blocks, decision, now);
        } else if (what === 'lift') {
          truth.delete(id);
          blocks.apply([{ cursor: 0, change: 'lift', id }], now);
        } else if (what === 'replace') {
          if (n < 4) truth.delete(`decision--${n}`);
          blocks.replace(truth.values(), now);
        } else if (what === 'wait') now += lasts;
        else ask(now);
      }
      now += 1000;
      const expected = [...truth.values()]
        .filter(({ until }) => until > now)
        .map(
          ({ action, subject }) => `${action === 'suspend' ? 'ban' : 'captcha'} ${subject.value}`,
        );
      assert.deepEqual(ask(now), [...new Set(expected)].sort());
    }),
    { numRuns: 400 },
  );
});

test('a block that touches an allow-listed address waits until the entry goes', () => {
  const blocks = createBlocks();
  const ask = bouncer(blocks);
  put(blocks, decisionOf('address', '198.51.100.0/24', 'suspend'));
  assert.deepEqual(ask(0), ['ban 198.51.100.0/24']);
  const allow = decisionOf('address', '198.51.100.7', 'allow', { until: 5000 });
  put(blocks, allow);
  put(blocks, decisionOf('address', '198.51.100.7', 'suspend'));
  assert.deepEqual(ask(0), []);
  assert.equal(blocks.heldBack(), 2);
  assert.deepEqual(ask(5000), ['ban 198.51.100.0/24', 'ban 198.51.100.7']);
});

test('only suspend and verify are for bouncers, and only live ones', () => {
  const blocks = createBlocks();
  put(blocks, decisionOf('address', '192.0.2.1', 'throttle'));
  put(blocks, decisionOf('address', '192.0.2.2', 'suspend', { mode: 'shadow' }));
  put(blocks, decisionOf('account', '192.0.2.3', 'suspend'));
  put(blocks, decisionOf('address', 'not an address', 'suspend'));
  assert.equal(blocks.size(), 0);
});

test('the documented usage report is read; only what is ours and no bytes is counted', () => {
  const items = [
    {
      name: 'dropped',
      value: 150,
      unit: 'request',
      labels: { origin: 'stillwatch', remediation: 'ban' },
    },
    {
      name: 'dropped',
      value: 12,
      unit: 'request',
      labels: { origin: 'stillwatch', remediation: 'captcha' },
    },
    { name: 'dropped', value: 9000, unit: 'byte', labels: { origin: 'stillwatch' } },
    { name: 'dropped', value: 25, unit: 'request', labels: { origin: 'CAPI', remediation: 'ban' } },
    { name: 'processed', value: 1175, unit: 'request' },
    { name: 'active_decisions', value: 342010 },
  ];
  const metrics = { meta: { window_size_seconds: 1800, utc_now_timestamp: 1704069000 }, items };
  const report = (more: unknown) =>
    JSON.stringify({
      remediation_components: [
        {
          name: 'my-bouncer',
          type: 'crowdsec-custom-bouncer',
          version: '1.0.0',
          feature_flags: [],
          utc_startup_timestamp: 1704067200,
          os: { name: 'linux', version: '5.4.0' },
          metrics: more,
        },
      ],
    });
  for (const shape of [metrics, [metrics]]) {
    const read = readUsage(report(shape));
    assert.ok(!('fault' in read));
    assert.equal(read[0]?.batch_id, 'usage 1704067200 1704069000');
    assert.deepEqual(
      read[0]?.remediations.map(({ action, count }) => [action, count]),
      [
        ['suspend', 150],
        ['verify', 12],
      ],
    );
  }
  assert.ok('fault' in readUsage('{"remediation_components":[{"metrics":[{}]}]}'));
});
