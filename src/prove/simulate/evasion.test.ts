import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { StillwatchError } from '../../base/errors.ts';
import type { Evasion, WorldRequest } from './options.ts';
import type { TrafficRow } from './rows.ts';
import { DAY } from './schedule.ts';
import { simulate } from './simulate.ts';

const REQUEST = {
  world: 'mixed',
  accounts: 400,
  days: 7,
  seed: 3,
  campaigns: 1,
  campaignAccounts: [40, 40],
  perAccount: [20, 20],
  unrelated: [0.5],
  network: 'strong',
} as const satisfies WorldRequest;

const run = (change: Partial<WorldRequest> = {}) => {
  let harvested = 0;
  const world = simulate({ ...REQUEST, ...change }, (_, harvest) => {
    if (harvest) harvested++;
  });
  const rows = [...world.exchanges];
  const ids = (label: string) =>
    new Set(world.labels.filter((l) => l.label === label).map((l) => l.account_id));
  const campaign = ids('distillation');
  const own = rows.filter((row) => campaign.has(row.account_id));
  const members = world.accounts.filter((a) => campaign.has(a.account_id));
  return { world, rows, own, members, campaign, ids, harvested };
};

const promptOf = (row: TrafficRow): string => row.prompt ?? row.messages!.at(-1)!.content;
const distinct = (values: readonly unknown[]): number => new Set(values).size;
const escaping = (...evade: Evasion[]) => run({ evade });

describe('evasion', () => {
  const plain = run();

  it('own-cards leaves no card to two accounts of a campaign, and relays theirs', () => {
    const cards = ({ members }: typeof plain) =>
      members.flatMap((m) => m.payment_fingerprint ?? []);
    assert.ok(distinct(cards(plain)) < 8, 'strong evidence shares cards');
    const own = cards(escaping('own-cards'));
    assert.equal(distinct(own), own.length);
    const resold = ({ world, ids }: typeof plain) => {
      const relay = ids('reseller');
      return world.accounts
        .filter((a) => relay.has(a.account_id))
        .map((a) => a.payment_fingerprint);
    };
    assert.deepEqual(resold(escaping('own-cards')), resold(plain));
  });

  it('own-addresses leaves the rented blocks', () => {
    const blocks = ({ own }: typeof plain) =>
      distinct(own.map((row) => row.ip.split('.').slice(0, 3).join('.')));
    assert.ok(blocks(plain) <= 5);
    assert.ok(blocks(escaping('own-addresses')) > 30);
  });

  it('spread-sign-ups has accounts join like everybody', () => {
    const span = ({ members }: typeof plain) => {
      const times = members.map((m) => Date.parse(m.created_at));
      return (Math.max(...times) - Math.min(...times)) / DAY;
    };
    assert.ok(span(plain) < 1);
    assert.ok(span(escaping('spread-sign-ups')) > 60);
  });

  it('separate-work moves no conversation between accounts', () => {
    const moved = ({ own }: typeof plain) => own.filter((row) => row.status === 429).length;
    assert.ok(moved(escaping('separate-work')) < moved(plain) / 2 + 3);
    const limits = run({ evade: ['separate-work'] }).world.plan.cast.streams;
    const pools = limits.filter((s) => s.account.label === 'distillation');
    assert.ok(pools.length > 0 && pools.every((s) => s.pool!.handOff === 0));
  });

  it('reworded-prompts changes what campaigns say, and nothing that benchmarks say', () => {
    const said = ({ rows, world }: typeof plain, group: string) => {
      const wanted = new Set(
        world.labels.filter((l) => l.group === group).map((l) => l.account_id),
      );
      return new Set(rows.filter((r) => wanted.has(r.account_id)).map(promptOf));
    };
    const other = escaping('reworded-prompts');
    assert.deepEqual(said(other, 'benchmark'), said(plain, 'benchmark'));
    const [before, after] = [said(plain, 'campaign'), said(other, 'campaign')];
    assert.ok([...after].filter((p) => before.has(p)).length < 0.7 * before.size);
  });

  it('account-days uses each account for so long, from the day it was made', () => {
    const fresh = run({ accountDays: 2, network: 'none' });
    const created = new Map(fresh.members.map((m) => [m.account_id, Date.parse(m.created_at)]));
    assert.ok(fresh.own.length > 300);
    for (const row of fresh.own) {
      const age = (Date.parse(row.timestamp) - created.get(row.account_id)!) / DAY;
      // The work of a session may end after the last day; it never starts then.
      assert.ok(age >= 0 && age < 2.5, `${age}`);
    }
    assert.ok(distinct([...created.values()].map((t) => Math.floor(t / DAY))) >= 5);
  });

  it('a watcher hears which rows were harvested, and changes none', () => {
    assert.ok(plain.harvested > 0.4 * plain.own.length && plain.harvested < 0.6 * plain.own.length);
    assert.deepEqual([...simulate(REQUEST).exchanges], plain.rows);
  });

  it('leaves no trace in the options of a world that asks for none', () => {
    const { options } = simulate({ ...REQUEST, evade: [] }).plan;
    assert.ok(!('evade' in options) && !('accountDays' in options));
  });

  it('refuses accounts that live longer than the world', () => {
    for (const accountDays of [0, 8, Number.NaN])
      assert.throws(
        () => simulate({ ...REQUEST, accountDays }),
        (error) => error instanceof StillwatchError && error.code === 'USAGE',
      );
  });
});
