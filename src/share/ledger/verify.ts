/** Checking a ledger offline, from a bundle or from a copy of its files, without believing who gave them. */
import { StillwatchError } from '../../base/errors.ts';
import type { BundledEntry, LedgerBundle } from './bundle.ts';
import { leafHash, sameBytes } from './merkle.ts';
import { parseNote } from './note.ts';
import { verifyConsistency, verifyInclusion } from './proof.ts';
import { type CommittedField, commitment, decodeRecord, type LedgerEvent } from './record.ts';
import { type BelievedCheckpoint, believe, type TrustPolicy } from './trust.ts';
import { LOG_KEY, parseVerifierKey, type VerifierKey, WITNESS_KEY } from './verifier-key.ts';

export interface VerifiedEntry {
  readonly index: number;
  readonly event: LedgerEvent;
  /** Digests of the entry whose meaning the bundle showed. */
  readonly opened: readonly CommittedField[];
}

export interface Verified {
  readonly checkpoint: BelievedCheckpoint;
  readonly entries: readonly VerifiedEntry[];
  /** Size of the older tree that is shown to be a beginning of this one. */
  readonly since: number | undefined;
}

export interface BundleTrust extends TrustPolicy {
  /** A checkpoint that the reader kept from before: the strongest check against a second history. */
  readonly kept?: string | undefined;
}

const fail = (
  code:
    | 'LEDGER_NOT_INCLUDED'
    | 'LEDGER_OPENING_WRONG'
    | 'LEDGER_INCONSISTENT'
    | 'LEDGER_FORKED'
    | 'LEDGER_NOT_LINKED'
    | 'LEDGER_SIGNER_UNNAMED',
  message: string,
  remedy: string,
): StillwatchError => new StillwatchError(code, message, remedy);

const KEEP_BOTH =
  'Keep both checkpoints: together they prove that the ledger showed two histories. Tell the other members.';

/** Two checkpoints of one size must be of one tree. @throws StillwatchError `LEDGER_FORKED`. */
export const mustAgree = (a: BelievedCheckpoint, b: BelievedCheckpoint): void => {
  if (a.size === b.size && !sameBytes(a.root, b.root))
    throw fail('LEDGER_FORKED', `Two signed trees of ${a.size} entries differ`, KEEP_BOTH);
};

const verifyEntry = (
  { index, entry, proof, openings }: BundledEntry,
  { size, root }: BelievedCheckpoint,
): VerifiedEntry => {
  if (!verifyInclusion(leafHash(entry), index, size, proof, root))
    throw fail(
      'LEDGER_NOT_INCLUDED',
      `Entry ${index} is not in the signed tree of ${size} entries`,
      'Ask the hub for a new bundle; if the proof still fails, the event was never logged as claimed.',
    );
  const event = decodeRecord(entry);
  const digests = event as unknown as Readonly<Record<string, unknown>>;
  for (const { field, salt, value } of openings)
    if (digests[field] !== commitment(field, salt, value))
      throw fail(
        'LEDGER_OPENING_WRONG',
        `Entry ${index} does not speak of the ${field} that the bundle shows`,
        'Ask for the entry of this very object; the one given belongs to something else.',
      );
  return { index, event, opened: openings.map(({ field }) => field) };
};

/** Intentional divergence from signed-note: in a bundle unknown signatures are refused, not ignored. */
const mustBeNamed = (note: string, keys: readonly VerifierKey[]): void => {
  for (const { name, id } of parseNote(note).signatures)
    if (!keys.some((key) => key.name === name && key.id === id))
      throw fail(
        'LEDGER_SIGNER_UNNAMED',
        `The bundle holds a signature by ${name}+${id} and not the key to check it`,
        'Get the bundle again, unchanged, from the hub.',
      );
};

const verifyOlder = (
  bundle: LedgerBundle,
  now: BelievedCheckpoint,
  policy: TrustPolicy,
): BelievedCheckpoint | undefined => {
  if (bundle.older === undefined) return undefined;
  const older = believe(bundle.older.checkpoint, policy);
  mustAgree(older, now);
  if (!verifyConsistency(older.size, now.size, bundle.older.proof, older.root, now.root))
    throw fail(
      'LEDGER_INCONSISTENT',
      `The tree of ${older.size} entries is not shown to be a beginning of the tree of ${now.size}`,
      `Ask the hub for a new proof between the two; if there is none, history was rewritten. ${KEEP_BOTH}`,
    );
  return older;
};

/**
 * Checks everything that a bundle claims.
 *
 * @param trust keys that the reader holds. With an empty `log` the keys of the bundle itself are used:
 *   then only its consistency is shown, not who made it.
 * @throws StillwatchError with the code of the first thing that does not hold: those of {@link believe},
 *   `LEDGER_KEY_UNUSABLE`, `LEDGER_SIGNER_UNNAMED`, `LEDGER_RECORD_INVALID`, `LEDGER_NOT_INCLUDED`,
 *   `LEDGER_OPENING_WRONG`, `LEDGER_INCONSISTENT`, `LEDGER_FORKED`, `LEDGER_NOT_LINKED`.
 */
export const verifyBundle = (bundle: LedgerBundle, trust: BundleTrust): Verified => {
  const own: TrustPolicy = {
    log: bundle.logKeys.map((key) => parseVerifierKey(key, LOG_KEY)),
    witnesses: bundle.witnessKeys.map((key) => parseVerifierKey(key, WITNESS_KEY)),
    quorum: 0,
  };
  const named = [...own.log, ...own.witnesses];
  // Every signature in the bundle is checked, also those that the reader did not ask for.
  for (const note of [bundle.checkpoint, ...(bundle.older ? [bundle.older.checkpoint] : [])]) {
    mustBeNamed(note, named);
    believe(note, own);
  }
  const policy: TrustPolicy = trust.log.length > 0 ? trust : { ...trust, log: own.log };
  const withoutQuorum = { ...policy, quorum: 0 };
  const checkpoint = believe(bundle.checkpoint, policy);
  const entries = bundle.entries.map((entry) => verifyEntry(entry, checkpoint));
  const older = verifyOlder(bundle, checkpoint, withoutQuorum);
  if (trust.kept !== undefined) {
    const kept = believe(trust.kept, withoutQuorum);
    mustAgree(kept, checkpoint);
    if (older !== undefined) mustAgree(kept, older);
    if (kept.size !== checkpoint.size && kept.size !== older?.size)
      throw fail(
        'LEDGER_NOT_LINKED',
        `The bundle does not lead from the ${kept.size} entries of the checkpoint you kept to its own ${checkpoint.size}`,
        `Ask the hub for a bundle since size ${kept.size}.`,
      );
  }
  return { checkpoint, entries, since: older?.size };
};
