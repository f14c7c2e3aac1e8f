/** Under which names the hub publishes: its own identity, and an id for each object of each member. */
import type { Identity } from '../../../share/stix/types.ts';
import { typeOfIdentifier } from '../../../share/stix/identifier.ts';
import type { Secrets } from '../access/secret.ts';

/** A keyed digest as a UUID: version 4 (STIX 2.1, 2.9), because without the key it is random. */
const uuidOf = (digest: string): string => {
  const bytes = Buffer.from(digest, 'base64url').subarray(0, 16);
  bytes[6] = (bytes[6]! & 0x0f) | 0x40;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
};

/**
 * The id under which an object of a member is published. The same for all its versions, so the member
 * updates and retracts by its own id; another member's object can never be named, because every name
 * that a member uses is a name of its own. Without the hub's secret nobody can tell whose it is.
 */
export const publishedId = (secrets: Secrets, member: string, id: string): string =>
  `${typeOfIdentifier(id)}--${uuidOf(secrets.digest(`published ${member} ${id}`))}`;

const SINCE = '2026-11-01T00:00:00.000Z';

/** Who publishes: the hub, under the name of its ledger. */
export const hubIdentityOf = (secrets: Secrets, origin: string): Identity => ({
  type: 'identity',
  spec_version: '2.1',
  id: `identity--${uuidOf(secrets.digest('identity of the hub'))}`,
  created: SINCE,
  modified: SINCE,
  name: origin,
  identity_class: 'system',
});
