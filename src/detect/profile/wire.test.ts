import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { createProfile } from './profile.ts';
import { crowd, hostileExchange, profileOfAll } from './test-help.ts';
import { type ProfileEntry, packProfiles, unpackProfiles } from './wire.ts';

const profile = fc.array(hostileExchange, { maxLength: 20 }).map(profileOfAll);
const entries = fc.array(fc.tuple(fc.string({ unit: 'binary' }), profile), { maxLength: 5 });

describe('packed profiles', () => {
  it('unpack to what was packed, also after a trip between threads', () => {
    fc.assert(
      fc.property(entries, (given: ProfileEntry[]) => {
        const packed = packProfiles(given);
        const sent = structuredClone(packed, { transfer: [packed.numbers.buffer] });
        assert.deepEqual(unpackProfiles(sent), given);
      }),
    );
  });

  it('hold profiles with every sketch full, and empty ones', () => {
    const given: ProfileEntry[] = [
      ['empty', createProfile()],
      ['full', profileOfAll(crowd(7, 3_000))],
      ['again', createProfile()],
    ];
    assert.deepEqual(unpackProfiles(packProfiles(given)), given);
  });
});
