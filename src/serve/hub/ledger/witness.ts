/**
 * Witnesses: whom the hub knows, and what they have cosigned (C2SP tlog-cosignature). The ledger grows
 * faster than witnesses answer, so the newest checkpoint that was cosigned is kept beside the newest one.
 */
import { StillwatchError } from '../../../base/errors.ts';
import { cosignatureOf } from '../../../share/ledger/cosignature.ts';
import { openLedger } from '../../../share/ledger/ledger.ts';
import { formatNote, parseNote, type SignedNote } from '../../../share/ledger/note.ts';
import { headOf } from '../../../share/ledger/reader.ts';
import { believe } from '../../../share/ledger/trust.ts';
import {
  formatVerifierKey,
  parseVerifierKey,
  type VerifierKey,
  WITNESS_KEY,
} from '../../../share/ledger/verifier-key.ts';
import type { Records, Store } from '../../store/store.ts';
import type { HubLedger } from './record.ts';

const WITNESS = 'ledger-witness/';
const WITNESSED = 'ledger-witnessed';
const MOST_WITNESSES = 16;

export const witnessesOf = async (
  records: Pick<Records, 'list'>,
): Promise<readonly VerifierKey[]> =>
  (await records.list('setting', WITNESS)).map(({ value }) =>
    parseVerifierKey(String(value), WITNESS_KEY),
  );

/** @throws StillwatchError `LEDGER_KEY_UNUSABLE`, `HUB_TAKEN`. */
export const addWitness = (store: Store, text: string): Promise<VerifierKey> => {
  const key = parseVerifierKey(text, WITNESS_KEY);
  return store.write(async ({ records }) => {
    const known = await witnessesOf(records);
    if (
      known.length >= MOST_WITNESSES ||
      known.some(({ id, name }) => id === key.id || name === key.name)
    )
      throw new StillwatchError(
        'HUB_TAKEN',
        'This witness is known already, or there are too many',
        `A ledger has at most ${MOST_WITNESSES} witnesses, each with one key.`,
      );
    await records.put('setting', `${WITNESS}${key.name}+${key.id}`, formatVerifierKey(key));
    return key;
  });
};

/** The newest checkpoint that a witness has cosigned; undefined when there is none. */
export const witnessedCheckpoint = async (
  records: Pick<Records, 'get'>,
): Promise<string | undefined> => {
  const note = await records.get('setting', WITNESSED);
  return note === undefined ? undefined : String(note);
};

/** Signatures of both, of each key one. */
const merged = (a: SignedNote, b: SignedNote): SignedNote => ({
  text: a.text,
  signatures: [
    ...a.signatures.filter(
      (old) => !b.signatures.some(({ name, id }) => name === old.name && id === old.id),
    ),
    ...b.signatures,
  ],
});

/**
 * Takes a checkpoint of this ledger that a witness has cosigned.
 *
 * @throws StillwatchError `LEDGER_NOTE_MALFORMED`, `LEDGER_UNSIGNED` for a checkpoint that this ledger
 *   did not sign, `LEDGER_SIGNATURE_WRONG`, `LEDGER_WITNESSES_MISSING` when no known witness cosigned it.
 */
export const acceptCosigned = (store: Store, ledger: HubLedger, text: string): Promise<number> =>
  store.write(async ({ records, ledger: storage }) => {
    const known = await witnessesOf(records);
    // We sign only what is ours, so a checkpoint with our signature is one of this history.
    const { size, witnessed } = believe(text, {
      log: [ledger.verifier],
      witnesses: known,
      quorum: 0,
    });
    if (witnessed.length === 0)
      throw new StillwatchError(
        'LEDGER_WITNESSES_MISSING',
        'No witness that this hub knows has cosigned the checkpoint',
        'Ask the operator to add the key of the witness.',
      );
    const note = parseNote(text);
    // Nobody stores anything else through this door: only what was checked is kept.
    const keys = [ledger.verifier, ...known];
    const kept: SignedNote = {
      text: note.text,
      signatures: note.signatures.filter(({ name, id }) =>
        keys.some((key) => key.name === name && key.id === id),
      ),
    };
    const before = await witnessedCheckpoint(records);
    const earlier = before === undefined ? undefined : headOf(before).size;
    if (earlier === undefined || size >= earlier) {
      const both =
        before !== undefined && earlier === size ? merged(parseNote(before), kept) : kept;
      await records.put('setting', WITNESSED, formatNote(both));
    }
    // Still the newest: then it is served with its cosignatures as the checkpoint itself.
    const { origin, key } = ledger;
    const open = await openLedger({ storage, origin, key });
    await open.addSignatures(
      note.text,
      kept.signatures.filter((signature) =>
        known.some(
          (witness) =>
            witness.id === signature.id &&
            witness.name === signature.name &&
            cosignatureOf({ text: note.text, signatures: [signature] }, witness) !== undefined,
        ),
      ),
    );
    return size;
  });
