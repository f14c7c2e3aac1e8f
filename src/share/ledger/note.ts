/** Signed notes (C2SP signed-note): a text, a blank line, and one line per signature. */
import type { KeyObject } from 'node:crypto';
import { StillwatchError } from '../../base/errors.ts';
import { fromBase64, toBase64 } from '../sharing/signing/base64.ts';
import { checkSignature, rawPublicKey, signBytes } from '../sharing/signing/ed25519.ts';
import { isKeyName, LOG_KEY, type VerifierKey, verifierKey } from './verifier-key.ts';

/** Bounds on input from strangers; signed-note asks for at least 16 signatures. */
const MAX_SIGNATURES = 100;
const MAX_NOTE_LENGTH = 1 << 20;

export interface NoteSignature {
  readonly name: string;
  /** Key id: eight hexadecimal digits. */
  readonly id: string;
  readonly signature: Uint8Array;
}

export interface SignedNote {
  /** With its final newline, without the blank line. */
  readonly text: string;
  readonly signatures: readonly NoteSignature[];
}

export const malformedNote = (why: string): StillwatchError =>
  new StillwatchError(
    'LEDGER_NOTE_MALFORMED',
    `A signed note ${why}`,
    'Fetch the checkpoint again, unchanged: also its line ends and its last line matter.',
  );

const LINE = /^— (\S+) (\S+)$/u;

const parseLine = (line: string): NoteSignature => {
  const match = LINE.exec(line);
  const bytes = match === null ? undefined : fromBase64(match[2]!);
  if (match === null || bytes === undefined || bytes.length < 5 || !isKeyName(match[1]!))
    throw malformedNote('has a signature line that is none');
  const id = Buffer.from(bytes.subarray(0, 4)).toString('hex');
  return { name: match[1]!, id, signature: bytes.subarray(4) };
};

/** @throws StillwatchError `LEDGER_NOTE_MALFORMED`; nothing is verified yet. */
export const parseNote = (note: string): SignedNote => {
  if (note.length > MAX_NOTE_LENGTH) throw malformedNote('is longer than a megabyte');
  // signed-note, "Format": valid UTF-8 without ASCII control characters other than the newline.
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
  if (!note.isWellFormed() || /[\u0000-\u0009\u000b-\u001f]/.test(note))
    throw malformedNote('holds a character that it may not hold');
  const blank = note.lastIndexOf('\n\n');
  if (blank < 0 || !note.endsWith('\n')) throw malformedNote('has no signatures');
  const lines = note.slice(blank + 2, -1).split('\n');
  if (lines.length > MAX_SIGNATURES) throw malformedNote(`has ${lines.length} signatures`);
  return { text: note.slice(0, blank + 1), signatures: lines.map(parseLine) };
};

export const formatNote = ({ text, signatures }: SignedNote): string =>
  `${text}\n${signatures
    .map(
      ({ name, id, signature }) =>
        `— ${name} ${toBase64(Buffer.concat([Buffer.from(id, 'hex'), signature]))}\n`,
    )
    .join('')}`;

/** The log's own signature of a note text: plain Ed25519 over its UTF-8 bytes. */
export const signNote = (text: string, name: string, key: KeyObject): NoteSignature => {
  const { id } = verifierKey(name, LOG_KEY, rawPublicKey(key));
  return { name, id, signature: signBytes(key, Buffer.from(text)) };
};

/**
 * The signatures of one known key in a note. Those of unknown keys are ignored, also when they share the
 * name or the id of a known one (signed-note, "Signatures").
 *
 * @param message what the key signed, given the signature: the text itself, but for cosignatures.
 * @throws StillwatchError `LEDGER_SIGNATURE_WRONG` when the known key did not make one of them.
 */
export const signaturesOf = (
  note: SignedNote,
  known: VerifierKey,
  check: (signature: Uint8Array) => boolean = (signature) =>
    checkSignature(known.key, Buffer.from(note.text), signature),
): readonly NoteSignature[] =>
  note.signatures.filter((signature) => {
    if (signature.name !== known.name || signature.id !== known.id) return false;
    if (check(signature.signature)) return true;
    throw new StillwatchError(
      'LEDGER_SIGNATURE_WRONG',
      `The signature by ${known.name} does not belong to this note`,
      'The note was changed or the signature was made up: do not rely on it, and tell the other members.',
    );
  });
