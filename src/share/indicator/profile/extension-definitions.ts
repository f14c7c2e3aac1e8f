/** The three extension definitions of the profile (STIX 2.1, section 7.3), with fixed identifiers. */
import { uuidV5 } from '../../stix/sco-id.ts';
import type { ExtensionDefinition, Identity } from '../../stix/types.ts';
import { INDICATOR_KINDS, type IndicatorKind } from './words.ts';

/**
 * Namespace of every name-based identifier of the profile. STIX 2.1, 2.9 reserves its own namespace for
 * observables; other objects may use version 5 with another one.
 */
export const PROFILE_NAMESPACE = uuidV5(
  // RFC 9562, 6.6: the namespace of URLs, which RFC 8141 makes fit for URNs too.
  '6ba7b811-9dad-11d1-80b4-00c04fd430c8',
  'urn:stillwatch:distillation-profile',
);

const CREATED = '2026-11-01T00:00:00.000Z';

export const PROFILE_IDENTITY: Identity = {
  type: 'identity',
  spec_version: '2.1',
  id: `identity--${uuidV5(PROFILE_NAMESPACE, 'identity')}`,
  created: CREATED,
  modified: CREATED,
  name: 'Stillwatch',
  identity_class: 'system',
};

export const EXTENSION_IDS = Object.fromEntries(
  INDICATOR_KINDS.map((kind) => [
    kind,
    `extension-definition--${uuidV5(PROFILE_NAMESPACE, `${kind}:1`)}`,
  ]),
) as Readonly<Record<IndicatorKind, string>>;

/** The `$id` of the schema of an extension; the file is docs/reference/KIND.schema.json. */
export const schemaIdOf = (kind: IndicatorKind): string => `urn:stillwatch:indicator:${kind}:1`;

const DESCRIPTIONS: Readonly<Record<IndicatorKind, string>> = {
  'attack-fingerprint':
    'An executable description of a distillation campaign: ranges over measured signals, on two axes.',
  'query-signature':
    'A family of prompts that a distillation campaign sends: a masked template and a salted sketch.',
  'actor-identifier':
    'What the accounts of a distillation campaign have in common: blinded tokens, address blocks, autonomous systems, client fingerprints.',
};

export const EXTENSION_DEFINITIONS: Readonly<Record<IndicatorKind, ExtensionDefinition>> =
  Object.fromEntries(
    INDICATOR_KINDS.map((kind): [IndicatorKind, ExtensionDefinition] => [
      kind,
      {
        type: 'extension-definition',
        spec_version: '2.1',
        id: EXTENSION_IDS[kind],
        created_by_ref: PROFILE_IDENTITY.id,
        created: CREATED,
        modified: CREATED,
        name: `Distillation profile: ${kind}`,
        description: DESCRIPTIONS[kind],
        schema: schemaIdOf(kind),
        version: '1.0.0',
        extension_types: ['property-extension'],
      },
    ]),
  ) as Record<IndicatorKind, ExtensionDefinition>;

export const kindOfExtension = (id: string): IndicatorKind | undefined =>
  INDICATOR_KINDS.find((kind) => EXTENSION_IDS[kind] === id);
