/**
 * The few statistics that every measure and every calibration of Stillwatch shares. Pure; randomness
 * comes in as `random: () => number` (uniform on [0, 1)).
 */

/** A closed interval. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** Arithmetic mean; NaN for no values. */
export const mean = (values: ArrayLike<number>): number => {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  return sum / values.length;
};

/** An ascending copy, as `quantileSorted` needs it. */
export const sorted = (values: ArrayLike<number>): Float64Array => Float64Array.from(values).sort();

/**
 * Quantile `q` in [0, 1] of ascending values, with linear interpolation: type 7 of Hyndman & Fan,
 * "Sample Quantiles in Statistical Packages", The American Statistician 50 (1996). NaN for no values.
 */
export const quantileSorted = (ascending: ArrayLike<number>, q: number): number => {
  if (ascending.length === 0) return Number.NaN;
  const at = Math.min(1, Math.max(0, q)) * (ascending.length - 1);
  const below = Math.floor(at);
  const low = ascending[below]!;
  const high = ascending[Math.min(below + 1, ascending.length - 1)]!;
  // Equal neighbours are returned as they are: ∞ − ∞ would be NaN.
  return low === high ? low : low + (at - below) * (high - low);
};

/** `quantileSorted` of values in any order. */
export const quantile = (values: ArrayLike<number>, q: number): number =>
  quantileSorted(sorted(values), q);

export const median = (values: ArrayLike<number>): number => quantile(values, 0.5);

/** Makes the median absolute deviation of normal data estimate its standard deviation: 1 / Φ⁻¹(¾). */
export const MAD_TO_SIGMA = 1.4826022185056018;

/**
 * Median of the distances from the median, unscaled (Hampel, JASA 69 (1974), section 5.2): a spread
 * that up to half of the values cannot move without bound. NaN for no values.
 */
export const medianAbsoluteDeviation = (values: ArrayLike<number>): number => {
  const centre = median(values);
  return median(Float64Array.from(values, (v) => Math.abs(v - centre)));
};

/** Lanczos' series with g = 7 and nine terms (Godfrey 2001); about 15 digits for x > 0. */
const LANCZOS = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313,
  -176.61502916214059, 12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6,
  1.5056327351493116e-7,
] as const;

/** ln Γ(x), x > 0. */
export const logGamma = (x: number): number => {
  // Reflection, DLMF 5.5.3: the series loses digits below one half.
  if (x < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * x)) - logGamma(1 - x);
  let sum: number = LANCZOS[0];
  for (let i = 1; i < LANCZOS.length; i++) sum += LANCZOS[i]! / (x - 1 + i);
  const t = x + 6.5;
  return 0.5 * Math.log(2 * Math.PI) + (x - 0.5) * Math.log(t) - t + Math.log(sum);
};

/** The continued fraction of DLMF 8.17.22, evaluated by Lentz' method (Thompson & Barnett 1986). */
const betaFraction = (x: number, a: number, b: number): number => {
  const tiny = 1e-300;
  let c = 1;
  let d = 1 / (1 - ((a + b) * x) / (a + 1) || tiny);
  let value = d;
  for (let m = 1; m <= 10_000; m++) {
    // DLMF 8.17.23: even, then odd coefficient.
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    for (const step of [even, odd]) {
      d = 1 / (1 + step * d || tiny);
      c = 1 + step / c || tiny;
      value *= c * d;
    }
    if (Math.abs(c * d - 1) < 1e-15) break;
  }
  return value;
};

/** I_x(a, b), DLMF 8.17.2: the distribution function of Beta(a, b) at x; a, b > 0. */
export const regularisedIncompleteBeta = (x: number, a: number, b: number): number => {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  const front = Math.exp(
    logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x),
  );
  // DLMF 8.17.4: the fraction converges fast only on this side of the mean.
  return x < (a + 1) / (a + b + 2)
    ? (front * betaFraction(x, a, b)) / a
    : 1 - (front * betaFraction(1 - x, b, a)) / b;
};

/** The x with I_x(a, b) = p, by bisection: monotone, so it cannot fail to converge. */
export const betaQuantile = (p: number, a: number, b: number): number => {
  let low = 0;
  let high = 1;
  for (let i = 0; i < 100 && high - low > 1e-15; i++) {
    const middle = (low + high) / 2;
    if (regularisedIncompleteBeta(middle, a, b) < p) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
};

/**
 * Exact binomial interval (Clopper & Pearson, Biometrika 26 (1934)): covers the true share with at
 * least `level`, whatever it is. `hits` of `of` (integers, 0 ≤ hits ≤ of); [0, 1] when `of` is 0.
 */
export const clopperPearson = (hits: number, of: number, level = 0.95): Interval => {
  const tail = (1 - level) / 2;
  return {
    low: hits === 0 ? 0 : betaQuantile(tail, hits, of - hits + 1),
    high: hits === of ? 1 : betaQuantile(1 - tail, hits + 1, of - hits),
  };
};

/**
 * Score interval (Wilson, JASA 22 (1927)): shorter than the exact one, and right only on average.
 * [0, 1] when `of` is 0.
 */
export const wilson = (hits: number, of: number, level = 0.95): Interval => {
  if (of === 0) return { low: 0, high: 1 };
  const z = normalQuantile(1 - (1 - level) / 2);
  const p = hits / of;
  const centre = p + (z * z) / (2 * of);
  const half = z * Math.sqrt((p * (1 - p)) / of + (z * z) / (4 * of * of));
  const scale = 1 + (z * z) / of;
  return {
    // At the ends the two terms cancel, and rounding must not leave the share outside.
    low: hits === 0 ? 0 : Math.max(0, (centre - half) / scale),
    high: hits === of ? 1 : Math.min(1, (centre + half) / scale),
  };
};

/**
 * Percentile bootstrap of the mean (Efron & Tibshirani, An Introduction to the Bootstrap (1993),
 * section 13.3). Null for fewer than two values: one value says nothing about its own spread. Equal
 * values give an interval of no width, so always read it beside the number of values.
 */
export const bootstrapMean = (
  values: ArrayLike<number>,
  random: () => number,
  level = 0.95,
  resamples = 2000,
): Interval | null => {
  const n = values.length;
  if (n < 2) return null;
  const means = new Float64Array(resamples);
  for (let r = 0; r < resamples; r++) {
    let sum = 0;
    for (let i = 0; i < n; i++) sum += values[Math.floor(random() * n)]!;
    means[r] = sum / n;
  }
  means.sort();
  const tail = (1 - level) / 2;
  return { low: quantileSorted(means, tail), high: quantileSorted(means, 1 - tail) };
};

/** φ(z), the standard normal density. */
export const normalDensity = (z: number): number => Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);

/** Φ(z), with small relative error in the lower tail too. */
export const normalCdf = (z: number): number => {
  const x = Math.abs(z);
  if (x > 3) {
    // The upper tail as Laplace's continued fraction, DLMF 7.9.2, from the far end inwards.
    let fraction = x;
    for (let k = 120; k >= 1; k--) fraction = x + k / fraction;
    const tail = normalDensity(x) / fraction;
    return z < 0 ? tail : 1 - tail;
  }
  // Marsaglia, "Evaluating the Normal Distribution", J. Stat. Software 11 (2004), equation for cPhi.
  let term = z;
  let sum = z;
  for (let k = 3; Math.abs(term) > 1e-18; k += 2) {
    term *= (z * z) / k;
    sum += term;
  }
  return 0.5 + sum * normalDensity(z);
};

/** Rational approximation by P. J. Acklam (2003), relative error 1.15e-9 before refinement. */
const CENTRE_TOP = [
  -39.69683028665376, 220.9460984245205, -275.9285104469687, 138.357751867269, -30.66479806614716,
  2.506628277459239,
];
const CENTRE_BOTTOM = [
  -54.47609879822406, 161.5858368580409, -155.6989798598866, 66.80131188771972, -13.28068155288572,
  1,
];
const TAIL_TOP = [
  -0.007784894002430293, -0.3223964580411365, -2.400758277161838, -2.549732539343734,
  4.374664141464968, 2.938163982698783,
];
const TAIL_BOTTOM = [
  0.007784695709041462, 0.3224671290700398, 2.445134137142996, 3.754408661907416, 1,
];

const horner = (coefficients: readonly number[], x: number): number => {
  let value = 0;
  for (const c of coefficients) value = value * x + c;
  return value;
};

/** Φ⁻¹(p); −∞ at 0, ∞ at 1, NaN outside [0, 1]. */
export const normalQuantile = (p: number): number => {
  if (!(p >= 0 && p <= 1)) return Number.NaN;
  if (p === 0) return Number.NEGATIVE_INFINITY;
  // By symmetry only the lower half is computed: there Φ keeps its relative precision.
  if (p > 0.5) return -normalQuantile(1 - p);
  const r = p < 0.02425 ? Math.sqrt(-2 * Math.log(p)) : p - 0.5;
  const z =
    p < 0.02425
      ? horner(TAIL_TOP, r) / horner(TAIL_BOTTOM, r)
      : (r * horner(CENTRE_TOP, r * r)) / horner(CENTRE_BOTTOM, r * r);
  // One step of Halley's method brings it to machine precision, as Acklam proposes.
  const u = (normalCdf(z) - p) / normalDensity(z);
  return z - u / (1 + (z * u) / 2);
};
