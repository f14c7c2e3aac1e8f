import { CLASS, NEWLINE as LAST_SPACE } from './characters.ts';

/** UTF-16 units read from the start and from the end; between them only the length counts. */
export const HEAD_UNITS = 4_096;
export const TAIL_UNITS = 1_024;

const NEWLINE = 0x0a;
const SPACE = 0x20;
/** Two line breaks between head and tail end the phrase, the quotation and the sentence under way. */
const SEAM = 2;
const BYTES = Buffer.alloc(2 * (HEAD_UNITS + SEAM + TAIL_UNITS + 2));

/** The units of the prompt that is being scanned: one scan at a time in each thread. */
export const UNITS = new Uint16Array(BYTES.buffer, BYTES.byteOffset, BYTES.length / 2);

/**
 * Copies what is read of a prompt into UNITS and returns how many units that is
 * without the white space at the end; a space stands behind them. The copy is one native call, and a typed array is read 2.5 times as fast as a string.
 * Lone surrogates survive as they are.
 */
export const loadUnits = (text: string): number => {
  const { length } = text;
  let end = length;
  if (length <= HEAD_UNITS + TAIL_UNITS) BYTES.write(text, 0, 2 * length, 'utf16le');
  else {
    BYTES.write(text, 0, 2 * HEAD_UNITS, 'utf16le');
    UNITS.fill(NEWLINE, HEAD_UNITS, HEAD_UNITS + SEAM);
    const tail = HEAD_UNITS + SEAM;
    BYTES.write(text.slice(length - TAIL_UNITS), 2 * tail, 2 * TAIL_UNITS, 'utf16le');
    end = tail + TAIL_UNITS;
  }
  while (end > 0 && CLASS[UNITS[end - 1]!]! <= LAST_SPACE) end--;
  UNITS[end] = SPACE;
  return end;
};
