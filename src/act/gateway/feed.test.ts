import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Decision, GateChange } from '../response/decision.ts';
import { type ChangeFeed, createChangeFeed } from './feed.ts';
import { FeedUnreadable, linesOf, parseHead, parseLine } from './feed-lines.ts';
import { decisionOf } from './test-help.ts';

/** A reader that holds what it was told, and nothing else. */
const reader = () => {
  let cursor: string | null = null;
  let held = new Map<string, Decision>();
  return {
    held: () => [...held.values()],
    read: (feed: ChangeFeed, now = 0) => {
      for (let more = true; more; ) {
        const part = feed.since(cursor, now);
        if (part.kind === 'snapshot') held = new Map();
        for (const change of part.changes)
          if (change.change === 'put') held.set(change.decision.id, change.decision);
          else held.delete(change.id);
        cursor = `${part.epoch}:${part.cursor}`;
        more = part.more;
      }
    },
  };
};

const byId = (decisions: readonly Decision[]): Decision[] =>
  [...decisions].sort((a, b) => (a.id < b.id ? -1 : 1));

test('a reader that comes and goes, and a feed that restarts, never come apart', () => {
  const step = fc.oneof(
    { weight: 6, arbitrary: fc.record({ do: fc.constant('put' as const), n: fc.nat(20) }) },
    { weight: 3, arbitrary: fc.record({ do: fc.constant('lift' as const), n: fc.nat(20) }) },
    { weight: 3, arbitrary: fc.record({ do: fc.constant('read' as const), n: fc.nat(1) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('restart' as const), n: fc.nat(1) }) },
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
      let epoch = 1;
      const open = () => createChangeFeed({ epoch: `e${epoch}`, kept: 5, page: 3 });
      let feed = open();
      let truth = new Map<string, Decision>();
      const readers = [reader(), reader()];
      for (const { do: what, n } of steps) {
        const id = `decision--${n}`;
        if (what === 'put') {
          const decision = decisionOf('account', `a${n}`, 'suspend', { id });
          truth.set(id, decision);
          feed.put(decision);
        } else if (what === 'lift') {
          truth.delete(id);
          feed.lift(id);
        } else if (what === 'restart') {
          // Numbers begin again: only the epoch keeps old cursors from being understood.
          epoch += 1;
          feed = open();
          truth = new Map([...truth].filter(([, { id: kept }]) => kept.endsWith('1')));
          for (const decision of truth.values()) feed.put(decision);
        } else readers[n]!.read(feed);
      }
      for (const one of readers) {
        one.read(feed);
        assert.deepEqual(byId(one.held()), byId([...truth.values()]));
      }
    }),
    { numRuns: 300 },
  );
});

test('a cursor from the future, of another epoch or too old is answered with everything', () => {
  const feed = createChangeFeed({ epoch: 'e', kept: 2 });
  for (let i = 0; i < 10; i++) feed.put(decisionOf('account', `a${i}`, 'verify'));
  for (const cursor of ['e:11', 'f:10', 'e:1', null, 'e:-1', 'e:1x', ''])
    assert.equal(feed.since(cursor, 0).kind, 'snapshot', String(cursor));
  assert.equal(feed.since('e:9', 0).kind, 'changes');
});

test('what has ended is not in a snapshot, and the snapshot is in the order of its cursors', () => {
  const feed = createChangeFeed({ epoch: 'e' });
  const first = decisionOf('account', 'a', 'verify', { until: 100 });
  const again = decisionOf('account', 'b', 'verify');
  feed.put(again);
  feed.put(first);
  feed.put(again);
  const changes = [...feed.since(null, 100).changes];
  assert.deepEqual(
    changes.map(({ cursor }) => cursor),
    [3],
  );
});

test('lines say the same as the part they were made of', () => {
  const feed = createChangeFeed({ epoch: 'e' });
  const decision = decisionOf('address', '198.51.100.0/24', 'throttle', {
    obligations: { requests_per_minute: 6, strip_logprobs: true },
    owner: 'says "change":"lift" and {"end"',
  });
  feed.put(decision);
  feed.put(decisionOf('account', 'x', 'allow'));
  feed.lift(decision.id);
  const [head, ...rest] = [...linesOf(feed.since('e:0', 0))];
  assert.deepEqual(parseHead(head!), {
    stillwatch_feed: 1,
    epoch: 'e',
    cursor: 3,
    kind: 'changes',
    more: false,
  });
  assert.equal(parseLine(rest.pop()!), 3);
  const changes = rest.map((line) => parseLine(line)) as GateChange[];
  assert.deepEqual(changes, [...feed.since('e:0', 0).changes]);
});

test('a decision that could end a header, or is of no known action, is refused', () => {
  const line = (more: object) =>
    JSON.stringify({
      cursor: 1,
      change: 'put',
      decision: { ...decisionOf('account', 'a', 'verify'), ...more },
    });
  assert.doesNotThrow(() => parseLine(line({})));
  for (const more of [
    { id: 'x\r\nX-Evil: 1' },
    { action: 'ban' },
    { until: 'soon' },
    { obligations: { requests_per_minute: -1 } },
  ])
    assert.throws(() => parseLine(line(more)), FeedUnreadable);
});
