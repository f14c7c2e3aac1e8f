/** Checkpoints (C2SP tlog-checkpoint): the tree head as the text of a signed note. */
import { fromBase64, toBase64 } from '../sharing/signing/base64.ts';
import { HASH_BYTES } from './merkle.ts';
import { malformedNote } from './note.ts';

export interface Checkpoint {
  /** Which log: the name of its key. */
  readonly origin: string;
  /** Number of entries. */
  readonly size: number;
  /** 32 bytes. */
  readonly root: Uint8Array;
}

/** tlog-checkpoint, "Note text": origin, size and root hash, each on its line. We write no extension lines. */
export const formatCheckpoint = ({ origin, size, root }: Checkpoint): string =>
  `${origin}\n${size}\n${toBase64(root)}\n`;

/** @throws StillwatchError `LEDGER_NOTE_MALFORMED`. Extension lines are allowed and mean nothing here. */
export const parseCheckpoint = (text: string): Checkpoint => {
  const lines = text.slice(0, -1).split('\n');
  const [origin, size, root, ...extensions] = lines;
  const hash = fromBase64(root ?? '');
  if (!text.endsWith('\n') || origin === undefined || origin === '')
    throw malformedNote('is no checkpoint: it has no origin');
  if (!/^(0|[1-9]\d{0,15})$/.test(size ?? '') || !Number.isSafeInteger(Number(size)))
    throw malformedNote('is no checkpoint: its second line is no size of a tree');
  if (hash?.length !== HASH_BYTES)
    throw malformedNote('is no checkpoint: its third line is no root hash');
  if (extensions.includes('')) throw malformedNote('is no checkpoint: it has an empty line');
  return { origin, size: Number(size), root: hash };
};
