import { createFeatures, type Extractor, extractFeatures } from './lexical-features.ts';

/** Distinct lexical features of many prompts, as compressed sparse rows. */
export interface FeatureRows {
  readonly count: number;
  /** Row r holds features[starts[r] … starts[r+1]), ascending. */
  readonly starts: Int32Array;
  readonly features: Int32Array;
}

export const featureRows = (
  texts: readonly string[],
  extract: Extractor = extractFeatures,
): FeatureRows => {
  const scratch = createFeatures();
  const starts = new Int32Array(texts.length + 1);
  let features = new Int32Array(Math.max(1_024, texts.length * 48));
  let used = 0;
  for (let row = 0; row < texts.length; row++) {
    extract(texts[row]!, scratch);
    const sorted = scratch.index.subarray(0, scratch.length).sort();
    if (used + sorted.length > features.length) {
      const larger = new Int32Array(features.length * 2);
      larger.set(features);
      features = larger;
    }
    for (let i = 0; i < sorted.length; i++)
      if (i === 0 || sorted[i] !== sorted[i - 1]) features[used++] = sorted[i]!;
    starts[row + 1] = used;
  }
  return { count: texts.length, starts, features: features.subarray(0, used) };
};
