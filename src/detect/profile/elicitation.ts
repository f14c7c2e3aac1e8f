import { ELICITATION_FAMILIES } from './prompt-scan/families.ts';

/** Bits of ELICITATION_FAMILIES: `human-turn` marks a person, all others mark a harvest. */
export const HUMAN_TURN_MASK = 1 << ELICITATION_FAMILIES.indexOf('human-turn');
export const EXTRACTION_MASK = ((1 << ELICITATION_FAMILIES.length) - 1) & ~HUMAN_TURN_MASK;
