/** Why an operator takes something back; `contributor` is the word of whoever contributed it. */
export const RETRACTION_REASONS = [
  'appeal-upheld',
  'matched-known-good',
  'shared-infrastructure',
  'too-broad',
  'malformed',
  'legal',
  'operator-error',
] as const;
export type RetractionReason = (typeof RETRACTION_REASONS)[number] | 'contributor';
