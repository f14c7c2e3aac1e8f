import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { contentOfMembers, measureContent } from './content-evidence.ts';
import { MEMBER_LOG_ODDS } from './membership.ts';
import { type Search, searchCampaigns } from './search.ts';
import {
  addClass,
  addPeople,
  addShards,
  createTown,
  indicesOf,
  populationOf,
  type Town,
} from './test-help.ts';

const share = (of: readonly number[], wanted: ReadonlySet<number>): number =>
  of.filter((a) => wanted.has(a)).length / Math.max(1, of.length);

const town = (
  seed: number,
  fill: (town: Town) => string[][],
): { search: Search; sets: Set<number>[] } => {
  const made = createTown(seed);
  addPeople(made, 160);
  const ids = fill(made);
  const population = populationOf(made);
  return {
    search: searchCampaigns(population),
    sets: ids.map((list) => new Set(indicesOf(population, list))),
  };
};

const cards = (i: number) => ({ paymentFingerprint: `shared ${i >> 1}` });

describe('the search', () => {
  test('positive control: a data set shared out over accounts with few cards is one operation', () => {
    const { search, sets } = town(1, (t) => [addShards(t, 30, 12, cards)]);
    assert.equal(search.operations.length, 1);
    const { accounts, membership } = search.operations[0]!.group;
    assert.ok(share(accounts, sets[0]!) > 0.97, 'pure');
    assert.ok(share([...sets[0]!], new Set(accounts)) > 0.8, `${accounts.length} of 30`);
    for (const { account, total } of membership)
      if (sets[0]!.has(account)) assert.ok(total >= MEMBER_LOG_ODDS);
  });

  test('its members share no prompt and have no topics of their own; a class shares all', () => {
    const { search, sets } = town(1, (t) => [addShards(t, 30, 12, cards), addClass(t, 20, 12)]);
    const [shards, pupils] = sets.map((set) => {
      const topics = Array.from({ length: search.families.draws.topics }, (_, i) => i);
      const { population, table, families } = search;
      return measureContent(
        contentOfMembers(population, table, families.topicOf, topics, [...set]),
      );
    });
    assert.equal(shards!.repeated, 0);
    assert.ok(pupils!.repeated > 0.95);
    assert.ok(shards!.ownTopics < 0.3, `${shards!.ownTopics}`);
  });

  test('null control: people alone are no operation', () => {
    const { search } = town(2, () => []);
    assert.deepEqual(search.operations, []);
    assert.deepEqual(search.relays, []);
  });

  test('null control: shards without shared identity are a candidate and no operation', () => {
    const { search, sets } = town(3, (t) => [addShards(t, 30, 12)]);
    assert.ok(search.candidates.some((c) => share(c.group.accounts, sets[0]!) > 0.9));
    assert.deepEqual(search.operations, []);
  });

  test('a class behind one card is one coincidence and no operation', () => {
    const { search } = town(4, (t) => [
      addClass(t, 30, 12, () => ({ paymentFingerprint: 'the school' })),
    ]);
    assert.deepEqual(search.operations, []);
  });

  test('accounts of one declared organization are one entity and no operation', () => {
    const { search } = town(5, (t) => [
      addShards(t, 30, 12, (i) => ({ ...cards(i), organizationId: 'laboratory' })),
    ]);
    assert.deepEqual(search.operations, []);
  });

  test('an attested account is never counted in', () => {
    const { search, sets } = town(6, (t) => [
      addShards(t, 30, 12, (i) => ({ ...cards(i), attestation: i === 4 ? 'research' : null })),
    ]);
    const attested = [...sets[0]!][4]!;
    assert.ok(search.operations.every((op) => !op.group.accounts.includes(attested)));
  });

  test('two operations on different data sets are kept apart', () => {
    const { search, sets } = town(7, (t) => [
      addShards(t, 26, 12, cards),
      addShards(t, 26, 12, (i) => ({ paymentFingerprint: `other ${i >> 1}` }), 'poem for children'),
    ]);
    assert.equal(search.operations.length, 2);
    for (const { group } of search.operations)
      assert.ok(sets.some((set) => share(group.accounts, set) > 0.95));
  });

  test('the same population gives the same search', () => {
    const make = () => town(8, (t) => [addShards(t, 20, 10, cards)]).search.operations;
    assert.deepEqual(make(), make());
  });
});
