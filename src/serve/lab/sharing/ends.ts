/** Indicators of others that end as time passes. */

/** An indicator that has ended is kept so long: a clock that jumped ahead may be set right again. */
const WELL_OVER_MS = 7 * 86_400_000;

export interface Ends {
  readonly ended: ReadonlySet<string>;
  /** Those that have ended since the last time, or after all have not. */
  readonly turned: readonly string[];
  /** Those to let go of. */
  readonly past: readonly string[];
}

export const endsOf = (
  ids: readonly string[],
  endOf: (id: string) => number,
  before: ReadonlySet<string>,
  now: number,
): Ends => {
  const ended = new Set(ids.filter((id) => endOf(id) <= now));
  return {
    ended,
    turned: ids.filter((id) => ended.has(id) !== before.has(id)),
    past: ids.filter((id) => endOf(id) + WELL_OVER_MS <= now),
  };
};
