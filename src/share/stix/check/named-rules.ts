/** Rules that need their own code, one function each (`NamedRule` in `../schema/kind.ts`). */
import type { NamedRule } from '../schema/kind.ts';
import { FORMS } from './forms.ts';
import { isRecord } from './check.ts';
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

export const NAMED_RULES: { readonly [N in NamedRule]: RuleCheck } = {
  'email-multipart': emailMultipart,
  'extension-definition-properties': extensionDefinitionProperties,
  'granular-target': granularTarget,
  'indicator-pattern': () => {},
  'language-contents': languageContents,
  'malware-name': malwareName,
  'marking-definition': () => {},
  'network-traffic-active': networkTrafficActive,
  'object-path-of-external-reference': () => {},
  'observed-data-objects': observedDataObjects,
  'registry-value': () => {},
  'relationship-ends': () => {},
};
