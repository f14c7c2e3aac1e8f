import { ELICITATION_FAMILIES, type ElicitationFamily } from './prompt-scan/families.ts';

/** The bit of one family in the mask of a prompt. */
export const maskOf = (family: ElicitationFamily): number =>
  1 << ELICITATION_FAMILIES.indexOf(family);

/** Bits of ELICITATION_FAMILIES: `human-turn` marks a person, all others mark a harvest. */
export const HUMAN_TURN_MASK = maskOf('human-turn');
export const EXTRACTION_MASK = ((1 << ELICITATION_FAMILIES.length) - 1) & ~HUMAN_TURN_MASK;
