/** What any object has whose type STIX 2.1 does not define (7.3 and 11.2). */
import { EXTERNAL_REFERENCE, extensions, GRANULAR_MARKING, stamp, VERSIONED } from './common.ts';
import {
  boolean,
  integer,
  list,
  literal,
  object,
  optional,
  ref,
  required,
  string,
  stringOf,
  table,
} from './kind.ts';

export const CUSTOM_OBJECT = table(
  '11.2',
  {
    type: required(string),
    id: required(ref()),
    spec_version: optional(literal('2.1')),
    created_by_ref: optional(ref('identity')),
    created: optional(stamp),
    modified: optional(stamp),
    revoked: optional(boolean),
    labels: optional(list(string)),
    confidence: optional(integer(0, 100)),
    lang: optional(stringOf('language')),
    external_references: optional(list(object(EXTERNAL_REFERENCE))),
    object_marking_refs: optional(list(ref('marking-definition'))),
    granular_markings: optional(list(object(GRANULAR_MARKING))),
    extensions: optional(extensions()),
    defanged: optional(boolean),
  },
  VERSIONED,
);
