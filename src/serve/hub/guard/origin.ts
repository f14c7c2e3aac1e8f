/** Whose an object is: kept sealed, so that whoever reads the database does not read it there. */
import type { KeyObject } from 'node:crypto';
import type { SignedContribution } from '../../../share/sharing/signing/envelope.ts';
import type { Records, RecordsWriter } from '../../store/store.ts';
import type { Secrets } from '../access/secret.ts';
import { openBox, publicSealingKey, type SealedBox, sealingKeyOf, sealTo } from './sealed-box.ts';

/** What an auditor learns of one version. */
export interface Origin {
  readonly member: string;
  /** The id that the member gave the object. */
  readonly object: string;
  /** Key that signed it. */
  readonly key: string;
  /** Name of the signed contribution: SHA-256 of its canonical JSON. */
  readonly contribution: string;
}

/** Setting that names the auditor's public key. Without it the hub holds the key itself. */
export const AUDITOR_KEY = 'auditor-key';

const originId = (id: string, version: string): string => `origin/${id}/${version}`;
const contributionId = (digest: string): string => `contribution/${digest}`;

export interface Seals {
  /** Raw public key, base64url. */
  readonly to: string;
  /** Absent when an auditor outside the hub holds it. */
  readonly key: KeyObject | undefined;
}

export const sealsOf = async (records: Records, secrets: Secrets): Promise<Seals> => {
  const key = sealingKeyOf(Buffer.from(secrets.digest('sealing of origins'), 'base64url'));
  const given = await records.get('setting', AUDITOR_KEY);
  return typeof given === 'string'
    ? { to: given, key: undefined }
    : { to: publicSealingKey(key), key };
};

/** The name of the contribution stands outside: it says nothing, and leads to the other box. */
interface KeptOrigin {
  readonly box: SealedBox;
  readonly contribution: string;
}

export const keepOrigin = (
  records: RecordsWriter,
  { to }: Seals,
  id: string,
  version: string,
  origin: Origin,
): Promise<void> => {
  const name = originId(id, version);
  const kept: KeptOrigin = { box: sealTo(to, name, origin), contribution: origin.contribution };
  return records.put('sealed', name, { ...kept });
};

export const keepContribution = (
  records: RecordsWriter,
  { to }: Seals,
  digest: string,
  signed: SignedContribution,
): Promise<void> => {
  const name = contributionId(digest);
  return records.put('sealed', name, { ...sealTo(to, name, signed) });
};

/** A box with what it was sealed for: both are needed to open it. */
export interface NamedBox {
  readonly name: string;
  readonly box: SealedBox;
}

export interface OpenedOrigin {
  readonly version: string;
  readonly origin?: unknown;
  readonly contribution?: unknown;
  /** Instead, when the key is not the hub's: for whoever holds it. */
  readonly sealed?: { readonly origin: NamedBox; readonly contribution: NamedBox | undefined };
}

/** The origin of every version of an object, oldest first. */
export const originsOf = async (
  records: Records,
  { key }: Seals,
  id: string,
): Promise<readonly OpenedOrigin[]> => {
  const opened: OpenedOrigin[] = [];
  for (const { id: name, value } of await records.list('sealed', `origin/${id}/`)) {
    const version = name.slice(`origin/${id}/`.length);
    // What this kind holds was written by `keepOrigin` and `keepContribution`.
    const { box, contribution } = value as unknown as KeptOrigin;
    const kept = contributionId(contribution);
    const signed = (await records.get('sealed', kept)) as unknown as SealedBox | undefined;
    const origin = key === undefined ? undefined : openBox(key, name, box);
    if (key !== undefined && origin !== undefined)
      opened.push({ version, origin, contribution: signed && openBox(key, kept, signed) });
    else
      opened.push({
        version,
        sealed: {
          origin: { name, box },
          contribution: signed && { name: kept, box: signed },
        },
      });
  }
  return opened;
};
