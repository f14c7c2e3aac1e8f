/** Rules that need their own code, one function each (`NamedRule` in `../schema/kind.ts`). */

import { splitIdentifier } from '../identifier.ts';
import { parsePattern } from '../pattern/parse.ts';
import type { NamedRule } from '../schema/kind.ts';
import { isRecord } from './check.ts';
import { FORMS } from './forms.ts';
import { isKnownAlgorithm } from './hashes.ts';
import { checkMarkingDefinition } from './markings.ts';
import type { RuleCheck } from './object.ts';
import { fault, faultAt, warnAt } from './sink.ts';

const has = (object: object, name: string): boolean => Object.hasOwn(object, name);

const emailMultipart: RuleCheck = (object, sink) => {
  // 6.6: the body is in one part or in several, as is_multipart says.
  if (object.is_multipart === true && has(object, 'body')) {
    faultAt(sink, 'body', 'STIX_REQUIRES', '6.6', 'body is used only if is_multipart is false.');
  }
  if (object.is_multipart === false && has(object, 'body_multipart')) {
    faultAt(
      sink,
      'body_multipart',
      'STIX_REQUIRES',
      '6.6',
      'body_multipart is used only if is_multipart is true.',
    );
  }
};

const extensionDefinitionProperties: RuleCheck = (object, sink) => {
  const types = object.extension_types;
  const properties = object.extension_properties;
  // 7.3.1: extension_properties names what a toplevel-property-extension adds, and nothing else.
  if (
    properties !== undefined &&
    Array.isArray(types) &&
    !types.includes('toplevel-property-extension')
  ) {
    faultAt(
      sink,
      'extension_properties',
      'STIX_REQUIRES',
      '7.3.1',
      'extension_properties needs toplevel-property-extension among the extension_types.',
    );
  }
};

const networkTrafficActive: RuleCheck = (object, sink) => {
  // 6.12: traffic that has ended is not active.
  if (has(object, 'end') && object.is_active === true) {
    faultAt(
      sink,
      'is_active',
      'STIX_REQUIRES',
      '6.12',
      'is_active must be false when end is present.',
    );
  }
};

const malwareName: RuleCheck = (object, sink) => {
  // 4.11: a family is known by its name.
  if (object.is_family === true && !has(object, 'name')) {
    faultAt(sink, 'name', 'STIX_PROPERTY_MISSING', '4.11', 'A family of malware needs a name.');
  }
};

const observedDataObjects: RuleCheck = (object, sink) => {
  const old = has(object, 'objects');
  if (old === has(object, 'object_refs')) {
    fault(sink, 'STIX_REQUIRES', '4.14', 'Exactly one of object_refs and objects is needed.');
  }
  if (old)
    warnAt(sink, 'objects', 'STIX_DEPRECATED', '4.14', 'objects is deprecated; use object_refs.');
};

const granularTarget: RuleCheck = (object, sink) => {
  // 7.2.3.1: a granular marking is a marking or a language, not both.
  if (has(object, 'lang') === has(object, 'marking_ref')) {
    fault(sink, 'STIX_REQUIRES', '7.2.3.1', 'Exactly one of lang and marking_ref is needed.');
  }
};

const languageContents: RuleCheck = (object, sink) => {
  const contents = object.contents;
  if (!isRecord(contents)) return;
  for (const key of Object.keys(contents)) {
    if (!FORMS.language.test(key)) {
      sink.path.push('contents');
      faultAt(sink, key, 'STIX_FORM', '7.1', 'Keys of contents are RFC 5646 language codes.');
      sink.path.pop();
    }
  }
};

/** 4.1 and 4.19: an identifier of a public catalogue has the form of that catalogue. */
const catalogue =
  (source: string, form: RegExp, section: string): RuleCheck =>
  (object, sink) => {
    const references = object.external_references;
    if (!Array.isArray(references)) return;
    for (const [i, reference] of references.entries()) {
      if (!isRecord(reference) || reference.source_name !== source) continue;
      const id = reference.external_id;
      if (id === undefined || (typeof id === 'string' && form.test(id))) continue;
      sink.path.push('external_references', i);
      faultAt(
        sink,
        'external_id',
        'STIX_FORM',
        section,
        `An identifier of ${source} matches ${form.source}.`,
      );
      sink.path.length -= 2;
    }
  };

const hashesOfVocabulary: RuleCheck = (object, sink) => {
  // 2.5.1: unlike elsewhere, only algorithms of the vocabulary.
  if (!isRecord(object.hashes)) return;
  for (const name of Object.keys(object.hashes)) {
    if (isKnownAlgorithm(name)) continue;
    sink.path.push('hashes');
    faultAt(
      sink,
      name,
      'STIX_NOT_ALLOWED',
      '2.5.1',
      'Hashes of an external reference use hash-algorithm-ov only.',
    );
    sink.path.pop();
  }
};

const indicatorPattern: RuleCheck = (object, sink) => {
  if (object.pattern_type !== 'stix' || typeof object.pattern !== 'string') return;
  const parsed = parsePattern(object.pattern);
  if (parsed.fault === undefined) return;
  const { message, at } = parsed.fault;
  faultAt(sink, 'pattern', 'STIX_PATTERN', parsed.fault.section, `At character ${at}: ${message}`);
};

const relationshipEnds: RuleCheck = (object, sink) => {
  const { source_ref: source, target_ref: target, relationship_type: type } = object;
  if (typeof source !== 'string' || typeof target !== 'string' || typeof type !== 'string') return;
  for (const [name, ref] of [
    ['source_ref', source],
    ['target_ref', target],
  ] as const) {
    // 5.1.2: both ends are domain objects or observables.
    const end = splitIdentifier(ref)?.type;
    if (end !== undefined && NEVER_AN_END.has(end)) {
      faultAt(
        sink,
        name,
        'STIX_REFERENCE',
        '5.1.2',
        `A ${end} cannot be an end of a relationship.`,
      );
    }
  }
  if (source === target)
    warnAt(sink, 'target_ref', 'STIX_RELATIONSHIP', '5.1', 'Both ends are the same object.');
  // 3.7: these two join objects of one type.
  const ends = [splitIdentifier(source)?.type, splitIdentifier(target)?.type];
  if ((type === 'derived-from' || type === 'duplicate-of') && ends[0] !== ends[1]) {
    warnAt(
      sink,
      'relationship_type',
      'STIX_RELATIONSHIP',
      '3.7',
      `${type} joins objects of one type.`,
    );
  }
};

const NEVER_AN_END = new Set([
  'bundle',
  'extension-definition',
  'language-content',
  'marking-definition',
  'relationship',
  'sighting',
]);

export const NAMED_RULES: { readonly [N in NamedRule]: RuleCheck } = {
  'capec-identifier': catalogue('capec', /^CAPEC-\d+$/, '4.1.1'),
  'cve-identifier': catalogue('cve', /^CVE-\d{4}-\d{4,}$/, '4.19.1'),
  'email-multipart': emailMultipart,
  'extension-definition-properties': extensionDefinitionProperties,
  'granular-target': granularTarget,
  'hashes-of-vocabulary': hashesOfVocabulary,
  'indicator-pattern': indicatorPattern,
  'language-contents': languageContents,
  'malware-name': malwareName,
  'marking-definition': checkMarkingDefinition,
  'network-traffic-active': networkTrafficActive,
  'observed-data-objects': observedDataObjects,
  'relationship-ends': relationshipEnds,
};
