/**
 * The step-up procedure of Benjamini and Hochberg (JRSS B 57, 1995, eq. 1): the indices of the
 * hypotheses rejected at false discovery rate `level`, given natural logarithms of p-values so that
 * the smallest do not underflow.
 */
export const benjaminiHochberg = (logP: readonly number[], level: number): Set<number> => {
  const order = logP.map((_, i) => i).sort((a, b) => logP[a]! - logP[b]!);
  let last = -1;
  order.forEach((index, rank) => {
    if (logP[index]! <= Math.log((level * (rank + 1)) / logP.length)) last = rank;
  });
  return new Set(order.slice(0, last + 1));
};
