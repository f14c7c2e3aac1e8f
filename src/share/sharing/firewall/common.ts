/** What objects of all kinds have in common, and the closed lists that several kinds use. */
import type { Walk } from './fault.ts';
import { refuse, refuseAt } from './fault.ts';
import { idOf, marking, timestamp } from './forms.ts';
import { type Fields, integer, is, listOf, oneOf, rule, type Shape } from './shape.ts';

/** Kinds that refer to, and are referred to by, what may leave. */
export const SUBJECTS = ['indicator', 'campaign', 'intrusion-set', 'attack-pattern'] as const;

/** Certainty in steps of five (STIX 2.1, appendix A): more would be precision that nobody has. */
export const confidence: Shape = (value, walk) => {
  integer(0, 100)(value, walk);
  if (typeof value === 'number' && value % 5 !== 0)
    refuse(walk, 'FIREWALL_RANGE', 'Confidence is given in steps of five.');
};

export const markings: Shape = listOf(marking, 5);

/** Required of every object that has versions (3.2); `id` is of its own type. */
export const versioned = (type: string): Fields => ({
  type: is(type),
  spec_version: is('2.1'),
  id: idOf(type),
  created: timestamp,
  modified: timestamp,
});

/** Allowed on every object that has versions. */
export const MAY: Fields = {
  // The hub writes its own name there: nothing is published with its author.
  created_by_ref: idOf('identity'),
  revoked: oneOf([true, false]),
  confidence,
  object_marking_refs: markings,
};

const timeOf = (value: unknown): number =>
  typeof value === 'string' ? Date.parse(value) : Number.NaN;

/** Of the times that are there, none is before the one named ahead of it. */
export const inOrder = (...names: readonly string[]): Shape =>
  rule((object, walk: Walk) => {
    for (let i = 1; i < names.length; i++) {
      const [before, after] = [names[i - 1]!, names[i]!];
      if (timeOf(object[after]) < timeOf(object[before]))
        refuseAt(walk, after, 'FIREWALL_ORDER', `It is before ${before}.`);
    }
  });
