import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { StillwatchError } from '../../base/errors.ts';
import { type Corpus, slices } from './corpus.ts';
import { WORLDS, type WorldRequest } from './options.ts';
import { GROUPS, type TrafficRow } from './rows.ts';
import { simulate } from './simulate.ts';

const run = (request: WorldRequest) => {
  const world = simulate(request);
  return { ...world, rows: [...world.exchanges] };
};

const promptOf = (row: TrafficRow): string => row.prompt ?? row.messages!.at(-1)!.content;

/** A corpus whose prompts say where they come from. */
const corpus = (name: string, size: number, kind: Corpus['kind'] = 'plain'): Corpus => ({
  name,
  sha256: 'test',
  kind,
  language: null,
  sharedTasks: false,
  units: slices(size, 50),
  size,
  at: (i) => ({ text: `${name} prompt number ${i}`, responseTokens: 20 + (i % 7), followUp: null }),
});

const SMALL = { accounts: 400, days: 7, seed: 3 } as const;

describe('worlds', () => {
  for (const world of WORLDS)
    it(`${world}: rows are in order, complete and belong to labelled accounts`, () => {
      const { rows, accounts, labels } = run({ world, ...SMALL });
      assert.equal(accounts.length, SMALL.accounts);
      assert.deepEqual(
        labels.map((l) => l.account_id),
        accounts.map((a) => a.account_id),
      );
      const created = new Map(accounts.map((a) => [a.account_id, Date.parse(a.created_at)]));
      assert.equal(created.size, SMALL.accounts, 'ids are unique');
      let last = 0;
      for (const row of rows) {
        const at = Date.parse(row.timestamp);
        assert.ok(at >= last && at >= created.get(row.account_id)!, row.timestamp);
        last = at;
        assert.ok((row.prompt === undefined) !== (row.messages === undefined));
        assert.ok(promptOf(row).length > 0);
        assert.equal(row.status === 200, row.response_tokens > 0);
        assert.ok(row.status === 200 ? row.finish_reason !== undefined : true);
      }
      assert.equal(new Set(rows.map((r) => r.exchange_id)).size, rows.length);
      const start = Date.parse('2026-06-01T00:00:00Z');
      assert.ok(last < start + 7 * 86_400_000);
    });

  it('holds in each world what its name says', () => {
    const count = (world: (typeof WORLDS)[number], label: string): number =>
      simulate({ world, ...SMALL }).labels.filter((l) => l.label === label).length;
    assert.equal(count('quiet', 'distillation') + count('quiet', 'reseller'), 0);
    assert.equal(count('relay', 'distillation'), 0);
    assert.ok(count('relay', 'reseller') > 0);
    assert.equal(count('hydra', 'distillation'), SMALL.accounts / 2);
    assert.ok(count('sharded', 'distillation') > 0);
    assert.ok(count('mixed', 'distillation') > 0 && count('mixed', 'reseller') > 0);
  });

  it('puts every group into world mixed and labels follow the group', () => {
    const { labels } = simulate({ world: 'mixed', accounts: 3000 });
    const byGroup = Map.groupBy(labels, (l) => l.group);
    assert.deepEqual([...byGroup.keys()].sort(), [...GROUPS].sort());
    for (const l of labels) {
      const want = { campaign: 'distillation', relay: 'reseller' }[l.group as string] ?? 'benign';
      assert.equal(l.label, want);
      assert.equal(l.campaign === null, l.label === 'benign');
    }
    assert.ok(byGroup.get('coding-agent')!.length >= 20 && byGroup.get('classroom')!.length >= 20);
  });

  it('is the same for the same seed and another for another', () => {
    const text = (seed: number): string => {
      const { rows, accounts, labels } = run({ world: 'mixed', ...SMALL, days: 2, seed });
      return JSON.stringify([rows, accounts, labels]);
    };
    const first = text(1);
    assert.ok(first === text(1));
    assert.ok(first !== text(2));
  });

  it('reaches the wanted number of exchanges within five per cent', () => {
    for (const exchanges of [30_000, 60_000]) {
      const { rows } = run({ world: 'mixed', accounts: 400, exchanges, seed: 5 });
      assert.ok(Math.abs(rows.length / exchanges - 1) < 0.05, `${rows.length} of ${exchanges}`);
    }
  });

  it('refuses fewer exchanges than the campaigns alone ask', () => {
    assert.throws(
      () => simulate({ world: 'mixed', accounts: 400, exchanges: 1000 }),
      (error) => error instanceof StillwatchError && error.code === 'USAGE',
    );
  });
});

describe('campaigns', () => {
  const files = {
    harvest: [corpus('harvest-a', 9000), corpus('harvest-b', 9000)],
    everyday: [corpus('everyday', 40_000)],
    evaluation: [corpus('evaluation', 300)],
  };
  const base: WorldRequest = {
    world: 'sharded',
    accounts: 400,
    campaigns: 3,
    campaignAccounts: [30, 40],
    seed: 9,
    ...files,
  };
  const campaignRows = (request: WorldRequest) => {
    const { rows, labels } = run(request);
    const campaignOf = new Map(labels.map((l) => [l.account_id, l.campaign]));
    return {
      labels,
      rows: rows.filter((r) => campaignOf.get(r.account_id) !== null),
      of: (row: TrafficRow) => campaignOf.get(row.account_id)!,
    };
  };

  it('never ask a prompt twice while the corpus suffices, nor what another campaign asks', () => {
    const { rows, of } = campaignRows(base);
    const askedBy = new Map<string, string>();
    let asked = 0;
    for (const row of rows) {
      // A refused request is sent again: only answered ones are the harvest.
      if (row.status !== 200) continue;
      const prompt = promptOf(row);
      assert.match(prompt, /^harvest-/);
      assert.equal(askedBy.get(prompt), undefined, prompt);
      askedBy.set(prompt, of(row));
      asked++;
    }
    assert.ok(asked > 3000);
    const corpora = new Map<string, Set<string>>();
    for (const [prompt, campaign] of askedBy)
      corpora.set(campaign, (corpora.get(campaign) ?? new Set()).add(prompt.slice(0, 9)));
    assert.deepEqual(
      [...corpora.values()].map((set) => set.size),
      [1, 1, 1],
    );
  });

  it('carry the wanted share of unrelated use, in the words of everyday people', () => {
    for (const unrelated of [0.5, 0.9]) {
      const { rows } = campaignRows({
        ...base,
        unrelated: [unrelated],
        accounts: 300,
        campaigns: 1,
      });
      const everyday = rows.filter((row) => promptOf(row).startsWith('everyday')).length;
      assert.ok(Math.abs(everyday / rows.length - unrelated) < 0.03, `${everyday / rows.length}`);
    }
  });

  it('ask 25 to 150 times per account by default', () => {
    const { rows, labels } = campaignRows(base);
    const counts = new Map<string, number>();
    for (const row of rows) counts.set(row.account_id, (counts.get(row.account_id) ?? 0) + 1);
    const members = labels.filter((l) => l.campaign !== null);
    const inside = members.filter(({ account_id: id }) => {
      const n = counts.get(id) ?? 0;
      return n >= 20 && n <= 160;
    });
    // Hand-over and the end of the world move a few requests between accounts or past the end.
    assert.ok(inside.length >= 0.95 * members.length, `${inside.length} of ${members.length}`);
  });

  it('leave the evidence that was asked for, and none with none', () => {
    const evidence = (network: 'strong' | 'weak' | 'none') => {
      const world = run({
        ...base,
        network,
        unrelated: [0.5],
        campaigns: 1,
        campaignAccounts: [60, 60],
      });
      const members = new Set(world.labels.filter((l) => l.campaign).map((l) => l.account_id));
      const rows = world.rows.filter((r) => members.has(r.account_id));
      const accounts = world.accounts.filter((a) => members.has(a.account_id));
      const cards = accounts.map((a) => a.payment_fingerprint).filter((c) => c !== undefined);
      const shared = cards.filter((c) => cards.filter((other) => other === c).length > 1).length;
      const blocks = new Set(rows.map((r) => r.ip.slice(0, r.ip.lastIndexOf('.'))));
      // A hand-off is visible: the same first question and first answer under two accounts.
      const openings = new Map<string, Set<string>>();
      for (const { messages, account_id: id } of rows)
        if (messages !== undefined && messages.length > 2) {
          const key = `${messages[0]!.content}\n${messages[1]!.content}`;
          openings.set(key, (openings.get(key) ?? new Set()).add(id));
        }
      const handOffs = [...openings.values()].filter((ids) => ids.size > 1).length;
      return { shared: shared / accounts.length, blocks: blocks.size, handOffs };
    };
    const [strong, weak, none] = [evidence('strong'), evidence('weak'), evidence('none')];
    assert.equal(strong.shared, 1);
    assert.ok(strong.blocks <= 5 && weak.blocks > 50);
    assert.ok(weak.shared > 0.2 && weak.shared < 0.45, `${weak.shared}`);
    assert.ok(strong.handOffs > weak.handOffs && weak.handOffs > 0);
    assert.deepEqual({ ...none, blocks: 0 }, { shared: 0, blocks: 0, handOffs: 0 });
    assert.ok(none.blocks > 50);
  });

  it('move nearly half of the harvest to a new model within a day, and others slowly', () => {
    const { plan, rows, labels } = run({
      ...base,
      releasePivot: true,
      campaigns: 1,
      unrelated: [0],
    });
    const label = new Map(labels.map((l) => [l.account_id, l.label]));
    const day = 86_400_000;
    const share = (want: string, from: number, until: number): number => {
      const found = rows.filter((row) => {
        const since = Date.parse(row.timestamp) - plan.cast.releaseAt!;
        return label.get(row.account_id) === want && since >= from && since < until;
      });
      return found.filter((row) => row.model === 'sw-large-2').length / Math.max(1, found.length);
    };
    assert.equal(share('benign', -14 * day, 0) + share('distillation', -14 * day, 0), 0);
    assert.ok(Math.abs(share('distillation', day, 3 * day) - 0.48) < 0.08);
    assert.ok(share('benign', 0, day) < 0.1);
    assert.ok(share('benign', 4 * day, 7 * day) > share('benign', 0, day));
  });

  it('follow recorded arrivals with the schedule "real"', () => {
    // Activity in the first tenth of each day only.
    const weights = Array.from({ length: 140 }, (_, i) => (i % 10 === 0 ? 1 : 0));
    const { rows } = campaignRows({
      ...base,
      schedule: 'real',
      arrivals: [{ name: 'mornings', weights }],
      unrelated: [0],
    });
    const early = rows.filter((row) => Number(row.timestamp.slice(11, 13)) < 6).length;
    assert.ok(early / rows.length > 0.9, `${early / rows.length}`);
    assert.throws(
      () => simulate({ ...base, schedule: 'real' }),
      (error) => error instanceof StillwatchError && error.code === 'USAGE',
    );
  });
});

describe('memory', () => {
  it('grows with accounts and not with exchanges', () => {
    setFlagsFromString('--expose-gc');
    // Garbage that has not been collected yet is not held by the world.
    const collect = runInNewContext('gc') as () => void;
    const held = (exchanges: number): number => {
      const { exchanges: rows } = simulate({ world: 'quiet', accounts: 300, exchanges, seed: 4 });
      let most = 0;
      let n = 0;
      for (const _ of rows) {
        if (++n % Math.floor(exchanges / 4) !== 0) continue;
        collect();
        most = Math.max(most, process.memoryUsage().heapUsed);
      }
      return most / 1e6;
    };
    const few = held(25_000);
    const many = held(250_000);
    // Keeping the rows would take more than 200 MB here.
    assert.ok(many < few + 20, `${many} MB for ten times as many rows as ${few} MB`);
  });
});
