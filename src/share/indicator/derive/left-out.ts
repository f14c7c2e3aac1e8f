/** Why something that was found does not become an indicator. Nothing is left out in silence. */
export const LEFT_OUT = {
  VERDICT_REVIEW: 'The finding waits for a reviewer: it is evidence on one axis only.',
  BELOW_K: 'It rests on fewer accounts than k.',
  WORDS_BELOW_K: 'A word of the template is used by fewer accounts than k.',
  TOO_FEW_SHINGLES: 'The template has too few words in a row to be told from ordinary language.',
  TEMPLATE_UNFIT: 'The template is too long, or holds a character that no template may hold.',
  FEW_SIGNALS: 'Too few signals lie far enough from ordinary traffic.',
  SHARED_WITH_OTHERS:
    'Too many accounts outside the campaign have it too: more than one for four inside.',
  NOTHING_SHARED: 'The accounts share none.',
  TOKENS_NOT_GIVEN: 'No tokens were given (--tokens): identifiers leave only blinded.',
  NOT_IN_REPORT: 'The report does not say; it was written by an older version.',
} as const;
export type LeftOutCode = keyof typeof LEFT_OUT;

export interface LeftOut {
  /** The campaign as the report names it. */
  readonly campaign: string;
  /** What would have become an indicator: a kind, or a sort of identifier. */
  readonly what: string;
  readonly code: LeftOutCode;
  /** How many of them. */
  readonly count: number;
}
