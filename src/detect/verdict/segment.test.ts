import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AccountRecord } from '../exchange/exchange.ts';
import { createProfile, type Profile } from '../profile/profile.ts';
import { inferSegment, segmentOf, segmentOfMembers } from './segment.ts';

const HOUR = 3_600_000;

const profile = (change: Partial<Profile>): Profile => ({
  ...createProfile(),
  exchanges: 300,
  activity: {
    ...createProfile().activity,
    width: HOUR,
    bins: { keys: [0, 24], counts: [150, 150] },
  },
  ...change,
});
const spread = (hours: number): Pick<Profile, 'activity'> => ({
  activity: {
    ...createProfile().activity,
    width: HOUR,
    bins: {
      keys: Array.from({ length: hours }, (_, i) => i),
      counts: Array.from({ length: hours }, () => 300 / hours),
    },
  },
});
const users = (n: number): Partial<Profile> =>
  ({ endUsers: { keys: Array.from({ length: n }, (_, i) => i) } }) as unknown as Partial<Profile>;
const record = (change: Partial<AccountRecord>): AccountRecord =>
  ({ segment: null, emailDomain: null, ...change }) as AccountRecord;

test('each segment is seen in the profile that has its mark', () => {
  const conversing = { continued: 150 };
  assert.equal(inferSegment(profile(conversing), null), 'people');
  assert.equal(inferSegment(profile({ withTools: 200, ...conversing }), null), 'agents-and-coding');
  assert.equal(inferSegment(profile(conversing), 'cs.uni.edu'), 'education');
  assert.equal(inferSegment(profile(conversing), 'uni.ac.uk'), 'education');
  assert.equal(inferSegment(profile(users(40)), null), 'multi-user-platform');
  const documents = { promptLengths: { keys: [44], counts: [300] } }; // 2^11 characters
  assert.equal(inferSegment(profile(documents), null), 'document-processing');
  assert.equal(inferSegment(profile({}), null), 'batch-and-evaluation'); // 150 exchanges an hour
  const one = { keys: [3], counts: [300] };
  const template = { openings: one, closings: one, skeletons: one };
  assert.equal(
    inferSegment(profile({ ...spread(240), ...template }), null),
    'single-purpose-product',
  );
  assert.equal(inferSegment(profile(spread(240)), null), 'people');
});

test('a name that only looks like a school is none', () => {
  assert.equal(inferSegment(profile({ continued: 150 }), 'edu.example.com'), 'people');
  assert.equal(inferSegment(profile({ continued: 150 }), 'myedu'), 'people');
});

test('what the provider declares wins, unless it is not one of the segments', () => {
  const talks = profile({ continued: 150 });
  assert.equal(segmentOf(talks, record({ segment: 'education' })), 'education');
  assert.equal(segmentOf(talks, record({ segment: 'gold customers' })), 'people');
  assert.equal(segmentOf(talks, null), 'people');
});

test('a set has the segment of most of its members', () => {
  assert.equal(segmentOfMembers(['people', 'education', 'education']), 'education');
  assert.equal(segmentOfMembers(['education', 'people']), 'people');
});
