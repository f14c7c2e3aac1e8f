/**
 * False discovery rate for a stream: hypotheses come one by one, each is decided at once and for
 * good, and the bound holds at every moment, however the evidence depends on what came before.
 *
 * e-LOND (Xu, Ramdas, "Online multiple testing with e-values", AISTATS 2024, eq. 4): the t-th
 * hypothesis is rejected when its e-value is at least 1 / α_t, with α_t = α γ_t (R_{t−1} + 1), where
 * the γ sum to 1 and R counts earlier rejections.
 */
export interface OnlineState {
  /** Level, above 0 and below 1. */
  readonly level: number;
  /** Hypotheses decided so far, and those rejected among them. */
  readonly tested: number;
  readonly rejected: number;
}

export const startOnline = (level: number): OnlineState => ({ level, tested: 0, rejected: 0 });

/** γ_t = 6 / (π² t²): positive, falling, and summing to 1 (Euler, "De summis serierum", 1735). */
const share = (t: number): number => 6 / (Math.PI * t) ** 2;

/** The level at which the next hypothesis will be tested. */
export const nextLevel = ({ level, tested, rejected }: OnlineState): number =>
  level * share(tested + 1) * (rejected + 1);

/** Decides the next hypothesis, given the natural logarithm of its e-value. */
export const decideOnline = (
  state: OnlineState,
  logE: number,
): { readonly rejected: boolean; readonly state: OnlineState } => {
  const rejected = logE >= -Math.log(nextLevel(state));
  return {
    rejected,
    state: {
      level: state.level,
      tested: state.tested + 1,
      rejected: state.rejected + (rejected ? 1 : 0),
    },
  };
};

/**
 * ln e for a p-value given as ln p: the calibrator ∫₀¹ κ p^(κ−1) dκ = (1 − p + p ln p) / (p ln² p)
 * (Vovk, Wang, "E-values: calibration, combination and applications", Annals of Statistics 49, 2021,
 * eq. 2). Its mean is 1 under any valid p-value.
 */
export const logEvalueOf = (logP: number): number => {
  if (logP >= 0) return Math.log(0.5); // the limit at p = 1
  // For p near 1 the quotient is 0/0; its series there is 1/2 + (1 − p)/6 + …
  if (logP > -1e-4) return Math.log(0.5 - logP / 6);
  const p = Math.exp(logP);
  return Math.log1p(-p + p * logP) - logP - 2 * Math.log(-logP);
};

/**
 * ln e of a mean of e-values, which is an e-value however they depend: looks at one campaign at
 * several moments combine so.
 */
export const logMeanE = (logs: readonly number[]): number => {
  const most = Math.max(...logs);
  if (!Number.isFinite(most)) return most;
  return most + Math.log(logs.reduce((sum, l) => sum + Math.exp(l - most), 0) / logs.length);
};
