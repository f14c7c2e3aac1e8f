/** Checks of markings that need the whole object (STIX 2.1, sections 3.2 and 7.2). */
import { quote } from '../diagnostic.ts';
import { parseSelector, resolveSelector } from '../selector.ts';
import { TLP_BY_ID, TLP2_EXTENSION, TLP2_MARKINGS, type TlpLevel } from '../tlp.ts';
import { isRecord } from './check.ts';
import { FORMS } from './forms.ts';
import type { RuleCheck } from './object.ts';
import { fault, faultAt, type Sink } from './sink.ts';

/** 7.2.3.1: a selector refers to something that is there. */
export const checkGranularMarkings: RuleCheck = (object, sink) => {
  const markings = object.granular_markings;
  if (!Array.isArray(markings)) return;
  const depth = sink.path.length;
  for (const [i, marking] of markings.entries()) {
    if (sink.full) return;
    sink.path.push('granular_markings', i);
    if (isRecord(marking)) checkSelectors(object, marking.selectors, sink);
    if (isRecord(marking) && marking.marking_ref === object.id && typeof object.id === 'string') {
      faultAt(
        sink,
        'marking_ref',
        'STIX_MARKING',
        '3.2',
        'A marking definition cannot mark itself.',
      );
    }
    sink.path.length = depth;
  }
};

const checkSelectors = (
  object: { readonly [key: string]: unknown },
  selectors: unknown,
  sink: Sink,
): void => {
  if (!Array.isArray(selectors)) return;
  sink.path.push('selectors');
  for (const [i, selector] of selectors.entries()) {
    // A selector of another kind or form has its own fault.
    if (sink.full || typeof selector !== 'string' || !FORMS.selector.test(selector)) continue;
    const steps = parseSelector(selector);
    if (steps === undefined || resolveSelector(object, steps) === undefined) {
      faultAt(
        sink,
        i,
        'STIX_SELECTOR',
        '7.2.3.1',
        `${quote(selector)} selects nothing in this object.`,
      );
    }
  }
  sink.path.pop();
};

/** Equal as far as a fixed marking goes: text, and objects of text, in any order of names. */
const same = (a: unknown, b: unknown): boolean => {
  if (!isRecord(a) || !isRecord(b)) return a === b;
  const names = Object.keys(a);
  return (
    names.length === Object.keys(b).length &&
    names.every((name) => Object.hasOwn(b, name) && same(a[name], b[name]))
  );
};

const isFixed = (object: { readonly [key: string]: unknown }): boolean => {
  const fixed = typeof object.id === 'string' ? TLP_BY_ID.get(object.id) : undefined;
  if (fixed === undefined) return false;
  const { created, name, definition, extensions } = fixed;
  return (
    object.created === created &&
    (object.name === undefined || object.name === name) &&
    same(object.definition, definition) &&
    same(object.extensions, extensions)
  );
};

/** 7.2.1: what a marking definition holds, and that nobody makes a second TLP. */
export const checkMarkingDefinition: RuleCheck = (object, sink) => {
  const { definition_type: type, definition, extensions } = object;
  if (extensions === undefined && (type === undefined || definition === undefined)) {
    fault(
      sink,
      'STIX_REQUIRES',
      '7.2.1.1',
      'definition_type and definition are needed, or extensions.',
    );
  }
  const refs = object.object_marking_refs;
  if (Array.isArray(refs) && refs.includes(object.id)) {
    faultAt(
      sink,
      'object_marking_refs',
      'STIX_MARKING',
      '3.2',
      'A marking definition cannot mark itself.',
    );
  }
  if (type === 'statement' && !(isRecord(definition) && typeof definition.statement === 'string')) {
    faultAt(
      sink,
      'definition',
      'STIX_MARKING',
      '7.2.1.3',
      'A statement marking holds a statement.',
    );
  }
  const claimed = isRecord(extensions) ? extensions[TLP2_EXTENSION] : undefined;
  const known = typeof object.id === 'string' && TLP_BY_ID.has(object.id);
  if ((type === 'tlp' || claimed !== undefined || known) && !isFixed(object)) {
    const level = isRecord(claimed) ? claimed.tlp_2_0 : undefined;
    const fixed =
      typeof level === 'string' && Object.hasOwn(TLP2_MARKINGS, level)
        ? ` (TLP 2.0 has ${TLP2_MARKINGS[level as TlpLevel].id})`
        : '';
    fault(
      sink,
      'STIX_MARKING',
      '7.2.1.4',
      `A TLP marking is one of the fixed definitions${fixed}.`,
    );
  }
};
