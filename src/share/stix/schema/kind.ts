/**
 * The language in which the tables of STIX objects are written. A table is plain data; the checks
 * are generated from it (`../check/`), and so are the TypeScript types (`TypeOf`, `ObjectOf`). No type
 * is written a second time by hand.
 */
import type { VocabularyName } from './vocabularies.ts';

/** What a property holds, as data. Sections are those of STIX 2.1 (Errata 01, 2 April 2025). */
export type KindData =
  | { readonly kind: 'boolean' } // 2.2
  | { readonly kind: 'integer'; readonly min?: number; readonly max?: number } // 2.10
  | { readonly kind: 'float'; readonly min?: number; readonly max?: number } // 2.6
  | { readonly kind: 'string'; readonly form?: StringForm; readonly equals?: string } // 2.15
  | { readonly kind: 'timestamp'; readonly milliseconds?: boolean } // 2.16
  | { readonly kind: 'binary' } // 2.1
  | { readonly kind: 'hex' } // 2.8
  | { readonly kind: 'hashes' } // 2.7
  | { readonly kind: 'dictionary'; readonly of?: KindData } // 2.3
  | { readonly kind: 'enum'; readonly values: readonly string[] } // 2.4
  | { readonly kind: 'vocabulary'; readonly name: VocabularyName } // 2.14
  | { readonly kind: 'identifier'; readonly to?: readonly string[] } // 2.9
  | { readonly kind: 'list'; readonly of: KindData } // 2.12
  | { readonly kind: 'object'; readonly table: Table }
  | { readonly kind: 'extensions'; readonly known: { readonly [name: string]: Table } } // 7.3
  | { readonly kind: 'json' };

/** Forms a string must have; each is one linear test in `../check/forms.ts`. */
export type StringForm =
  | 'ipv4'
  | 'ipv6'
  | 'mac'
  | 'domain'
  | 'email'
  | 'uri'
  | 'language'
  | 'relationship-type'
  | 'selector';

declare const holds: unique symbol;

/** A kind together with the TypeScript type of what it holds (which exists only for the compiler). */
export type Kind<T> = KindData & { readonly [holds]?: T };

export interface Property<T, R extends boolean> {
  readonly kind: Kind<T>;
  readonly required: R;
}

export interface Properties {
  readonly [name: string]: Property<unknown, boolean>;
}

/** A rule over several properties of one object. */
export type Rule =
  | { readonly rule: 'at-least-one'; readonly of: readonly string[] }
  | { readonly rule: 'at-most-one'; readonly of: readonly string[] }
  | { readonly rule: 'requires'; readonly property: string; readonly needs: readonly string[] }
  | { readonly rule: 'not-before'; readonly later: string; readonly earlier: string }
  | { readonly rule: 'after'; readonly later: string; readonly earlier: string }
  | { readonly rule: 'at-least-one-of-table' }
  | { readonly rule: 'named'; readonly name: NamedRule };

/** Rules that need their own code; `../check/named-rules.ts` has one function for each. */
export type NamedRule =
  | 'capec-identifier'
  | 'cve-identifier'
  | 'email-multipart'
  | 'extension-definition-properties'
  | 'granular-target'
  | 'hashes-of-vocabulary'
  | 'indicator-pattern'
  | 'language-contents'
  | 'malware-name'
  | 'marking-definition'
  | 'network-traffic-active'
  | 'observed-data-objects'
  | 'relationship-ends';

/** One object, or one object inside another. `section` is where the specification defines it. */
export interface Table<P extends Properties = Properties> {
  readonly section: string;
  readonly properties: P;
  readonly rules: readonly Rule[];
}

export type TypeOf<K> = K extends Kind<infer T> ? T : never;

type RequiredNames<P> = {
  [K in keyof P]: P[K] extends { readonly required: true } ? K : never;
}[keyof P];

type HeldBy<Q> = Q extends Property<infer T, boolean> ? T : never;

/** The TypeScript type of an object that keeps to a table of properties. */
export type ObjectOf<P> = {
  readonly [K in RequiredNames<P>]: HeldBy<P[K]>;
} & {
  readonly [K in Exclude<keyof P, RequiredNames<P>>]?: HeldBy<P[K]>;
};

export type ObjectOfTable<T> = T extends Table<infer P> ? ObjectOf<P> : never;

export const table = <const P extends Properties>(
  section: string,
  properties: P,
  rules: readonly Rule[] = [],
): Table<P> => ({ section, properties, rules });

export const required = <T>(kind: Kind<T>): Property<T, true> => ({ kind, required: true });
export const optional = <T>(kind: Kind<T>): Property<T, false> => ({ kind, required: false });

export const boolean: Kind<boolean> = { kind: 'boolean' };
export const string: Kind<string> = { kind: 'string' };
export const timestamp: Kind<string> = { kind: 'timestamp' };
export const binary: Kind<string> = { kind: 'binary' };
export const hex: Kind<string> = { kind: 'hex' };
export const json: Kind<unknown> = { kind: 'json' };
export const hashes: Kind<{ readonly [algorithm: string]: string }> = { kind: 'hashes' };

/** 2.10: an integer is within ±2^53 − 1. */
export const integer = (min?: number, max?: number): Kind<number> => ({
  kind: 'integer',
  ...(min === undefined ? {} : { min }),
  ...(max === undefined ? {} : { max }),
});

export const float = (min?: number, max?: number): Kind<number> => ({
  kind: 'float',
  ...(min === undefined ? {} : { min }),
  ...(max === undefined ? {} : { max }),
});

export const stringOf = (form: StringForm): Kind<string> => ({ kind: 'string', form });

export const literal = <const S extends string>(equals: S): Kind<S> => ({ kind: 'string', equals });

export const oneOf = <const V extends readonly string[]>(values: V): Kind<V[number]> => ({
  kind: 'enum',
  values,
});

export const vocabulary = (name: VocabularyName): Kind<string> => ({ kind: 'vocabulary', name });

/** A reference; `to` names the object types it may point at (none: any). */
export const ref = (...to: readonly string[]): Kind<string> => ({
  kind: 'identifier',
  ...(to.length === 0 ? {} : { to }),
});

export const list = <T>(of: Kind<T>): Kind<readonly T[]> => ({ kind: 'list', of });

export const dictionary = <T = unknown>(of?: Kind<T>): Kind<{ readonly [key: string]: T }> => ({
  kind: 'dictionary',
  ...(of === undefined ? {} : { of }),
});

export const object = <P extends Properties>(of: Table<P>): Kind<ObjectOf<P>> => ({
  kind: 'object',
  table: of,
});
