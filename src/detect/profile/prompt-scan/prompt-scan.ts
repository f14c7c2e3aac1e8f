import { mix32 } from '../../../base/hash.ts';
import type * as characters from './characters.ts';
import { BASE, CLASS, CLOSES, FOLD, LETTER } from './characters.ts';
import type * as language from './language.ts';
import { CYRILLIC, LETTER_HINTS, languageOf, PACKED } from './language.ts';
import type * as matcher from './matcher.ts';
import { advance, entryOf, familiesAtEnd, mayAdvance, run } from './phrase-run.ts';
import type * as record from './scan-record.ts';
import { EDGE_HALVES, type PromptScan, RECENT, suffixOf } from './scan-record.ts';
import type * as token from './tokens.ts';
import { HEAD_UNITS, loadUnits, TAIL_UNITS, UNITS } from './units.ts';

export * from './families.ts';
export { createPromptScan, type PromptScan } from './scan-record.ts';

/**
 * Fills `out` from one pass over `text`. Linear in at most HEAD_UNITS + TAIL_UNITS units, whatever
 * the text; allocates nothing. Everything in the text is hostile and none of it matters: lone
 * surrogates are signs, control characters are skipped.
 */
export const scanPrompt = (text: string, out: PromptScan): void => {
  // The optimiser folds constants of the function itself, not those of modules: a fifth of the
  // time. Their types tie them to the originals.
  const NEWLINE: typeof characters.NEWLINE = 1;
  const WORD: typeof characters.WORD = 2;
  const HAN: typeof characters.HAN = 3;
  const KANA: typeof characters.KANA = 4;
  const HANGUL: typeof characters.HANGUL = 5;
  const MARK: typeof characters.MARK = 6;
  const IGNORED: typeof characters.IGNORED = 7;
  const SENTENCE_END: typeof characters.SENTENCE_END = 9;
  const QUOTE: typeof characters.QUOTE = 10;
  const NAMED_SIGN: typeof characters.NAMED_SIGN = 11;
  const TOKEN_SEED: typeof token.TOKEN_SEED = -0x7ee3623b;
  const TOKEN_PRIME: typeof token.TOKEN_PRIME = 0x01000193;
  const DIGITS: typeof token.DIGITS = 48;
  const COUNT_LIMIT: typeof language.COUNT_LIMIT = 63;
  const ENTRY_LANGUAGES: typeof matcher.ENTRY_LANGUAGES = 13;
  const ENTRY_KEPT_BIT: typeof matcher.ENTRY_KEPT_BIT = 18;
  const SKELETON_LIMIT: typeof record.SKELETON_TOKENS = 40;
  // Prime of the second hash (MurmurHash2's multiplier) and its seed: another walk over the units.
  const PRIME: typeof record.PRIME_2 = 0x5bd1e995;
  const SEED = -0x68b84d74;
  const SPACE_MARK = 0x2545f491;
  const SLOT = 0x51076;
  const BREAK = 0x0a;
  // A longer quotation is not a slot but text in quotes; this also bounds an unclosed one.
  const QUOTED_WORDS = 16;
  // Locals, so that the loop does not fetch them from their modules for each unit.
  const units = UNITS;
  const classOf = CLASS;
  const letterOf = LETTER;
  const end = loadUnits(text);
  let i = 0;
  while (i < end && classOf[units[i]!]! <= NEWLINE) i++;

  let h = 0;
  let h2: number = SEED;
  let space = 0;
  let breaks = 0;
  let prefix = 0;
  let halves = 0;
  let tokens = 0;
  let skeleton = 0;
  let kept = 0;
  // All ones while a slot goes on, else 0.
  let inSlot = 0;
  let closing = 0;
  let quoted = 0;

  let words = 0;
  let han = 0;
  let kana = 0;
  let hangul = 0;
  let cyrillicWords = 0;
  let foreignCyrillic = 0;
  let functionWords = 0;
  let counted = 0;
  let letters = 0;
  let lettersCounted = 0;

  // 2 at the start of the prompt, 1 at that of a sentence, 0 inside one (phrase-run.ts).
  let place = 2;
  // The word before, of which phrases begin if this one may follow it.
  let pending = 0;
  let pendingPlace = 0;
  let joined = false;
  let lastNumber = false;
  run.live = 0;
  run.families = 0;

  while (i < end) {
    let unit = units[i]!;
    let kind = classOf[unit]!;
    if (kind <= NEWLINE) {
      space = SPACE_MARK;
      i++;
      if (kind === NEWLINE) {
        closing = 0;
        // A blank line ends a sentence; a single break may only wrap it.
        if (++breaks > 1) place ||= 1;
        else if (kept < SKELETON_LIMIT) {
          skeleton = Math.imul(((skeleton << 13) | (skeleton >>> 19)) ^ BREAK, TOKEN_PRIME);
          kept++;
          inSlot = 0;
        }
      }
      continue;
    }
    let w: number = TOKEN_SEED;
    let w2: number = SEED;
    let half = 0;
    let number = false;
    if (kind === WORD) {
      let cyrillic = 0;
      do {
        let letter = letterOf[unit]!;
        if (letter !== 0) {
          do {
            w = Math.imul(w ^ letter, TOKEN_PRIME);
            w2 = Math.imul(w2 ^ letter, PRIME);
            unit = units[++i]!;
            letter = letterOf[unit]!;
          } while (letter !== 0);
          kind = classOf[unit]!;
          continue;
        }
        if (kind !== IGNORED) {
          // What the token hash drops, digits and diacritics, goes straight into the prompt's.
          const folded = FOLD[unit]!;
          h = Math.imul(h ^ folded, PRIME);
          w2 = Math.imul(w2 ^ folded, PRIME);
          if (folded <= 57 && folded >= 48) {
            if (!number) w = Math.imul(w ^ DIGITS, TOKEN_PRIME);
            number = true;
          } else if (kind === WORD) {
            w = Math.imul(w ^ BASE[unit]!, TOKEN_PRIME);
            if (unit < 0x600) {
              cyrillic |= CYRILLIC[unit]!;
              const hint = LETTER_HINTS[unit]!;
              if (hint !== 0 && lettersCounted < COUNT_LIMIT) {
                letters += PACKED[hint]!;
                lettersCounted++;
              }
            }
          }
        }
        unit = units[++i]!;
        kind = classOf[unit]!;
      } while (kind === WORD || kind === MARK || kind === IGNORED);
      words++;
      if (cyrillic !== 0) {
        cyrillicWords++;
        foreignCyrillic += cyrillic >>> 1;
      }
      number = w === Math.imul(TOKEN_SEED ^ DIGITS, TOKEN_PRIME);
    } else if (kind <= HANGUL) {
      w = Math.imul(w ^ BASE[unit]!, TOKEN_PRIME);
      w2 = Math.imul(w2 ^ FOLD[unit]!, PRIME);
      half = 1;
      if (kind === HAN) han++;
      else if (kind === KANA) kana++;
      else hangul++;
      i++;
    } else if (kind === IGNORED) {
      i++;
      continue;
    } else {
      const folded = FOLD[unit]!;
      h = (Math.imul(((h << 13) | (h >>> 19)) ^ folded, TOKEN_PRIME) + space) | 0;
      h2 = (Math.imul(((h2 << 11) | (h2 >>> 21)) ^ folded, PRIME) + space) | 0;
      const touching = space === 0 && i > 0;
      space = 0;
      breaks = 0;
      i++;
      const following = units[i]!;
      const followed = classOf[following]!;
      const before = touching ? classOf[units[i - 2]!]! : 0;
      // Between two letters or digits a sign belongs to the word: don't, 3.14, a/b.
      if (before === WORD && followed === WORD) {
        joined = true;
        continue;
      }
      if (kind === MARK || following === unit) continue; // of a run, the last sign speaks
      if (kind === QUOTE && closing === unit) {
        closing = 0;
        continue;
      }
      const closer = CLOSES[unit]!;
      if (kind === QUOTE && closing === 0 && closer !== 0 && followed > NEWLINE) {
        // A symmetric mark right after a word closes something; it cannot open.
        if (closer !== unit || before !== WORD) {
          closing = closer;
          quoted = 0;
          if (halves < EDGE_HALVES) {
            prefix = Math.imul(prefix ^ SLOT, PRIME);
            halves += 2;
          }
          RECENT[tokens++ & 7] = SLOT;
          if (kept < SKELETON_LIMIT && inSlot === 0) {
            skeleton = Math.imul(((skeleton << 13) | (skeleton >>> 19)) ^ SLOT, TOKEN_PRIME);
            kept++;
            inSlot = -1;
          }
          continue;
        }
      }
      if (closing !== 0) continue;
      if (kept < SKELETON_LIMIT) {
        skeleton = Math.imul(((skeleton << 13) | (skeleton >>> 19)) ^ folded, TOKEN_PRIME);
        kept++;
        inSlot = 0;
      }
      if (kind === SENTENCE_END && place === 0) place = 1;
      if (kind === NAMED_SIGN) {
        const entry = entryOf(Math.imul(TOKEN_SEED ^ folded, TOKEN_PRIME));
        if ((run.live | mayAdvance(pending, entry) | (place >> 1)) !== 0) {
          advance(pending, pendingPlace, entry, place, true);
          pending = 0;
        }
      }
      continue;
    }

    // One token has ended: a word, or a single ideograph, kana or hangul syllable.
    h = (Math.imul(((h << 13) | (h >>> 19)) ^ w, TOKEN_PRIME) + space) | 0;
    h2 = (Math.imul(((h2 << 11) | (h2 >>> 21)) ^ w2, PRIME) + space) | 0;
    space = 0;
    breaks = 0;
    // From here on few branches depend on the word: each wrong guess costs more than all the rest.
    const entry = entryOf(w);
    if (counted < COUNT_LIMIT) {
      const told = (entry >>> ENTRY_LANGUAGES) & 31;
      functionWords += PACKED[told]!;
      counted += (told + 31) >> 5;
    }
    if (place !== 0) {
      run.live = 0;
      pending = 0;
    }
    if ((run.live | mayAdvance(pending, entry) | (place >> 1)) !== 0)
      advance(pending, pendingPlace, entry, place, false);
    pending = entry;
    pendingPlace = place;
    place = 0;
    const isRest = joined;
    joined = false;
    // The rest of "don't" or "1,000" belongs to the word before it.
    if (isRest) words--;
    if (closing !== 0) {
      if (++quoted <= QUOTED_WORDS) continue;
      closing = 0;
    }
    const edge = (w & ~1) | half;
    if (isRest) {
      if (!(number && lastNumber)) {
        if (halves <= EDGE_HALVES) prefix = Math.imul(prefix ^ edge, PRIME);
        RECENT[(tokens - 1) & 7] = Math.imul(RECENT[(tokens - 1) & 7]! ^ edge, PRIME) & ~1;
      }
    } else {
      if (halves < EDGE_HALVES) {
        prefix = Math.imul(prefix ^ edge, PRIME);
        halves += 2 - half;
      }
      RECENT[tokens++ & 7] = edge;
    }
    lastNumber = number;
    if (kept < SKELETON_LIMIT) {
      // keep: all ones for a function word, else 0; adds: all ones unless a slot goes on.
      const keep = (entry << (31 - ENTRY_KEPT_BIT)) >> 31;
      const adds = keep | ~inSlot;
      const part = (w & keep) | (SLOT & ~keep);
      const next = Math.imul(((skeleton << 13) | (skeleton >>> 19)) ^ part, TOKEN_PRIME);
      skeleton = (next & adds) | (skeleton & ~adds);
      kept -= adds;
      inSlot = ~keep;
    }
  }
  if (text.length > HEAD_UNITS + TAIL_UNITS) {
    h = Math.imul(h ^ text.length, TOKEN_PRIME);
    h2 = Math.imul(h2 ^ text.length, PRIME);
  }

  out.hash = mix32(h);
  out.hash2 = mix32(h2);
  out.prefixHash = mix32(prefix);
  out.suffixHash = suffixOf(tokens);
  out.skeletonHash = mix32(skeleton);
  out.words = words + ((han + kana + hangul + 1) >> 1);
  out.language = languageOf(
    han,
    kana,
    hangul,
    cyrillicWords,
    foreignCyrillic,
    words,
    functionWords,
    letters,
  );
  out.elicitation = familiesAtEnd();
};
