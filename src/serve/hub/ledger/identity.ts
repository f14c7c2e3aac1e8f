/** Who signs the ledger: made on the first opening, kept with the data, the same for every process on it. */
import { hash, hkdfSync, type KeyObject, randomBytes, randomUUID } from 'node:crypto';
import { StillwatchError } from '../../../base/errors.ts';
import type { CommittedField } from '../../../share/ledger/record.ts';
import {
  isKeyName,
  LOG_KEY,
  type VerifierKey,
  verifierKey,
} from '../../../share/ledger/verifier-key.ts';
import { privateKeyOf, rawPublicKey } from '../../../share/sharing/signing/ed25519.ts';
import type { Store } from '../../store/store.ts';

const KEY = 'ledger-key';
const ORIGIN = 'ledger-origin';

export interface LedgerIdentity {
  /** Name of the log and of the hub in signed contributions. */
  readonly origin: string;
  readonly key: KeyObject;
  readonly verifier: VerifierKey;
  /**
   * The salt of one digest, derived: whoever is given it opens that digest and no other, and a million
   * entries need no million stored salts.
   */
  readonly salt: (index: number, field: CommittedField) => Uint8Array;
}

/** The origin as it may be: the name of a key (C2SP signed-note), which has no space and no plus sign. */
const mustBeOrigin = (origin: string): string => {
  if (isKeyName(origin) && origin.length <= 200) return origin;
  throw new StillwatchError(
    'LEDGER_KEY_UNUSABLE',
    'The origin of the ledger has a space or a plus sign, or is too long',
    'Name it like a URL without scheme: hub.example/ledger.',
  );
};

/**
 * @param origin wanted for a ledger that does not exist yet; an existing one keeps its own.
 * @throws StillwatchError `LEDGER_KEY_UNUSABLE`.
 */
export const ledgerIdentity = async (store: Store, origin?: string): Promise<LedgerIdentity> => {
  const read = async (records: Store['records']) => ({
    seed: await records.get('setting', KEY),
    name: await records.get('setting', ORIGIN),
  });
  let { seed, name } = await read(store.records);
  if (seed === undefined || name === undefined)
    ({ seed, name } = await store.write(async ({ records }) => {
      const wanted = mustBeOrigin(origin ?? `hub-${randomUUID()}.invalid/ledger`);
      await records.putNew('setting', KEY, randomBytes(32).toString('base64url'));
      await records.putNew('setting', ORIGIN, wanted);
      return read(records);
    }));
  const bytes = Buffer.from(String(seed), 'base64url');
  const key = privateKeyOf(bytes);
  const salts = Buffer.from(hkdfSync('sha256', bytes, '', 'stillwatch ledger salts', 32));
  return {
    origin: String(name),
    key,
    verifier: verifierKey(String(name), LOG_KEY, rawPublicKey(key)),
    // FIPS 180-4, 5.3.6: the truncated SHA-512 cannot be extended, so the key in front is enough; an HMAC
    // takes ten times as long, for each of many thousand entries a second.
    salt: (index, field) =>
      hash('sha512-256', Buffer.concat([salts, Buffer.from(`${index} ${field}`)]), 'buffer'),
  };
};
