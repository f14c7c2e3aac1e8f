/** Which checkpoints are believed: signed by this log, and seen by enough of these witnesses. */
import { StillwatchError } from '../../base/errors.ts';
import { type Checkpoint, parseCheckpoint } from './checkpoint.ts';
import { cosignatureOf, type Witnessed } from './cosignature.ts';
import { parseNote, signaturesOf } from './note.ts';
import type { VerifierKey } from './verifier-key.ts';

export interface TrustPolicy {
  /** Keys of the log, all of one name: more than one while a key is being replaced. */
  readonly log: readonly VerifierKey[];
  readonly witnesses: readonly VerifierKey[];
  /** How many of the witnesses must have cosigned: 0 to their number. */
  readonly quorum: number;
}

/**
 * @throws StillwatchError `LEDGER_KEY_UNUSABLE` when a witness is named twice (one key may not count as
 *   two, whatever its names), or the quorum cannot be reached.
 */
export const trustPolicy = (policy: TrustPolicy): TrustPolicy => {
  const keys = policy.witnesses.map(({ publicKey }) => Buffer.from(publicKey).toString('hex'));
  if (new Set(keys).size !== keys.length)
    throw new StillwatchError(
      'LEDGER_KEY_UNUSABLE',
      'Two of the witnesses have the same key',
      'Name each witness once.',
    );
  if (!Number.isInteger(policy.quorum) || policy.quorum < 0 || policy.quorum > keys.length)
    throw new StillwatchError(
      'LEDGER_KEY_UNUSABLE',
      `${policy.quorum} of ${keys.length} witnesses cannot be asked for`,
      'Ask for at most as many cosignatures as there are witnesses.',
    );
  return policy;
};

export interface BelievedCheckpoint extends Checkpoint {
  /** The text that was signed. */
  readonly text: string;
  readonly witnessed: readonly Witnessed[];
}

/**
 * Reads a checkpoint and checks it against a policy.
 *
 * @throws StillwatchError `LEDGER_NOTE_MALFORMED`, `LEDGER_SIGNATURE_WRONG`, `LEDGER_UNSIGNED` (no
 *   signature of the log, or the log of another origin), `LEDGER_WITNESSES_MISSING`.
 */
export const believe = (noteText: string, policy: TrustPolicy): BelievedCheckpoint => {
  const note = parseNote(noteText);
  const checkpoint = parseCheckpoint(note.text);
  const signed = policy.log.flatMap((key) =>
    key.name === checkpoint.origin ? signaturesOf(note, key) : [],
  );
  if (signed.length === 0)
    throw new StillwatchError(
      'LEDGER_UNSIGNED',
      `The checkpoint of ${checkpoint.origin} has no signature by ${policy.log.map(({ name, id }) => `${name}+${id}`).join(' or ') || 'any key'}`,
      'Check that the key is the one that this ledger published.',
    );
  const witnessed = policy.witnesses.flatMap((witness) => cosignatureOf(note, witness) ?? []);
  if (witnessed.length < policy.quorum)
    throw new StillwatchError(
      'LEDGER_WITNESSES_MISSING',
      `${witnessed.length} of ${policy.witnesses.length} witnesses have cosigned the checkpoint; ${policy.quorum} are needed`,
      'Wait until the witnesses have seen it and fetch it again; if that never happens, the ledger may show different histories.',
    );
  return { ...checkpoint, text: note.text, witnessed };
};
