/** When to ask again, and how long to wait before. */

/** RFC 9110: too many requests, and three ways of a server to say "not now". */
const LATER: ReadonlySet<number> = new Set([429, 502, 503, 504]);
export const isLater = (status: number): boolean => LATER.has(status);

export interface RetryPolicy {
  /** Requests in all, the first included. */
  readonly attempts: number;
  readonly baseMs: number;
  readonly maxMs: number;
  /** A server that wants more patience than this is given up on. */
  readonly maxRetryAfterMs: number;
}

export const RETRY_POLICY: RetryPolicy = {
  attempts: 5,
  baseMs: 250,
  maxMs: 20_000,
  maxRetryAfterMs: 120_000,
};

/** Milliseconds that Retry-After asks for (RFC 9110, section 10.2.3); undefined when it says nothing. */
export const retryAfterOf = (header: string | null, now: number): number | undefined => {
  if (header === null) return undefined;
  const text = header.trim();
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1000;
  // IMF-fixdate only: `Date.parse` alone would take nearly anything.
  if (!/^[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT$/.test(text)) return undefined;
  const at = Date.parse(text);
  return Number.isNaN(at) ? undefined : Math.max(0, at - now);
};

/**
 * Full jitter: anything from nothing to the doubled bound, so that clients that failed together do not
 * come back together. Never earlier than the server asked, and spread over the time after that.
 *
 * @param attempt 0 after the first failure.
 * @param random 0 ≤ random < 1.
 */
export const delayOf = (
  policy: RetryPolicy,
  attempt: number,
  retryAfter: number | undefined,
  random: number,
): number => {
  const bound = Math.min(policy.maxMs, policy.baseMs * 2 ** Math.min(attempt, 30));
  return (retryAfter ?? 0) + Math.floor(random * bound);
};
