/** STIX meta objects (STIX 2.1, section 7). */
import { domainObject, markingObject, VERSIONED } from './common.ts';
import {
  dictionary,
  json,
  list,
  oneOf,
  optional,
  ref,
  required,
  string,
  table,
  timestamp,
} from './kind.ts';
import { EXTENSION_TYPES } from './vocabularies.ts';

// 3.2: neither language content nor extension definitions have a language of their own, and
// extension definitions have no confidence.
const { lang: _l, ...languageContent } = domainObject('language-content');
const {
  lang: _m,
  confidence: _c,
  extensions: _e,
  ...extensionDefinition
} = domainObject('extension-definition');

export const META_OBJECTS = {
  'language-content': table(
    '7.1',
    {
      ...languageContent,
      object_ref: required(ref()),
      object_modified: optional(timestamp),
      contents: required(dictionary(dictionary(json))),
    },
    [...VERSIONED, { rule: 'named', name: 'language-contents' }],
  ),
  'marking-definition': table(
    '7.2.1',
    {
      ...markingObject('marking-definition'),
      name: optional(string),
      definition_type: optional(string),
      definition: optional(dictionary(json)),
    },
    [{ rule: 'named', name: 'marking-definition' }],
  ),
  'extension-definition': table(
    '7.3',
    {
      ...extensionDefinition,
      // 7.3.1: unlike in other objects, the creator must be named.
      created_by_ref: required(ref('identity')),
      name: required(string),
      description: optional(string),
      schema: required(string),
      version: required(string),
      extension_types: required(list(oneOf(EXTENSION_TYPES))),
      extension_properties: optional(list(string)),
    },
    [...VERSIONED, { rule: 'named', name: 'extension-definition-properties' }],
  ),
} as const;
