/** What a stream says: an endless, deterministic sequence of prompts. */
import { below, chance, type Random } from '../../base/random.ts';
import type { Corpus, Prompt } from './corpus.ts';

export interface Voice {
  /** The next prompt; `fresh` when a new conversation begins. Called in the order of time. */
  readonly next: (fresh: boolean) => Prompt;
}

/** A piece of a corpus that one stream goes through in order. */
export interface Segment {
  readonly corpus: Corpus;
  readonly start: number;
  readonly size: number;
}

/**
 * A person: some interests, each continued where it was left. A conversation stays with one
 * interest. Begins again when everything has been said.
 */
export const personVoice = (segments: readonly Segment[], random: Random): Voice => {
  const said = new Int32Array(segments.length);
  const total = segments.reduce((sum, s) => sum + s.size, 0);
  let left = total;
  let current = 0;
  return {
    next: (fresh) => {
      if (left === 0) {
        said.fill(0);
        left = total;
      }
      if (fresh || said[current] === segments[current]!.size) {
        let skip = below(random, left);
        for (let i = 0; i < segments.length; i++) {
          skip -= segments[i]!.size - said[i]!;
          if (skip < 0) {
            current = i;
            break;
          }
        }
      }
      const { corpus, start } = segments[current]!;
      left--;
      return corpus.at(start + said[current]!++);
    },
  };
};

const gcd = (a: number, b: number): number => (b === 0 ? a : gcd(b, a % b));

/** A part of a data set, shared by everybody who holds it: nobody asks what another has asked. */
export interface Shard extends Voice {
  readonly size: number;
  /** Prompts handed out so far; more than `size` means that the set began again. */
  readonly asked: () => number;
}

/**
 * Part `part` of `parts` disjoint parts of a corpus, in a scattered order: the permutation
 * i ↦ i·step mod n with step and n coprime, cut into equal pieces.
 */
export const shardOf = (corpus: Corpus, part: number, parts: number, random: Random): Shard => {
  const n = corpus.size;
  let step = 1 + below(random, Math.min(n, 2 ** 26));
  while (gcd(step, n) !== 1) step++;
  const start = Math.floor((part * n) / parts);
  const size = Math.floor(((part + 1) * n) / parts) - start;
  let asked = 0;
  return {
    size,
    asked: () => asked,
    next: () => corpus.at(((start + (asked++ % size)) * step) % n),
  };
};

/** A fixed list, from the first to the last and again. */
export const listVoice = (segment: Segment): Voice => {
  let i = 0;
  return { next: () => segment.corpus.at(segment.start + (i++ % segment.size)) };
};

/**
 * Mostly the stream's own prompts, and a share from a short list that a whole group knows, `repeat`
 * of the time: class exercises, the same question to a product, "fix the failing test".
 */
export const mixedVoice = (own: Voice, common: Segment, repeat: number, random: Random): Voice => {
  let next = below(random, common.size);
  return {
    next: (fresh) =>
      chance(random, repeat)
        ? common.corpus.at(common.start + (next++ % common.size))
        : own.next(fresh),
  };
};
