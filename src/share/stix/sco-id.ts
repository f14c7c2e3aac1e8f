/** Identifiers of observables that follow from their content (STIX 2.1, sections 2.9 and 3.4). */
import { createHash, randomUUID } from 'node:crypto';
import { canonicalJson } from '../../base/canonical-json.ts';
import type { OBSERVABLES } from './schema/observables.ts';

/** 2.9: the namespace of all deterministic identifiers of observables. */
export const SCO_NAMESPACE = '00abedb4-aa42-466c-9c01-fed23315a9b7';

/** "ID Contributing Properties", from the table of each observable in section 6. */
export const CONTRIBUTING: { readonly [T in keyof typeof OBSERVABLES]: readonly string[] } = {
  artifact: ['hashes', 'payload_bin'],
  'autonomous-system': ['number'],
  directory: ['path'],
  'domain-name': ['value'],
  'email-addr': ['value'],
  'email-message': ['from_ref', 'subject', 'body'],
  file: ['hashes', 'name', 'parent_directory_ref', 'extensions'],
  'ipv4-addr': ['value'],
  'ipv6-addr': ['value'],
  'mac-addr': ['value'],
  mutex: ['name'],
  'network-traffic': [
    'start',
    'end',
    'src_ref',
    'dst_ref',
    'src_port',
    'dst_port',
    'protocols',
    'extensions',
  ],
  process: [],
  software: ['name', 'cpe', 'swid', 'vendor', 'version'],
  url: ['value'],
  'user-account': ['account_type', 'user_id', 'account_login'],
  'windows-registry-key': ['key', 'values'],
  'x509-certificate': ['hashes', 'serial_number'],
};

/** 6.1, 6.7 and 6.18: of several hashes one contributes, the first of these, else the first by name. */
const PREFERRED_HASHES = ['MD5', 'SHA-1', 'SHA-256', 'SHA-512'];

const oneHash = (hashes: object): object => {
  const names = Object.keys(hashes);
  const chosen = PREFERRED_HASHES.find((name) => names.includes(name)) ?? names.sort()[0];
  return chosen === undefined
    ? {}
    : { [chosen]: (hashes as { readonly [name: string]: unknown })[chosen] };
};

/** RFC 4122, 4.3: SHA-1 over namespace and name, with version 5 and the variant written in. */
export const uuidV5 = (namespace: string, name: string): string => {
  const bytes = createHash('sha1')
    .update(Buffer.from(namespace.replaceAll('-', ''), 'hex'))
    .update(name, 'utf8')
    .digest()
    .subarray(0, 16);
  bytes[6] = (bytes[6]! & 0x0f) | 0x50;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    hex.slice(12, 16),
    hex.slice(16, 20),
    hex.slice(20),
  ].join('-');
};

/** An observable before it has an identifier. */
export interface Unidentified {
  readonly type: keyof typeof OBSERVABLES;
  readonly [property: string]: unknown;
}

/** The deterministic identifier, or undefined when nothing that contributes is present (2.9). */
export const deterministicId = (observable: Unidentified): string | undefined => {
  const contributed: { [name: string]: unknown } = {};
  let any = false;
  for (const name of CONTRIBUTING[observable.type]) {
    const value = observable[name];
    if (value === undefined) continue;
    any = true;
    contributed[name] =
      name === 'hashes' && typeof value === 'object' && value !== null ? oneHash(value) : value;
  }
  if (!any) return undefined;
  return `${observable.type}--${uuidV5(SCO_NAMESPACE, canonicalJson(contributed))}`;
};

/** The identifier a producer gives an observable: deterministic, or of version 4 when it cannot be. */
export const observableId = (observable: Unidentified): string =>
  deterministicId(observable) ?? `${observable.type}--${randomUUID()}`;
