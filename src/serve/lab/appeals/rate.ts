/** So many at once, and so many a minute after that; for each caller by itself. */
import { createHash } from 'node:crypto';

const MOST_CALLERS = 1000;

/** Seconds until the caller may come again; 0 when this one was counted. */
export type Limit = (caller: string, now: number) => number;

export const createLimit = (perMinute: number): Limit => {
  const callers = new Map<string, { left: number; at: number }>();
  return (caller, now) => {
    const key = createHash('sha256').update(caller).digest('base64url');
    const known = callers.get(key) ?? { left: perMinute, at: now };
    const gained = (Math.max(0, now - known.at) * perMinute) / 60_000;
    const left = Math.min(perMinute, known.left + gained);
    callers.delete(key);
    callers.set(key, { left: left < 1 ? left : left - 1, at: now });
    if (callers.size > MOST_CALLERS) callers.delete(callers.keys().next().value!);
    return left < 1 ? Math.ceil(((1 - left) * 60) / perMinute) : 0;
  };
};
