/** Profiles that lie in files are those that would lie in memory. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { createProfile, mergeProfiles, type Profile } from '../../../detect/profile/profile.ts';
import { crowd, hostileExchange, profileOfAll } from '../../../detect/profile/test-help.ts';
import { openKeeper } from './keeper.ts';

const FOREVER = { prompts: 1e18, profiles: 1e18 };
const ALL = { now: 0, retention: FOREVER, window: 1e18, most: 1e9 };
const IDS = [
  'a',
  'b',
  'c',
  'd',
  'e',
  '',
  '__proto__',
  'ü',
  '漢',
  '\ud800',
  '\udc00',
  '\0"\\ud800"',
];

type Step =
  | { readonly do: 'gain'; readonly id: string; readonly profile: Profile }
  | { readonly do: 'checkpoint' | 'crash' | 'look' }
  | { readonly do: 'forget' | 'read'; readonly id: string };

const id = fc.constantFrom(...IDS);
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    {
      weight: 12,
      arbitrary: fc.record({
        do: fc.constant('gain' as const),
        id,
        profile: fc.array(hostileExchange, { minLength: 1, maxLength: 4 }).map(profileOfAll),
      }),
    },
    { weight: 3, arbitrary: fc.record({ do: fc.constantFrom('checkpoint', 'crash', 'look') }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('forget', 'read'), id }) },
  ),
  { minLength: 1, maxLength: 60 },
);

const sorted = (profiles: ReadonlyMap<string, Profile>): (readonly [string, Profile])[] =>
  [...profiles].sort(([a], [b]) => (a < b ? -1 : 1));

/** Runs the steps with room for `inMemory` profiles, beside a Map that holds everything. */
const compare = (list: readonly Step[], inMemory: number): void => {
  const folder = mkdtempSync(join(tmpdir(), 'stillwatch-keeper-'));
  let keeper = openKeeper({ folder, inMemory });
  let model = new Map<string, Profile>();
  let marks: ReturnType<typeof keeper.checkpoint> | undefined;
  let saved = new Map<string, Profile>();
  const checkpoint = (): void => {
    marks = keeper.checkpoint();
    saved = new Map(model);
    keeper.sweep();
  };
  try {
    for (const step of list) {
      if (step.do === 'gain') {
        keeper.gain(step.id, step.profile);
        const known = model.get(step.id) ?? createProfile();
        model.set(step.id, mergeProfiles(known, step.profile));
        assert.ok(keeper.inMemory <= inMemory);
      } else if (step.do === 'checkpoint') checkpoint();
      else if (step.do === 'crash') {
        // What was gained since the checkpoint is gone; in a lab the journal brings it back.
        keeper.close();
        keeper = openKeeper({ folder, inMemory, marks });
        model = new Map(saved);
      } else if (step.do === 'forget') {
        assert.equal(keeper.forget(step.id), model.delete(step.id));
        checkpoint(); // as a lab does, so that no crash brings it back
      } else if (step.do === 'read')
        assert.deepEqual(keeper.profile(step.id), model.get(step.id) ?? null);
      else assert.deepEqual(sorted(keeper.collect(ALL).profiles), sorted(model));
      assert.equal(keeper.accounts(), model.size);
    }
    assert.deepEqual(sorted(keeper.collect(ALL).profiles), sorted(model));
  } finally {
    keeper.close();
    rmSync(folder, { recursive: true, force: true });
  }
};

describe('a keeper of profiles', () => {
  test('with room for one or a few says what one with room for all says, after crashes too', () => {
    fc.assert(
      fc.property(steps, fc.constantFrom(1, 2, 4, 100), (list, inMemory) =>
        compare(list, inMemory),
      ),
      { numRuns: 150 },
    );
  });

  test('keeps what a profile holds when every sketch of it is full', () => {
    const full = [1, 2, 3].map((seed) => profileOfAll(crowd(seed, 2_000)));
    const list = full.flatMap((profile): Step[] => [
      { do: 'gain', id: 'a', profile },
      { do: 'gain', id: 'b', profile },
      { do: 'checkpoint' },
      { do: 'look' },
    ]);
    compare(list, 1);
  });
});
