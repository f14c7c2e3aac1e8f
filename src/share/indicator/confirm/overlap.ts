/** How unlikely it is that two sets of accounts, drawn apart, meet as often as they do. */
import { logGamma } from '../../../base/statistics.ts';

const logChoose = (n: number, k: number): number =>
  logGamma(n + 1) - logGamma(k + 1) - logGamma(n - k + 1);

/**
 * Upper tail of the hypergeometric distribution (Fisher's exact test, one-sided): the probability that
 * `a` and `b` accounts drawn without regard to each other out of `of` share at least `both`.
 *
 * @param of all accounts, 1 to 10^9; `a` and `b` at most that
 * @returns 0 to 1; 1 when `both` is 0
 */
export const overlapTail = (both: number, a: number, b: number, of: number): number => {
  const most = Math.min(a, b);
  if (both <= Math.max(0, a + b - of)) return 1;
  if (both > most) return 0;
  const whole = logChoose(of, b);
  let tail = 0;
  // Terms fall fast beyond the mean; those that no longer count are not summed.
  for (let x = both; x <= most; x++) {
    const term = Math.exp(logChoose(a, x) + logChoose(of - a, b - x) - whole);
    tail += term;
    if (term < tail * 1e-12 && x > (a * b) / of) break;
  }
  return Math.min(1, tail);
};
