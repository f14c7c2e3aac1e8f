/**
 * Keeps a rate for gateways that can only let through or refuse. The generic cell rate algorithm (ITU-T
 * I.371, Annex A): one number for each key, no window whose edge lets twice the rate through. It counts
 * what this process sees; behind several replicas each of them grants the rate.
 */

export interface Rates {
  /** 0 when the request conforms; otherwise seconds, at least 1, after which the next one will. */
  readonly take: (key: string, perMinute: number, now: number) => number;
  readonly size: () => number;
}

/** Share of a minute's allowance that may come at once. */
const BURST = 1 / 6;

export const createRates = (most = 100_000): Rates => {
  /** Theoretical arrival time of the next request, by key; in order of last use. */
  const arrivals = new Map<string, number>();
  return {
    take: (key, perMinute, now) => {
      if (!(perMinute > 0)) return 60;
      const interval = 60_000 / perMinute;
      const tolerance = Math.max(0, 60_000 * BURST - interval);
      const known = arrivals.get(key);
      // A clock that jumped back may not lock anybody out for longer than the burst allows.
      const due =
        known === undefined ? now : Math.min(Math.max(known, now), now + tolerance + interval);
      if (due - now > tolerance) return Math.max(1, Math.ceil((due - now - tolerance) / 1000));
      arrivals.delete(key);
      arrivals.set(key, due + interval);
      if (arrivals.size > most) {
        const oldest = arrivals.keys().next();
        if (oldest.done !== true) arrivals.delete(oldest.value);
      }
      return 0;
    },
    size: () => arrivals.size,
  };
};
