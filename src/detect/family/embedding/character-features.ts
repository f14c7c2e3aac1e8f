import { mix32 } from '../../../base/hash.ts';
import {
  type Extractor,
  extractFeatures,
  FEATURE_SPACE,
  type LexicalFeatures,
  MAX_FEATURES,
} from '../lexical-features.ts';

/** Keeps runs of characters apart from words, which share the feature space. */
const RUN = 0x68bc21eb;
/** Characters of a run: long enough for a stem, short enough to survive its endings. */
const LENGTH = 4;

/** Case, digits and white space folded to one class each. */
const fold = (c: number): number => {
  if (c >= 65 && c <= 90) return c + 32;
  if (c >= 48 && c <= 57) return 48;
  return Math.max(c, 32);
};

/** The last characters, as a ring: scratch of one call. */
const window = new Int32Array(LENGTH);

const appendRuns = (text: string, out: LexicalFeatures): void => {
  let held = 0;
  let previous = -1;
  let n = out.length;
  for (let i = 0; i < text.length && n < MAX_FEATURES; i++) {
    const c = fold(text.charCodeAt(i));
    // A number of any length, or a gap of any width, is one character.
    if (c === previous && (c === 48 || c === 32)) continue;
    previous = c;
    window[held % LENGTH] = c;
    held++;
    if (held < LENGTH) continue;
    let h = RUN;
    for (let k = 0; k < LENGTH; k++) h = Math.imul(h ^ window[(held + k) % LENGTH]!, 0x01000193);
    out.index[n++] = mix32(h) & (FEATURE_SPACE - 1);
  }
  out.length = n;
};

/** Runs of four characters of a text, each hashed into FEATURE_SPACE. */
export const extractCharacters: Extractor = (text, out) => {
  out.length = 0;
  appendRuns(text, out);
};

/** Words, their pairs and shape marks, and runs of four characters while there is room. */
export const extractBoth: Extractor = (text, out) => {
  extractFeatures(text, out);
  appendRuns(text, out);
};
