/** The words of one language: every list is used as a slot, so its entries must fit its templates. */
export interface LanguagePack {
  readonly names: readonly string[];
  readonly things: readonly string[];
  readonly places: readonly string[];
  /** Subjects that can be taught or explained. */
  readonly subjects: readonly string[];
  readonly professions: readonly string[];
  /** Asks for the reasoning behind an answer. */
  readonly elicit: readonly string[];
  /** Arithmetic stories with {name}, {thing}, {place} and numbers. */
  readonly problems: readonly string[];
  /** Rubric grading: {subject}, {claim} and numbers. */
  readonly grade: readonly string[];
  readonly rewrite: readonly string[];
  /** Asks for new instructions to train on. */
  readonly seed: readonly string[];
  readonly roleplay: readonly string[];
  readonly tools: readonly string[];
  /** Sentences to be graded or rewritten, with {name}, {thing}, {place}. */
  readonly claims: readonly string[];
  /** Ordinary talk; {topic} stays the same for one person. */
  readonly chat: readonly string[];
  readonly chatTopics: readonly string[];
  /** One company's support desk; {thing} is its product. */
  readonly support: readonly string[];
}
