import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { LogFormat } from '../exchange/log-chunk.ts';
import { coded, row, scratchFolder } from '../exchange/test-help.ts';
import type { Profile } from '../profile/profile.ts';
import { type ProfileLogOptions, profileLog } from './profile-log.ts';

const write = scratchFolder();

/** Rows of `accounts` accounts in turn, told apart by their exchange id. */
const rows = (from: number, to: number, accounts: number): string =>
  Array.from({ length: to - from }, (_, i) => {
    const index = from + i;
    const given = {
      timestamp: 1_772_359_200_000 + index * 977,
      account_id: `acct-${index % accounts}`,
      exchange_id: `x${index}`,
      prompt: `Explain item ${(index * 7919) % 1009} step by step`,
      conversation_id: `c${index % 50}`,
      model: `m${index % 3}`,
      ip: `203.0.113.${index % 7}`,
      status: index % 40 === 0 ? 429 : 200,
    };
    return `${row(given)}\n`;
  }).join('');

const sorted = (profiles: ReadonlyMap<string, Profile>): [string, Profile][] =>
  [...profiles].sort(([a], [b]) => (a < b ? -1 : 1));

/** Chunks so small that both threads get some of every account. */
const SMALL = { chunkBytes: 16_384 };
const both = async (paths: readonly string[], options: ProfileLogOptions = {}) => ({
  inline: await profileLog(paths, { ...SMALL, ...options, threads: 0 }),
  threaded: await profileLog(paths, { ...SMALL, ...options, threads: 2 }),
});

describe('profileLog', () => {
  it('gives the same profiles in one thread and in two', async () => {
    const path = write('log', rows(0, 4_000, 9));
    const { inline, threaded } = await both([path]);
    assert.equal(inline.profiles.size, 9);
    assert.equal(inline.tally.exchanges, 4_000);
    assert.deepEqual(sorted(threaded.profiles), sorted(inline.profiles));
    assert.equal(threaded.tally.exchanges, 4_000);
  });

  it('counts an exchange once that stands in two files or twice in one', async () => {
    const once = write('once', rows(0, 2_000, 5));
    const twice = write('twice', rows(1_000, 3_000, 5) + rows(1_000, 1_500, 5));
    const all = write('all', rows(0, 3_000, 5));
    const expected = await profileLog([all], { threads: 0 });
    for (const result of Object.values(await both([once, twice]))) {
      assert.equal(result.tally.exchanges, 3_000);
      assert.equal(result.tally.duplicates, 1_500);
      assert.deepEqual(sorted(result.profiles), sorted(expected.profiles));
    }
  });

  it('names rejected rows by file and line', async () => {
    const broken = write('broken', `${rows(0, 3, 1)}nonsense\n${rows(3, 5, 1)}{"a":1}\n`);
    const late = write('late', `${rows(5, 400, 1)}[]\n`);
    for (const { tally } of Object.values(await both([broken, late]))) {
      assert.equal(tally.exchanges, 400);
      assert.deepEqual(tally.quarantine, [
        { source: broken, line: 4, reason: 'ROW_NOT_JSON' },
        { source: broken, line: 7, reason: 'TIMESTAMP_MISSING' },
        { source: late, line: 396, reason: 'ROW_NOT_JSON' },
      ]);
      tally.assertReadable();
    }
  });

  it('counts rows that never reach a chunk among the rejected', async () => {
    const path = write('long', `${rows(0, 2, 1)}${row({ prompt: 'z'.repeat(9_000) })}\n`);
    for (const { tally } of Object.values(await both([path], { maxLineBytes: 4_096 }))) {
      assert.deepEqual(tally.reasons, { ROW_TOO_LONG: 1 });
      assert.equal(tally.exchanges, 2);
    }
  });

  it('reports progress', async () => {
    const seen: number[] = [];
    const path = write('progress', rows(0, 500, 2));
    await profileLog([path], { ...SMALL, threads: 2, onExchanges: (n) => seen.push(n) });
    assert.ok(seen.length > 3);
    assert.equal(seen.at(-1), 500);
  });

  it('fails with the code of the input and leaves no thread behind', async () => {
    const empty = write('empty', '');
    await assert.rejects(profileLog([empty], { threads: 2 }), coded('INPUT_EMPTY'));
    const good = write('good', rows(0, 10, 1));
    const missing = `${good}-missing`;
    await assert.rejects(profileLog([good, missing], { threads: 2 }), coded('INPUT_NOT_FOUND'));
  });

  it('fails when a thread fails', async () => {
    const path = write('unknown', rows(0, 10, 1));
    const format = 'no such format' as LogFormat; // breaks the reader inside the thread
    await assert.rejects(profileLog([path], { threads: 2, format }), TypeError);
  });

  it('holds twenty thousand accounts with one exchange each', async () => {
    const path = write('crowd', rows(0, 20_000, 20_000));
    const { profiles } = await profileLog([path], { threads: 2 });
    assert.equal(profiles.size, 20_000);
    for (const profile of profiles.values()) assert.equal(profile.exchanges, 1);
    // What they have in common is one object: without that a million of them fill the memory.
    const lengths = new Set([...profiles.values()].map((profile) => profile.responseLengths));
    assert.equal(lengths.size, 2);
  });
});
