/** A collection of prompts a world is composed from: a file of real prompts, or a grammar. */

export interface Prompt {
  readonly text: string;
  /** Output tokens of the real answer, or null when nobody knows. */
  readonly responseTokens: number | null;
  /** A second user turn that belongs to this prompt. */
  readonly followUp: string | null;
}

/** A contiguous range of a corpus: one person's stream, one topic, one template. */
export interface Unit {
  readonly key: string;
  readonly start: number;
  readonly size: number;
}

/** What the units of a corpus are; 'plain' has none and is cut into slices of neighbouring rows. */
export type UnitKind = 'person' | 'topic' | 'template' | 'plain';

export interface Corpus {
  readonly name: string;
  /** SHA-256 of the file in hex; null for a grammar, whose text is part of this program. */
  readonly sha256: string | null;
  readonly kind: UnitKind;
  /** Language of a grammar; null for a file, which speaks whatever its people spoke. */
  readonly language: string | null;
  /** The people of this corpus all work on the same few tasks (a coding study, a class). */
  readonly sharedTasks: boolean;
  readonly units: readonly Unit[];
  readonly size: number;
  /** The prompt at 0 … size−1; the same index always gives the same prompt. */
  readonly at: (index: number) => Prompt;
}

/** Rows per unit of a plain corpus: about what one person asks in some weeks. */
export const PLAIN_SLICE = 120;

/** Cuts 0 … size−1 into neighbouring slices. */
export const slices = (size: number, length: number): Unit[] => {
  const units: Unit[] = [];
  for (let start = 0; start < size; start += length)
    units.push({ key: `slice-${units.length}`, start, size: Math.min(length, size - start) });
  return units;
};
