/** Steps that matching may still take. A pattern can ask for exponentially many; nobody gets them. */
export interface Budget {
  left: number;
}

/** Thrown inside this folder only; the matcher turns it into `PATTERN_TOO_COSTLY`. */
export class OverBudget extends Error {}

export const spend = (budget: Budget, steps: number): void => {
  budget.left -= steps;
  if (budget.left < 0) throw new OverBudget();
};
