/**
 * One file with which anybody can check entries of the ledger offline: the signed checkpoint, the entries
 * with their inclusion proofs, and, when asked for, the proof that an older checkpoint is its beginning.
 */
import { formatNote, parseNote } from './note.ts';
import { headOf, type LedgerReader } from './reader.ts';
import type { CommittedField } from './record.ts';
import { formatVerifierKey, type VerifierKey } from './verifier-key.ts';

/** Shows what a salted digest of an entry stands for. */
export interface Opening {
  readonly field: CommittedField;
  readonly salt: Uint8Array;
  readonly value: unknown;
}

export interface BundledEntry {
  readonly index: number;
  readonly entry: Uint8Array;
  readonly proof: readonly Uint8Array[];
  readonly openings: readonly Opening[];
}

export interface LedgerBundle {
  /** Signed note. */
  readonly checkpoint: string;
  readonly entries: readonly BundledEntry[];
  /** An older signed note of the same log, and the proof that nothing before it was changed. */
  readonly older:
    | { readonly checkpoint: string; readonly proof: readonly Uint8Array[] }
    | undefined;
  /** Verifier keys as the ledger gives them. Trust them only if you got them by another way too. */
  readonly logKeys: readonly string[];
  readonly witnessKeys: readonly string[];
}

export interface BundleRequest {
  readonly entries: readonly { readonly index: number; readonly openings?: readonly Opening[] }[];
  /** A checkpoint that the reader kept. */
  readonly older?: string;
  /** Witnesses whose cosignatures are kept in the bundle. */
  readonly witnesses?: readonly VerifierKey[];
}

/** A bundle holds no signature that its own keys cannot check: nothing in it goes unverified. */
const onlyBy = (text: string, keys: readonly VerifierKey[]): string => {
  const note = parseNote(text);
  const signatures = note.signatures.filter(({ name, id }) =>
    keys.some((key) => key.name === name && key.id === id),
  );
  return formatNote({ text: note.text, signatures });
};

/** @throws RangeError for an index outside of the ledger, and the codes of reading checkpoints. */
export const makeBundle = async (
  ledger: LedgerReader,
  logKeys: readonly VerifierKey[],
  request: BundleRequest,
): Promise<LedgerBundle> => {
  const witnesses = request.witnesses ?? [];
  const checkpoint = onlyBy(await ledger.checkpoint(), [...logKeys, ...witnesses]);
  const { size } = headOf(checkpoint);
  const entries = await Promise.all(
    request.entries.map(async ({ index, openings = [] }) => ({
      index,
      entry: await ledger.entry(index),
      proof: await ledger.proveInclusion(index, size),
      openings,
    })),
  );
  const older = request.older && onlyBy(request.older, [...logKeys, ...witnesses]);
  return {
    checkpoint,
    entries,
    older:
      older === undefined
        ? undefined
        : { checkpoint: older, proof: await ledger.proveConsistency(headOf(older).size, size) },
    logKeys: logKeys.map(formatVerifierKey),
    witnessKeys: witnesses.map(formatVerifierKey),
  };
};
