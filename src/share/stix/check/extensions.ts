/** The `extensions` property (STIX 2.1, section 7.3; predefined extensions in section 6). */
import { quote } from '../diagnostic.ts';
import { splitIdentifier } from '../identifier.ts';
import type { KindData, Table } from '../schema/kind.ts';
import { EXTENSION_TYPES } from '../schema/vocabularies.ts';
import { type Check, isRecord, wrongKind } from './check.ts';
import { isDictionaryKey } from './collections.ts';
import { checkJson } from './json-value.ts';
import { tableCheck } from './object.ts';
import { admit, fault, type Sink, warn } from './sink.ts';

const TYPES = new Set<string>(EXTENSION_TYPES);

/** An extension whose key is the identifier of an extension definition (7.3). */
const checkDefined = (value: unknown, sink: Sink): void => {
  if (!isRecord(value)) {
    wrongKind(sink, '7.3', 'an object', value);
    return;
  }
  const type = value.extension_type;
  if (type === undefined) {
    fault(sink, 'STIX_EXTENSION', '7.3', 'extension_type is required.');
  } else if (typeof type !== 'string' || !TYPES.has(type)) {
    fault(sink, 'STIX_EXTENSION', '7.3', `extension_type must be one of ${[...TYPES].join(', ')}.`);
  } else if (type === 'property-extension' && Object.keys(value).length === 1) {
    fault(sink, 'STIX_EXTENSION', '7.3', 'A property-extension holds at least one property.');
  }
  checkJson(value, sink);
};

/** An extension of the older kind, under a plain name (11.3). */
const checkNamed = (key: string, value: unknown, sink: Sink): void => {
  if (!isDictionaryKey(key)) {
    fault(sink, 'STIX_DICTIONARY_KEY', '2.3', `${quote(key)} cannot name an extension.`);
    return;
  }
  if (!isRecord(value)) {
    wrongKind(sink, '11.3', 'an object', value);
    return;
  }
  warn(
    sink,
    'STIX_EXTENSION',
    '11.3',
    `${quote(key)} is not the identifier of an extension definition.`,
  );
  checkJson(value, sink);
};

export const extensionsCheck = (
  known: { readonly [name: string]: Table },
  compileKind: (kind: KindData) => Check,
): Check => {
  const predefined = new Map(
    Object.entries(known).map(([name, table]) => [name, tableCheck(table, compileKind)]),
  );
  return (value, sink) => {
    if (!isRecord(value)) {
      wrongKind(sink, '3.2', 'a dictionary', value);
      return;
    }
    const keys = Object.keys(value);
    if (keys.length === 0) fault(sink, 'STIX_EMPTY', '3.2', 'The dictionary is empty.');
    for (const key of keys) {
      if (sink.full || !admit(sink)) return;
      sink.path.push(key);
      const check = predefined.get(key);
      if (check !== undefined) check(value[key], sink);
      else if (splitIdentifier(key)?.type === 'extension-definition')
        checkDefined(value[key], sink);
      else checkNamed(key, value[key], sink);
      sink.path.pop();
    }
  };
};

/** The kinds of extension an object carries under identifiers of extension definitions. */
export const extensionTypesOf = (object: {
  readonly [key: string]: unknown;
}): ReadonlySet<string> => {
  const found = new Set<string>();
  const extensions = object.extensions;
  if (!isRecord(extensions)) return found;
  for (const [key, value] of Object.entries(extensions)) {
    const type = isRecord(value) ? value.extension_type : undefined;
    if (typeof type === 'string' && splitIdentifier(key)?.type === 'extension-definition') {
      found.add(type);
    }
  }
  return found;
};
