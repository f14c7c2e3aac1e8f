/** A share that was measured at one step of an ordered factor. */
export interface Step {
  readonly x: number;
  readonly hits: number;
  readonly of: number;
}

/**
 * Least-squares shares that never fall as x grows: pool adjacent violators (Ayer et al., Annals of
 * Mathematical Statistics 26 (1955)). `steps` in ascending x; those that counted nothing are left out.
 */
export const isotonic = (
  steps: readonly Step[],
): { readonly x: number; readonly share: number }[] => {
  const blocks: { xs: number[]; hits: number; of: number }[] = [];
  for (const { x, hits, of } of steps) {
    if (of === 0) continue;
    let block = { xs: [x], hits, of };
    for (let last = blocks.at(-1); last && last.hits / last.of > block.hits / block.of; ) {
      block = {
        xs: [...last.xs, ...block.xs],
        hits: last.hits + block.hits,
        of: last.of + block.of,
      };
      blocks.pop();
      last = blocks.at(-1);
    }
    blocks.push(block);
  }
  return blocks.flatMap(({ xs, hits, of }) => xs.map((x) => ({ x, share: hits / of })));
};

/**
 * The smallest x at which the fitted share reaches `target`, linear in ln x between two steps; null
 * when no step reaches it. Never smaller than the smallest step: nothing was measured below.
 */
export const smallestReaching = (steps: readonly Step[], target: number): number | null => {
  const fit = isotonic(steps);
  const at = fit.findIndex(({ share }) => share >= target);
  if (at < 0) return null;
  const high = fit[at]!;
  const low = fit[at - 1];
  if (low === undefined || high.share === low.share) return high.x;
  const part = (target - low.share) / (high.share - low.share);
  return Math.exp(Math.log(low.x) + part * (Math.log(high.x) - Math.log(low.x)));
};
