import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type AudienceLabel, isWithin, maySee, type Reader } from './audience.ts';

const GROUPS = ['marking-definition--a', 'marking-definition--b', 'marking-definition--c'];
const label: fc.Arbitrary<AudienceLabel> = fc.record({
  tlp: fc.constantFrom(null, 'clear', 'green', 'amber', 'amber+strict', 'red'),
  markings: fc.subarray(GROUPS),
  origin: fc.constant(null),
});
const reader: fc.Arbitrary<Reader> = fc.record({
  member: fc.record({
    id: fc.constant('somebody'),
    tier: fc.constantFrom('founder', 'member', 'observer', 'operator', 'auditor'),
    vetting: fc.constantFrom('pending', 'vetted', 'suspended', 'revoked'),
    rights: fc.constant({}),
  }),
  groups: fc.constant(new Set(GROUPS)),
  memberOf: fc.subarray(GROUPS).map((groups) => new Set(groups)),
});

test('what is within an audience shows nothing to anybody outside it, and only that is within', () => {
  const readers = fc.sample(reader, { numRuns: 2000, seed: 1 });
  fc.assert(
    fc.property(label, label, (inner, outer) => {
      const leaks = readers.some((one) => maySee(one, inner) && !maySee(one, outer));
      assert.equal(isWithin(inner, outer), !leaks);
    }),
    { numRuns: 500 },
  );
});
