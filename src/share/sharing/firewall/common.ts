/** What objects of all kinds have in common, and the closed lists that several kinds use. */
import type { Walk } from './fault.ts';
import { refuse, refuseAt } from './fault.ts';
import { tlpLevelOf } from '../../stix/tlp.ts';
import { idOf, marking, timestamp } from './forms.ts';
import { allOf, type Fields, integer, is, listOf, oneOf, rule, type Shape } from './shape.ts';

/** Kinds that refer to, and are referred to by, what may leave. */
export const SUBJECTS = ['indicator', 'campaign', 'intrusion-set', 'attack-pattern'] as const;

/** Certainty in steps of five (STIX 2.1, appendix A): more would be precision that nobody has. */
export const confidence: Shape = (value, walk) => {
  integer(0, 100)(value, walk);
  if (typeof value === 'number' && value % 5 !== 0)
    refuse(walk, 'FIREWALL_RANGE', 'Confidence is given in steps of five.');
};

/** Whoever receives it must be told how far it may go: a sharing group alone says who, not what they may do. */
export const markings: Shape = allOf(listOf(marking, 5), (value, walk) => {
  if (!Array.isArray(value) || value.length === 0) return;
  if (!value.some((ref) => typeof ref === 'string' && tlpLevelOf(ref) !== undefined))
    refuse(walk, 'FIREWALL_MARKING', 'One of the markings must be a level of TLP.');
});

/** Required of every object that has versions (3.2); `id` is of its own type. */
export const versioned = (type: string): Fields => ({
  type: is(type),
  spec_version: is('2.1'),
  id: idOf(type),
  created: timestamp,
  modified: timestamp,
});

/** Required of every object that a member contributes. */
export const contributed = (type: string): Fields => ({
  ...versioned(type),
  object_marking_refs: markings,
});

/** Allowed on every object that a member contributes. */
export const MAY: Fields = {
  // The hub writes its own name there: nothing is published with its author.
  created_by_ref: idOf('identity'),
  revoked: oneOf([true, false]),
  confidence,
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
