/**
 * The way in: a JSON value becomes a typed STIX object, or a list of everything that is wrong with it.
 * Input is hostile. Every check is linear in the size of its value, and faults, depth and number of
 * values are bounded. Nothing here throws.
 */
import { isRecord, wrongKind } from './check/check.ts';
import { compileKind } from './check/compile.ts';
import { extensionTypesOf } from './check/extensions.ts';
import { checkGranularMarkings } from './check/markings.ts';
import { tableCheck } from './check/object.ts';
import {
  BOUNDS,
  type Bounds,
  createSink,
  fault,
  faultAt,
  type Sink,
  warnAt,
} from './check/sink.ts';
import { type Diagnostic, quote } from './diagnostic.ts';
import { isTypeName, splitIdentifier } from './identifier.ts';
import { CUSTOM_OBJECT } from './schema/custom.ts';
import type { Table } from './schema/kind.ts';
import { type Bundle, type StixObject, TABLES } from './types.ts';
import { sameContent, versionOf } from './version.ts';

export interface ParseOptions {
  /** Properties and types that STIX 2.1 does not define: `allow` (with a warning) or `refuse`. */
  readonly custom?: 'allow' | 'refuse';
  readonly bounds?: Partial<Bounds>;
}

/** Exactly one of `object` and `diagnostics` is there. Warnings are about SHOULD, faults about MUST. */
export type Parsed<T> =
  | {
      readonly object: T;
      readonly warnings: readonly Diagnostic[];
      readonly diagnostics?: undefined;
    }
  | {
      readonly diagnostics: readonly Diagnostic[];
      readonly warnings: readonly Diagnostic[];
      readonly object?: undefined;
    };

const CHECKS = new Map(
  Object.entries(TABLES as { readonly [type: string]: Table }).map(([type, table]) => [
    type,
    tableCheck(table, compileKind),
  ]),
);
const checkCustom = tableCheck(CUSTOM_OBJECT, compileKind);

const checkObject = (value: unknown, sink: Sink, options: ParseOptions): void => {
  if (!isRecord(value)) {
    fault(sink, 'STIX_NOT_AN_OBJECT', '3', 'A STIX object is a JSON object.');
    return;
  }
  const type = value.type;
  if (typeof type !== 'string') {
    sink.path.push('type');
    if (type === undefined) fault(sink, 'STIX_PROPERTY_MISSING', '3.2', 'type is required.');
    else wrongKind(sink, '3.2', 'a string', type);
    sink.path.pop();
    return;
  }
  const extended = extensionTypesOf(value);
  const check = CHECKS.get(type);
  // 7.3: a toplevel-property-extension is what allows further properties at the top.
  const unknown = extended.has('toplevel-property-extension')
    ? 'allow'
    : options.custom === 'refuse'
      ? 'refuse'
      : 'warn';
  if (check !== undefined) check(value, sink, unknown);
  else checkUnknownType(value, type, extended, sink, options);
  if (value.granular_markings !== undefined) checkGranularMarkings(value, sink);
};

const NEW_OBJECT = ['new-sdo', 'new-sco', 'new-sro'] as const;

const checkUnknownType = (
  value: { readonly [key: string]: unknown },
  type: string,
  extended: ReadonlySet<string>,
  sink: Sink,
  options: ParseOptions,
): void => {
  if (!isTypeName(type)) {
    faultAt(
      sink,
      'type',
      'STIX_TYPE_MALFORMED',
      '3.1',
      `${quote(type)} is not 3 to 250 of a-z, 0-9 and single hyphens.`,
    );
    return;
  }
  if (type === 'bundle') {
    faultAt(
      sink,
      'type',
      'STIX_TYPE_UNKNOWN',
      '8',
      'A bundle is not an object; it only carries them.',
    );
    return;
  }
  const declared = NEW_OBJECT.some((kind) => extended.has(kind));
  if (!declared && options.custom === 'refuse') {
    faultAt(
      sink,
      'type',
      'STIX_TYPE_UNKNOWN',
      '11.2',
      `${quote(type)} is not a type of STIX 2.1, and no extension declares it.`,
    );
    return;
  }
  if (!declared) {
    warnAt(
      sink,
      'type',
      'STIX_TYPE_UNKNOWN',
      '11.2',
      `${quote(type)} is a custom type; an extension is preferred.`,
    );
  }
  checkCustom(value, sink, 'allow');
  const id = value.id;
  const parts = typeof id === 'string' ? splitIdentifier(id) : undefined;
  if (parts !== undefined && parts.type !== type) {
    faultAt(
      sink,
      'id',
      'STIX_REFERENCE',
      '2.9',
      `The identifier of a ${type} begins with "${type}--".`,
    );
  }
  // 3.2: only observables do without spec_version, created and modified.
  if (extended.has('new-sdo') || extended.has('new-sro')) {
    for (const name of ['spec_version', 'created', 'modified']) {
      if (!Object.hasOwn(value, name)) {
        faultAt(sink, name, 'STIX_PROPERTY_MISSING', '3.2', `${name} is required.`);
      }
    }
  }
};

const finish = <T>(value: unknown, sink: Sink): Parsed<T> =>
  sink.faults.length > 0
    ? { diagnostics: sink.faults, warnings: sink.warnings }
    : { object: value as T, warnings: sink.warnings };

/** Parses one object. The object returned is the value given, now known to keep to its table. */
export const parseObject = (value: unknown, options: ParseOptions = {}): Parsed<StixObject> => {
  const sink = createSink({ ...BOUNDS, ...options.bounds });
  checkObject(value, sink, options);
  return finish(value, sink);
};

/** Parses a bundle (section 8) and every object in it; `maxValues` holds for each object alone. */
export const parseBundle = (value: unknown, options: ParseOptions = {}): Parsed<Bundle> => {
  const sink = createSink({ ...BOUNDS, ...options.bounds });
  if (!isRecord(value)) {
    fault(sink, 'STIX_NOT_AN_OBJECT', '8', 'A bundle is a JSON object.');
    return finish(value, sink);
  }
  checkBundleFrame(value, sink);
  const objects = value.objects;
  if (Array.isArray(objects)) {
    for (let i = 0; i < objects.length && !sink.full; i += 1) {
      sink.valuesLeft = sink.bounds.maxValues;
      sink.path.push('objects', i);
      checkObject(objects[i], sink, options);
      sink.path.length = 0;
    }
    if (sink.faults.length === 0) checkTwice(objects as readonly StixObject[], sink);
  }
  return finish(value, sink);
};

/** 3.6: every representation of one version is the same. */
const checkTwice = (objects: readonly StixObject[], sink: Sink): void => {
  const seen = new Map<string, StixObject>();
  for (const [i, object] of objects.entries()) {
    const version = `${object.id} ${versionOf(object) ?? ''}`;
    const before = seen.get(version);
    if (before === undefined) seen.set(version, object);
    else if (!sameContent(before, object)) {
      sink.path.push('objects');
      faultAt(
        sink,
        i,
        'STIX_DUPLICATE',
        '3.6',
        `This version of ${object.id} is here twice, and differs.`,
      );
      sink.path.pop();
    }
  }
};

const checkBundleFrame = (value: { readonly [key: string]: unknown }, sink: Sink): void => {
  if (value.type !== 'bundle') {
    faultAt(sink, 'type', 'STIX_NOT_ALLOWED', '8', 'The type of a bundle is "bundle".');
  }
  const id = value.id;
  if (typeof id !== 'string' || splitIdentifier(id)?.type !== 'bundle') {
    faultAt(
      sink,
      'id',
      'STIX_IDENTIFIER',
      '8',
      'The identifier of a bundle is "bundle--" and a UUID.',
    );
  }
  const objects = value.objects;
  if (objects !== undefined && !Array.isArray(objects)) {
    faultAt(sink, 'objects', 'STIX_KIND', '8', 'objects is a list.');
  } else if (Array.isArray(objects) && objects.length === 0) {
    faultAt(sink, 'objects', 'STIX_EMPTY', '2.12', 'The list is empty.');
  }
  for (const name of Object.keys(value)) {
    if (name === 'type' || name === 'id' || name === 'objects') continue;
    // 8: a bundle is a container without meaning of its own. Readers of 2.0 wrote spec_version.
    faultAt(
      sink,
      name,
      'STIX_PROPERTY_UNKNOWN',
      '8',
      `${quote(name)} is not a property of a bundle.`,
    );
  }
};
