/** Witness cosignatures, version 1 (C2SP tlog-cosignature): "as of this time I saw this tree, and no other". */
import type { KeyObject } from 'node:crypto';
import {
  checkSignature,
  rawPublicKey,
  SIGNATURE_BYTES,
  signBytes,
} from '../sharing/signing/ed25519.ts';
import { type NoteSignature, type SignedNote, signaturesOf } from './note.ts';
import { type VerifierKey, verifierKey, WITNESS_KEY } from './verifier-key.ts';

const TIME_BYTES = 8;

/** tlog-cosignature, "Ed25519 signed message": two lines, then the whole body of the checkpoint. */
const message = (text: string, time: bigint): Uint8Array =>
  Buffer.from(`cosignature/v1\ntime ${time}\n${text}`);

/**
 * What a witness adds to a checkpoint after it has checked consistency with what it saw before.
 *
 * @param seconds POSIX time, a whole number.
 */
export const cosign = (
  text: string,
  name: string,
  key: KeyObject,
  seconds: number,
): NoteSignature => {
  const time = Buffer.alloc(TIME_BYTES);
  time.writeBigUInt64BE(BigInt(seconds));
  const signature = signBytes(key, message(text, BigInt(seconds)));
  const { id } = verifierKey(name, WITNESS_KEY, rawPublicKey(key));
  return { name, id, signature: Buffer.concat([time, signature]) };
};

export interface Witnessed {
  readonly name: string;
  /** POSIX seconds of the newest cosignature of this witness. */
  readonly seconds: number;
}

/**
 * Whether, and when, this witness cosigned a checkpoint.
 *
 * @throws StillwatchError `LEDGER_SIGNATURE_WRONG` when a cosignature in its name is not its own.
 */
export const cosignatureOf = (note: SignedNote, witness: VerifierKey): Witnessed | undefined => {
  const timeOf = (bytes: Uint8Array): bigint => Buffer.from(bytes).readBigUInt64BE(0);
  const found = signaturesOf(note, witness, (bytes) => {
    if (bytes.length !== TIME_BYTES + SIGNATURE_BYTES) return false;
    const time = timeOf(bytes);
    // The time must stay exact as a number; the specification's bound is 2⁶³−1.
    if (time > BigInt(Number.MAX_SAFE_INTEGER)) return false;
    return checkSignature(witness.key, message(note.text, time), bytes.subarray(TIME_BYTES));
  });
  if (found.length === 0) return undefined;
  const seconds = Math.max(...found.map(({ signature }) => Number(timeOf(signature))));
  return { name: witness.name, seconds };
};
