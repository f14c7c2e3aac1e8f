/** Numbers, times and ids as a person reads them. All pure; all times in UTC. */
import { visible } from '../../base/safe-text.ts';

const THIN = '\u202f'; // narrow no-break space (ISO 80000-1, 7.3.1: groups of three, no comma)
const PERCENT = '\u00a0%';

/** 1234567 → '1 234 567' with thin spaces, or with `separator`. */
export const formatCount = (count: number, separator: string = THIN): string =>
  Number.isFinite(count)
    ? String(Math.round(count)).replace(/\B(?=(\d{3})+$)/g, separator)
    : 'unknown';

/** '1 account', '2 accounts'. */
export const plural = (count: number, one: string, many = `${one}s`, separator?: string): string =>
  `${formatCount(count, separator)} ${count === 1 ? one : many}`;

/** A p-value: at most four decimals, never '0'. With `equals`, as part of a sentence: '= 0.03'. */
export const formatP = (p: number, equals = ''): string => {
  if (!Number.isFinite(p)) return 'unknown';
  if (p < 0.0001) return '< 0.0001';
  return `${equals}${p >= 0.1 ? p.toFixed(2) : p >= 0.001 ? p.toFixed(3) : p.toFixed(4)}`;
};

/** A measured value with about three significant digits and no exponent in the usual range. */
export const formatValue = (value: number): string => {
  if (!Number.isFinite(value)) return 'unknown';
  const size = Math.abs(value);
  if (size === 0) return '0';
  if (size >= 1e7 || size < 0.0005) return value.toExponential(1).replace('-', '−');
  if (size >= 1000) return signed(formatCount(size), value);
  if (Number.isInteger(size)) return signed(String(size), value);
  const digits = size >= 100 ? 0 : size >= 10 ? 1 : size >= 0.1 ? 2 : 3;
  return signed(String(Number(size.toFixed(digits))), value);
};

const signed = (text: string, value: number): string => (value < 0 ? `−${text}` : text);

/** A score from 0 to 1, two decimals; 0.999 does not become a certainty of '1.00'. */
export const formatScore = (score: number): string => {
  if (!Number.isFinite(score)) return 'unknown';
  return score > 0.99 && score < 1 ? '> 0.99' : score.toFixed(2);
};

/** '+2.1' or '−0.3': log-odds. */
export const formatContribution = (contribution: number): string =>
  Number.isFinite(contribution)
    ? `${contribution < 0 ? '−' : '+'}${Math.abs(contribution).toFixed(Math.abs(contribution) < 0.1 ? 2 : 1)}`
    : 'unknown';

/** 0.123 → '12 %'; small shares keep two digits, and only nothing is '0 %'. */
export const formatShare = (share: number): string => {
  if (!Number.isFinite(share)) return 'unknown';
  const percent = share * 100;
  if (percent === 0 || percent >= 10) return `${percent.toFixed(0)}${PERCENT}`;
  return percent < 0.01 ? `< 0.01${PERCENT}` : `${Number(percent.toPrecision(2))}${PERCENT}`;
};

/** '2026-01-03 10:15', or the escaped text itself when it is not a time. */
export const formatTime = (time: string): string => {
  const stamp = Date.parse(time);
  if (Number.isNaN(stamp)) return visible(time, 40);
  return new Date(stamp).toISOString().slice(0, 16).replace('T', ' ');
};

export const formatDay = (time: string): string =>
  Number.isNaN(Date.parse(time)) ? visible(time, 40) : formatTime(time).slice(0, 10);

/** '2026-01-03 to 2026-01-17', or one day alone. */
export const formatPeriod = (first: string | null, last: string | null): string => {
  if (first === null || last === null) return 'no period';
  const [from, to] = [formatDay(first), formatDay(last)];
  return from === to ? from : `${from} to ${to}`;
};

/** 3600000 → '1 hour'. Durations are milliseconds. */
export const formatDuration = (ms: number): string => {
  const units = [
    [86_400_000, 'day'],
    [3_600_000, 'hour'],
    [60_000, 'minute'],
  ] as const;
  for (const [size, name] of units) {
    const amount = Number((ms / size).toFixed(1));
    if (amount >= 1) return `${amount} ${name}${amount === 1 ? '' : 's'}`;
  }
  return plural(Math.round(ms / 1000), 'second');
};

const CAMPAIGN_PREFIX = 'campaign--';

export const withoutPrefix = (id: string): string =>
  id.startsWith(CAMPAIGN_PREFIX) ? id.slice(CAMPAIGN_PREFIX.length) : id;

/**
 * Ids as short as they can be told apart within one report, at least 8 characters; `explain` accepts
 * them as prefixes.
 */
export const shortIds = (ids: readonly string[]): ReadonlyMap<string, string> => {
  const bare = ids.map(withoutPrefix);
  for (let length = 8; length <= 64; length += 4) {
    const cut = bare.map((id) => id.slice(0, length));
    if (new Set(cut).size === new Set(bare).size) return new Map(ids.map((id, i) => [id, cut[i]!]));
  }
  return new Map(ids.map((id, i) => [id, bare[i]!]));
};
