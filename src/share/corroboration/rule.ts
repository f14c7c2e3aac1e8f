/** The numbers of corroboration: declared, published with every standing, the same for everybody. */
import { type IndicatorKind, LONGEST_DAYS } from '../indicator/profile/words.ts';

export interface CorroborationRule {
  /**
   * The poisoning bound: with fewer members who confirm, the contributor not among them and each dispute
   * taken off, nothing stronger than `verify` is permitted.
   */
  readonly quorum: number;
  /** Disputed, when there are so many disputes or more for each member in support. */
  readonly disputeShare: number;
  /** Milliseconds in which what a member said loses half its weight. */
  readonly halfLife: Readonly<Record<IndicatorKind, number>>;
  /** After so many half-lives what was said in support no longer counts. */
  readonly halfLives: number;
  /** Milliseconds that a member must have been vetted before what it says counts. */
  readonly probation: number;
}

export const DAY = 86_400_000;

/**
 * A quarter of the longest life of the kind, so that support must be renewed once within half of it. MISP's
 * decaying models (Mokaddem et al., arXiv 1902.03914) let a score reach zero at an end of life; here it is
 * halved again and again, because one number then says all, and the end of life is `valid_until`.
 */
const halfLifeOf = (kind: IndicatorKind): number => (LONGEST_DAYS[kind] / 4) * DAY;

export const RULE: CorroborationRule = {
  quorum: 3,
  disputeShare: 0.5,
  halfLife: {
    'attack-fingerprint': halfLifeOf('attack-fingerprint'),
    'query-signature': halfLifeOf('query-signature'),
    'actor-identifier': halfLifeOf('actor-identifier'),
  },
  halfLives: 2,
  probation: 30 * DAY,
};
