/** The TypeScript types of STIX 2.1 objects, all derived from the tables in `schema/`. */
import type { EXTERNAL_REFERENCE, GRANULAR_MARKING, KILL_CHAIN_PHASE } from './schema/common.ts';
import { DOMAIN_OBJECTS } from './schema/domain-objects.ts';
import type { ObjectOfTable } from './schema/kind.ts';
import { META_OBJECTS } from './schema/meta-objects.ts';
import { OBSERVABLES } from './schema/observables.ts';
import { RELATIONSHIP_OBJECTS } from './schema/relationship-objects.ts';

/** The table of every object type that STIX 2.1 defines. */
export const TABLES = {
  ...DOMAIN_OBJECTS,
  ...RELATIONSHIP_OBJECTS,
  ...OBSERVABLES,
  ...META_OBJECTS,
} as const;

export type StixType = keyof typeof TABLES;

/** `StixOf<'indicator'>` is an indicator. */
export type StixOf<T extends StixType> = ObjectOfTable<(typeof TABLES)[T]>;

export type AttackPattern = StixOf<'attack-pattern'>;
export type Campaign = StixOf<'campaign'>;
export type CourseOfAction = StixOf<'course-of-action'>;
export type ExtensionDefinition = StixOf<'extension-definition'>;
export type Identity = StixOf<'identity'>;
export type Indicator = StixOf<'indicator'>;
export type IntrusionSet = StixOf<'intrusion-set'>;
export type LanguageContent = StixOf<'language-content'>;
export type MarkingDefinition = StixOf<'marking-definition'>;
export type Note = StixOf<'note'>;
export type ObservedData = StixOf<'observed-data'>;
export type Opinion = StixOf<'opinion'>;
export type Relationship = StixOf<'relationship'>;
export type Sighting = StixOf<'sighting'>;

export type DomainObject = StixOf<keyof typeof DOMAIN_OBJECTS>;
export type RelationshipObject = StixOf<keyof typeof RELATIONSHIP_OBJECTS>;
export type Observable = StixOf<keyof typeof OBSERVABLES>;
export type MetaObject = StixOf<keyof typeof META_OBJECTS>;

/** An object of a type that an extension defines, or an older custom object (11.2). */
export interface CustomObject {
  readonly type: string;
  readonly id: string;
  readonly spec_version?: '2.1';
  readonly created?: string;
  readonly modified?: string;
  readonly created_by_ref?: string;
  readonly revoked?: boolean;
  readonly object_marking_refs?: readonly string[];
  readonly [property: string]: unknown;
}

/** Any object whose type STIX 2.1 defines: a union that `type` discriminates. */
export type KnownObject = { readonly [T in StixType]: StixOf<T> }[StixType];

/** What every parsed object has, whatever its type; narrow with `isType`. */
export type StixObject = KnownObject | CustomObject;

export interface Bundle {
  readonly type: 'bundle';
  readonly id: string;
  readonly objects?: readonly StixObject[];
}

/** Whether a parsed object is of a type, e.g. `isType(object, 'indicator')`. */
export const isType = <T extends StixType>(value: StixObject, type: T): value is StixOf<T> =>
  value.type === type;

export const isKnownType = (type: string): type is StixType => Object.hasOwn(TABLES, type);
export const isObservableType = (type: string): boolean => Object.hasOwn(OBSERVABLES, type);
export const isRelationshipType = (type: string): boolean =>
  Object.hasOwn(RELATIONSHIP_OBJECTS, type);
export const isDomainType = (type: string): boolean => Object.hasOwn(DOMAIN_OBJECTS, type);
export const isMetaType = (type: string): boolean => Object.hasOwn(META_OBJECTS, type);

export type GranularMarking = ObjectOfTable<typeof GRANULAR_MARKING>;
export type ExternalReference = ObjectOfTable<typeof EXTERNAL_REFERENCE>;
export type KillChainPhase = ObjectOfTable<typeof KILL_CHAIN_PHASE>;
