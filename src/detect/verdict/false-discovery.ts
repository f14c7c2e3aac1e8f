/**
 * Which hypotheses to reject so that the expected share of false ones among them stays below a level.
 * P-values come as natural logarithms, so that the smallest do not underflow.
 */

/** How the p-values may depend on each other. */
export type Procedure = 'benjamini-hochberg' | 'benjamini-yekutieli';
export const PROCEDURES: readonly Procedure[] = ['benjamini-hochberg', 'benjamini-yekutieli'];

/** The step-up procedure of Benjamini and Hochberg (JRSS B 57, 1995, eq. 1): indices rejected. */
export const benjaminiHochberg = (logP: readonly number[], level: number): Set<number> => {
  const order = logP.map((_, i) => i).sort((a, b) => logP[a]! - logP[b]!);
  let last = -1;
  order.forEach((index, rank) => {
    if (logP[index]! <= Math.log((level * (rank + 1)) / logP.length)) last = rank;
  });
  return new Set(order.slice(0, last + 1));
};

/** 1 + 1/2 + … + 1/m. */
const harmonic = (m: number): number => {
  let sum = 0;
  for (let i = 1; i <= m; i++) sum += 1 / i;
  return sum;
};

/**
 * Benjamini–Hochberg where the p-values depend positively, as those that share one calibration do
 * (Bates et al. 2023, Theorem 2); Benjamini–Yekutieli (Annals of Statistics 29, 2001, Theorem 1.3),
 * which divides the level by a harmonic sum, where they may depend in any way.
 */
export const reject = (
  logP: readonly number[],
  level: number,
  procedure: Procedure = 'benjamini-hochberg',
): Set<number> =>
  benjaminiHochberg(
    logP,
    procedure === 'benjamini-yekutieli' ? level / harmonic(Math.max(1, logP.length)) : level,
  );
