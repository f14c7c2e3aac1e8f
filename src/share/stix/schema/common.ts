/** What all objects share: STIX 2.1, sections 2.5, 2.11, 3.2 and 7.2.3. */
import {
  boolean,
  hashes,
  integer,
  type Kind,
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

export const EXTERNAL_REFERENCE = table(
  '2.5',
  {
    source_name: required(string),
    description: optional(string),
    url: optional(stringOf('uri')),
    hashes: optional(hashes),
    external_id: optional(string),
  },
  [
    // 2.5: beside source_name, at least one of these three.
    { rule: 'at-least-one', of: ['description', 'url', 'external_id'] },
    { rule: 'named', name: 'hashes-of-vocabulary' },
  ],
);

export const KILL_CHAIN_PHASE = table('2.11', {
  kill_chain_name: required(string),
  phase_name: required(string),
});

export const GRANULAR_MARKING = table(
  '7.2.3.1',
  {
    lang: optional(stringOf('language')),
    marking_ref: optional(ref('marking-definition')),
    selectors: required(list(stringOf('selector'))),
  },
  [{ rule: 'named', name: 'granular-target' }],
);

export const killChainPhases = list(object(KILL_CHAIN_PHASE));

/** Anything an extension may hold; what is known about it stands in the table of its object. */
export interface Extensions {
  readonly [key: string]: { readonly extension_type?: string; readonly [name: string]: unknown };
}

export const extensions = (known: { readonly [name: string]: ReturnType<typeof table> } = {}) =>
  ({ kind: 'extensions', known }) as Kind<Extensions>;

const externalReferences = optional(list(object(EXTERNAL_REFERENCE)));
const objectMarkings = optional(list(ref('marking-definition')));
const granularMarkings = optional(list(object(GRANULAR_MARKING)));

/** 3.2: created and modified carry at least three digits of a second. */
export const stamp: Kind<string> = { kind: 'timestamp', milliseconds: true };

/** 3.2: SDOs, SROs, language content and extension definitions. */
export const domainObject = <const N extends string>(type: N) => ({
  type: required(literal(type)),
  spec_version: required(literal('2.1')),
  id: required(ref(type)),
  created_by_ref: optional(ref('identity')),
  created: required(stamp),
  modified: required(stamp),
  revoked: optional(boolean),
  labels: optional(list(string)),
  confidence: optional(integer(0, 100)),
  lang: optional(stringOf('language')),
  external_references: externalReferences,
  object_marking_refs: objectMarkings,
  granular_markings: granularMarkings,
  extensions: optional(extensions()),
});

/** 3.2: SCOs carry no creator and no versions. */
export const observable = <const N extends string>(
  type: N,
  known: Parameters<typeof extensions>[0] = {},
) => ({
  type: required(literal(type)),
  spec_version: optional(literal('2.1')),
  id: required(ref(type)),
  object_marking_refs: objectMarkings,
  granular_markings: granularMarkings,
  defanged: optional(boolean),
  extensions: optional(extensions(known)),
});

/** 3.2: markings are never versioned and have no confidence. */
export const markingObject = <const N extends string>(type: N) => ({
  type: required(literal(type)),
  spec_version: required(literal('2.1')),
  id: required(ref(type)),
  created_by_ref: optional(ref('identity')),
  created: required(stamp),
  external_references: externalReferences,
  object_marking_refs: objectMarkings,
  granular_markings: granularMarkings,
  extensions: optional(extensions()),
});

/** Rules of every object that has versions (3.2: modified is not before created). */
export const VERSIONED = [{ rule: 'not-before', later: 'modified', earlier: 'created' }] as const;
