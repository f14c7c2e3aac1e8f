/**
 * Re-verification: what an incoming indicator must show on a lab's own traffic before it may influence
 * anything there.
 *
 * One indicator alone never confirms itself: an address block finds whoever lives in it, a signature
 * whoever asks such questions. What is looked at is a campaign as it was shared: accounts that its
 * actor identifiers hit (the network axis) and accounts that its signatures hit (the intent axis). Where
 * the two are unrelated, they meet as often as two draws do; where one operator is behind both, they are
 * the same accounts. A finding of this lab's own is the other way to a confirmation.
 *
 * Looking again and again is allowed for: the n-th look spends 6 / (pi^2 n^2) of the level, which sums to
 * the level over all looks (a union bound, so any dependence between looks is allowed).
 */
import { overlapTail } from './overlap.ts';

/** What the indicators of one shared campaign hit here, so far. */
export interface CampaignHits {
  /** Accounts with traffic since the first of its indicators began to hold. */
  readonly accounts: number;
  readonly byActor: ReadonlySet<string>;
  readonly bySignature: ReadonlySet<string>;
  /** Accounts that this lab's own finding names, if one was made; none: an empty set. */
  readonly found: ReadonlySet<string>;
  /** Accounts that this lab vouches for. */
  readonly knownGood: ReadonlySet<string>;
}

export interface ConfirmOptions {
  /** Probability, over all looks, that unrelated sets are called one. */
  readonly level: number;
  /** Which look this is, from 1 on. */
  readonly look: number;
  /** Fewest accounts that may confirm anything. */
  readonly least?: number;
}

export const CONFIRM_LEAST = 3;
/** Above this share of hits on accounts that are vouched for, the indicator hits the innocent. */
export const MOST_KNOWN_GOOD = 0.05;

export type Confirmation =
  | {
      readonly outcome: 'confirmed';
      readonly by: 'both-axes' | 'own-finding';
      /** Ids of the accounts behind it, in order. */
      readonly accounts: readonly string[];
      readonly p_value: number;
    }
  | {
      /** It hits accounts that this lab vouches for: an opinion against it is due. */
      readonly outcome: 'refuted';
      readonly accounts: readonly string[];
      readonly p_value: number;
    }
  | { readonly outcome: 'seen' | 'unseen'; readonly p_value: number };

/** Share of the level that a look may spend. */
export const spent = (level: number, look: number): number =>
  (level * 6) / (Math.PI * Math.PI * look * look);

const common = (a: ReadonlySet<string>, b: ReadonlySet<string>): string[] =>
  [...(a.size < b.size ? a : b)].filter((id) => a.has(id) && b.has(id)).sort();

export const confirm = (hits: CampaignHits, options: ConfirmOptions): Confirmation => {
  const { byActor, bySignature, found, knownGood } = hits;
  const least = options.least ?? CONFIRM_LEAST;
  const level = spent(options.level, options.look);
  const any = new Set([...byActor, ...bySignature]);
  if (any.size === 0) return { outcome: 'unseen', p_value: 1 };

  const innocent = common(any, knownGood);
  if (innocent.length > 0 && innocent.length > MOST_KNOWN_GOOD * any.size)
    return { outcome: 'refuted', accounts: innocent, p_value: 1 };

  const population = Math.max(hits.accounts, any.size);
  const both = common(byActor, bySignature);
  const p = overlapTail(both.length, byActor.size, bySignature.size, population);
  if (both.length >= least && p <= level)
    return { outcome: 'confirmed', by: 'both-axes', accounts: both, p_value: p };

  // What this lab found by itself is judged already; here it only has to be the same thing.
  const shared = common(any, found);
  const same = overlapTail(shared.length, any.size, found.size, population);
  if (shared.length >= least && 2 * shared.length >= any.size && same <= level)
    return { outcome: 'confirmed', by: 'own-finding', accounts: shared, p_value: same };
  return { outcome: 'seen', p_value: Math.min(p, same) };
};
