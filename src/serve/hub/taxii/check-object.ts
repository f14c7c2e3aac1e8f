/** What any TAXII collection needs to know of an object (STIX 2.0 or 2.1): who it is, and which version. */
import { isTypeName } from '../../../share/stix/identifier.ts';
import type { StixObject } from '../../../share/stix/types.ts';
import { microsOf } from '../../store/version-key.ts';
import type { NewVersion } from '../../store/store.ts';
import { type AudienceLabel, labelOf } from '../access/audience.ts';

export interface CheckedObject {
  readonly version: Omit<NewVersion, 'audience' | 'body' | 'origin'>;
  readonly label: AudienceLabel;
}

type Json = Readonly<Record<string, unknown>>;

// Plain collections hold what others made: any UUID will do, as in the examples of the specifications.
const IDENTIFIER =
  /^([a-z0-9-]{1,250})--[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const MOST_MARKINGS = 100;

const own = (object: Json, name: string): unknown =>
  Object.hasOwn(object, name) ? object[name] : undefined;

const isTexts = (value: unknown): boolean =>
  Array.isArray(value) &&
  value.length <= MOST_MARKINGS &&
  value.every((one) => typeof one === 'string');

const isGranular = (value: unknown): boolean =>
  Array.isArray(value) &&
  value.length <= MOST_MARKINGS &&
  value.every((one) => {
    const ref: unknown =
      typeof one === 'object' && one !== null ? (one as Json).marking_ref : false;
    return ref === undefined || typeof ref === 'string';
  });

/** STIX 2.0 objects have no `spec_version`; those of 2.1 must, but for observables (2.1, section 3.1). */
const specVersionOf = (object: Json): string | undefined => {
  const given = own(object, 'spec_version');
  if (given === undefined) return own(object, 'created') === undefined ? '2.1' : '2.0';
  return typeof given === 'string' && /^2\.[0-9]$/.test(given) ? given : undefined;
};

/** The object's standing, or the sentence that says what is wrong with it. */
export const checkObject = (value: unknown, origin: string): CheckedObject | string => {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return 'It is not an object.';
  const object = value as Json;
  const type = own(object, 'type');
  const id = own(object, 'id');
  if (typeof type !== 'string' || !isTypeName(type)) return 'Its type is not a type of STIX.';
  if (typeof id !== 'string' || IDENTIFIER.exec(id)?.[1] !== type)
    return 'Its id is not TYPE--UUID with its own type.';
  const specVersion = specVersionOf(object);
  if (specVersion === undefined) return 'Its spec_version is not 2.0 or 2.1.';
  for (const name of ['created', 'modified']) {
    const stamp = own(object, name);
    if (stamp !== undefined && (typeof stamp !== 'string' || microsOf(stamp) === undefined))
      return `Its ${name} is not a timestamp in UTC.`;
  }
  const markings = own(object, 'object_marking_refs');
  if (markings !== undefined && !isTexts(markings))
    return 'Its object_marking_refs are not a list of texts.';
  const granular = own(object, 'granular_markings');
  if (granular !== undefined && !isGranular(granular))
    return 'Its granular_markings are not as in STIX.';
  // 5.3.1: modified; of what cannot be modified, created; of what has neither, the time it was added.
  const version = own(object, 'modified') ?? own(object, 'created');
  return {
    version: {
      id,
      type,
      version: version as string | undefined,
      specVersion,
      mediaType: `application/stix+json;version=${specVersion}`,
      revoked: own(object, 'revoked') === true,
    },
    label: labelOf(object as unknown as StixObject, origin),
  };
};
