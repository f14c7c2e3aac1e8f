/** What a pattern is matched against: observed data with the observables it refers to (9.1, 4.14). */
import type { StixObject } from '../types.ts';

/** An observable, or an object of the deprecated container, as it was parsed. */
export interface Seen {
  readonly type: string;
  readonly [property: string]: unknown;
}

export interface Observation {
  /** Identifier of the observed data. */
  readonly id: string;
  readonly first: string;
  readonly last: string;
  /** Each observed data stands for this many observations (9.1). */
  readonly count: number;
  /** By identifier (in the deprecated container: by key). Only these may be followed (9.7.4). */
  readonly objects: ReadonlyMap<string, Seen>;
}

const isSeen = (value: unknown): value is Seen =>
  typeof value === 'object' && value !== null && typeof (value as Seen).type === 'string';

/**
 * The observations in a set of parsed objects. Observables that are not there are not found, as 9.7.4
 * prescribes. Objects that are no observed data only serve to be referred to.
 */
export const observationsOf = (objects: Iterable<StixObject>): readonly Observation[] => {
  const byId = new Map<string, Seen>();
  const observed: ObservedLike[] = [];
  for (const object of objects) {
    if (object.type === 'observed-data') observed.push(object as unknown as ObservedLike);
    else byId.set(object.id, object as unknown as Seen);
  }
  return observed.map((data) => {
    const found = new Map<string, Seen>();
    for (const ref of data.object_refs ?? []) {
      const object = byId.get(ref);
      if (object !== undefined) found.set(ref, object);
    }
    for (const [key, object] of Object.entries(data.objects ?? {})) {
      if (isSeen(object)) found.set(key, object);
    }
    return {
      id: data.id,
      first: data.first_observed,
      last: data.last_observed,
      count: data.number_observed,
      objects: found,
    };
  });
};

interface ObservedLike {
  readonly id: string;
  readonly first_observed: string;
  readonly last_observed: string;
  readonly number_observed: number;
  readonly object_refs?: readonly string[];
  readonly objects?: { readonly [key: string]: unknown };
}
