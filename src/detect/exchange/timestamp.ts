/** 2000-01-01 and 2100-01-01, epoch milliseconds: outside lies a clock or a unit gone wrong. */
export const EARLIEST = 946_684_800_000;
export const LATEST = 4_102_444_800_000;

const DAYS_BEFORE = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];
const MONTH_DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const DAY = 86_400_000;

/** The value of `n` decimal digits at `at`, or NaN when one is not a digit. */
const digits = (b: Uint8Array, at: number, n: number): number => {
  let value = 0;
  for (let i = at; i < at + n; i++) {
    const d = b[i]! - 48;
    if (!(d >= 0 && d <= 9)) return Number.NaN;
    value = value * 10 + d;
  }
  return value;
};

const isLeap = (y: number): boolean => y % 4 === 0 && (y % 100 !== 0 || y % 400 === 0);

/** Days from 1970-01-01 to the first of January of year `y` (2000 to 2100), Gregorian. */
const daysToYear = (y: number): number => {
  const past = y - 1;
  return (
    365 * (y - 1970) +
    (Math.floor(past / 4) - 492) -
    (Math.floor(past / 100) - 19) +
    (Math.floor(past / 400) - 4)
  );
};

/**
 * Epoch milliseconds of an RFC 3339 date-time in bytes `start..end`, or NaN.
 *
 * Strict in what a date is (no 30th of February, no missing offset); accepts what section 5.6
 * allows: lower-case `t` and `z`, a space for the `T`, any number of fraction digits (cut to the
 * millisecond, never rounded up into the future), and the leap second of section 5.7.
 */
export const parseRfc3339 = (b: Uint8Array, start: number, end: number): number => {
  if (end - start < 20) return Number.NaN;
  const year = digits(b, start, 4);
  const month = digits(b, start + 5, 2);
  const day = digits(b, start + 8, 2);
  const hour = digits(b, start + 11, 2);
  const minute = digits(b, start + 14, 2);
  const second = digits(b, start + 17, 2);
  const t = b[start + 10]!;
  if (b[start + 4] !== 45 || b[start + 7] !== 45 || (t !== 84 && t !== 116 && t !== 32))
    return Number.NaN;
  if (b[start + 13] !== 58 || b[start + 16] !== 58) return Number.NaN;
  // Written so that NaN fails every comparison.
  if (!(year >= 1999 && year <= 2100 && month >= 1 && month <= 12 && day >= 1)) return Number.NaN;
  if (!(hour <= 23 && minute <= 59 && second <= 60)) return Number.NaN;
  const leapDay = month === 2 && isLeap(year) ? 1 : 0;
  if (day > MONTH_DAYS[month - 1]! + leapDay) return Number.NaN;
  if (second === 60 && minute !== 59) return Number.NaN; // section 5.7: leap seconds end an hour

  let at = start + 19;
  let ms = 0;
  if (b[at] === 46) {
    let scale = 100;
    const first = ++at;
    for (; at < end; at++) {
      const d = b[at]! - 48;
      if (!(d >= 0 && d <= 9)) break;
      ms += d * scale;
      scale = scale > 1 ? scale / 10 : 0;
    }
    if (at === first) return Number.NaN;
  }
  if (at >= end) return Number.NaN;
  let offset = 0;
  const zone = b[at]!;
  if (zone === 43 || zone === 45) {
    if (end - at !== 6 || b[at + 3] !== 58) return Number.NaN;
    const hours = digits(b, at + 1, 2);
    const minutes = digits(b, at + 4, 2);
    if (!(hours <= 23 && minutes <= 59)) return Number.NaN;
    offset = (hours * 60 + minutes) * (zone === 43 ? 60_000 : -60_000);
  } else if ((zone !== 90 && zone !== 122) || at + 1 !== end) return Number.NaN;

  const days =
    daysToYear(year) + DAYS_BEFORE[month - 1]! + (month > 2 && isLeap(year) ? 1 : 0) + day - 1;
  return days * DAY + hour * 3_600_000 + minute * 60_000 + second * 1000 + ms - offset;
};

export const inRange = (ms: number): boolean => ms >= EARLIEST && ms < LATEST;

const scratch = new Uint8Array(64);

const parseText = (text: string): number => {
  if (text.length > scratch.length) return Number.NaN;
  for (let i = 0; i < text.length; i++) scratch[i] = Math.min(text.charCodeAt(i), 255);
  return parseRfc3339(scratch, 0, text.length);
};

/** Epoch milliseconds of a text: RFC 3339, or epoch milliseconds in digits. NaN when neither. */
export const parseTimestampText = (text: string): number => {
  if (text.charCodeAt(4) === 45) return parseText(text.trimEnd()); // the usual case first
  const s = text.trim();
  if (/^\d{12,13}(\.\d+)?$/.test(s)) return Math.floor(Number(s));
  return parseText(s);
};
