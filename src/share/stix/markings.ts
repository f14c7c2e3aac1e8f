/** Which markings lie on an object and on each part of it (STIX 2.1, section 7.2). */
import { parseSelector, type SelectorStep } from './selector.ts';
import { stricterTlp, type TlpLevel, tlpLevelOf } from './tlp.ts';
import type { GranularMarking, StixObject } from './types.ts';

interface Marked {
  readonly object_marking_refs?: readonly string[];
  readonly granular_markings?: readonly GranularMarking[];
}

/** Whether `outer` selects everything that `inner` does: a selection includes what is inside it. */
const covers = (outer: readonly SelectorStep[], inner: readonly SelectorStep[]): boolean =>
  outer.length <= inner.length && outer.every((step, i) => step === inner[i]);

const granularOf = (object: StixObject): readonly GranularMarking[] =>
  (object as Marked).granular_markings ?? [];

/** Markings of the whole object (7.2.2). */
export const objectMarkingRefs = (object: StixObject): readonly string[] =>
  (object as Marked).object_marking_refs ?? [];

/** Every marking that the object names, on the whole or on any part. */
export const allMarkingRefs = (object: StixObject): readonly string[] => [
  ...new Set([
    ...objectMarkingRefs(object),
    ...granularOf(object).flatMap((marking) =>
      marking.marking_ref === undefined ? [] : [marking.marking_ref],
    ),
  ]),
];

/** Markings on one part, named by a selector: those of the whole, and those of what encloses it. */
export const markingRefsAt = (object: StixObject, selector: string): readonly string[] => {
  const wanted = parseSelector(selector);
  const refs = new Set(objectMarkingRefs(object));
  if (wanted === undefined) return [...refs];
  for (const marking of granularOf(object)) {
    const lies = marking.selectors.some((text) => {
      const steps = parseSelector(text);
      return steps !== undefined && covers(steps, wanted);
    });
    if (lies && marking.marking_ref !== undefined) refs.add(marking.marking_ref);
  }
  return [...refs];
};

/**
 * The strictest TLP level on an object or any part of it; undefined when it names none. An object is
 * handed out whole, so a part marked RED makes it RED.
 */
export const strictestTlp = (object: StixObject): TlpLevel | undefined => {
  let strictest: TlpLevel | undefined;
  for (const ref of allMarkingRefs(object)) {
    const level = tlpLevelOf(ref);
    if (level !== undefined) {
      strictest = strictest === undefined ? level : stricterTlp(strictest, level);
    }
  }
  return strictest;
};
