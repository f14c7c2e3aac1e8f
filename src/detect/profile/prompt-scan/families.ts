/** The closed lists that a prompt is described with. Their order is a wire format: append only. */

/** Languages told apart; everything else, and what is too short to tell, is `other`. */
export const LANGUAGES = ['en', 'zh', 'ru', 'es', 'fr', 'de', 'ja', 'ko', 'other'] as const;
export type Language = (typeof LANGUAGES)[number];

/**
 * What a prompt asks for besides its topic. The first eight are what harvests ask for (and what
 * ordinary users ask for now and then); `human-turn` marks a person in conversation, so that its
 * absence over many prompts can be counted.
 */
export const ELICITATION_FAMILIES = [
  'reasoning',
  'rubric',
  'rewrite',
  'generate-data',
  'format-coercion',
  'tool-trace',
  'role-script',
  'self-critique',
  'human-turn',
] as const;
export type ElicitationFamily = (typeof ELICITATION_FAMILIES)[number];
