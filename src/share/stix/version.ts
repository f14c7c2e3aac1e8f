/** Versions of objects (STIX 2.1, section 3.6). */
import { canonicalJson } from '../../base/canonical-json.ts';
import { compareTimestamps } from './timestamp.ts';
import type { StixObject } from './types.ts';

/** What identifies a version: the identifier, and `modified` (or `created`) where there is one. */
export const versionOf = (object: StixObject): string | undefined => {
  const { modified, created } = object as { readonly modified?: string; readonly created?: string };
  return modified ?? created;
};

/** Negative, zero or positive, as `a` is an older, the same or a newer version than `b`. */
export const compareVersions = (a: StixObject, b: StixObject): number => {
  const at = versionOf(a);
  const bt = versionOf(b);
  // Observables and others without versions have only one.
  return at === undefined || bt === undefined ? 0 : compareTimestamps(at, bt);
};

/** The newest version (3.6: the latest `modified` is the state of the object). */
export const latestVersion = <T extends StixObject>(versions: readonly T[]): T | undefined => {
  let latest: T | undefined;
  for (const one of versions) {
    if (latest === undefined || compareVersions(one, latest) > 0) latest = one;
  }
  return latest;
};

/** Whether two representations are the same; a default may be written or left out (3.6). */
export const sameContent = (a: StixObject, b: StixObject): boolean =>
  canonicalJson(withoutDefaults(a)) === canonicalJson(withoutDefaults(b));

const withoutDefaults = (object: StixObject): unknown => {
  const { revoked, defanged, ...rest } = object as { readonly [name: string]: unknown };
  return {
    ...rest,
    ...(revoked === true ? { revoked } : {}),
    ...(defanged === true ? { defanged } : {}),
  };
};

export type Succession =
  | 'new-object'
  | 'new-version'
  | 'revocation'
  | 'duplicate'
  | 'older-version'
  | 'conflict'
  | 'after-revocation'
  | 'other-creator'
  | 'changed-created'
  | 'not-versioned';

/**
 * What an arriving object is to the latest one with its identifier. The first five may be kept; the
 * others break a MUST of 3.6 and say which.
 */
export const succession = (latest: StixObject | undefined, arriving: StixObject): Succession => {
  if (latest === undefined) return 'new-object';
  const before = latest as Versioned;
  const after = arriving as Versioned;
  if (before.modified === undefined || after.modified === undefined) {
    return sameContent(latest, arriving) ? 'duplicate' : 'not-versioned';
  }
  // 3.6: only the creator makes versions; and 3.2: created never changes.
  if (before.created_by_ref !== after.created_by_ref) return 'other-creator';
  if (compareTimestamps(before.created ?? '', after.created ?? '') !== 0) return 'changed-created';
  const order = compareTimestamps(after.modified, before.modified);
  if (order === 0) return sameContent(latest, arriving) ? 'duplicate' : 'conflict';
  if (order < 0) return 'older-version';
  // 3.6: revocation is permanent.
  if (before.revoked === true) return 'after-revocation';
  return after.revoked === true ? 'revocation' : 'new-version';
};

interface Versioned {
  readonly created?: string;
  readonly modified?: string;
  readonly created_by_ref?: string;
  readonly revoked?: boolean;
}

/** A new version with some properties changed. `modified` must be later than that of the old one. */
export const newVersion = <T extends StixObject>(
  object: T,
  changes: Partial<T>,
  modified: string,
): T => ({ ...object, ...changes, modified });

/** The version that revokes an object. */
export const revoke = <T extends StixObject>(object: T, modified: string): T => ({
  ...object,
  revoked: true,
  modified,
});
