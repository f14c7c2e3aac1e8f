/**
 * Timestamps of STIX 2.1 (section 2.16): RFC 3339 in UTC, any number of sub-second digits, compared
 * exactly. `Date` keeps three digits, so two different versions of an object would look the same.
 */

const SHAPE = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})(?:\.(\d+))?Z$/;
const WHOLE_SECONDS = 'YYYY-MM-DDTHH:MM:SS'.length;
const DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

const daysIn = (year: number, month: number): number => {
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return month === 2 && leap ? 29 : (DAYS[month - 1] ?? 0);
};

/** What is wrong with a timestamp, or undefined. Linear in its length. */
export const timestampFault = (text: string): string | undefined => {
  const match = SHAPE.exec(text);
  if (match === null) return 'is not written as YYYY-MM-DDTHH:MM:SS[.s+]Z';
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  if (month < 1 || month > 12) return 'has no such month';
  if (day < 1 || day > daysIn(year, month)) return 'has no such day in its month';
  if (hour > 23 || minute > 59) return 'has no such time of day';
  // RFC 3339, 5.7: a leap second is the 60th second of the last minute of a day in UTC.
  if (second > 60 || (second === 60 && (hour !== 23 || minute !== 59))) return 'has no such second';
  return undefined;
};

export const isTimestamp = (text: string): boolean => timestampFault(text) === undefined;

/** How many digits follow the second; 0 for none. */
export const fractionDigits = (text: string): number =>
  Math.max(0, text.length - WHOLE_SECONDS - '.Z'.length);

/** Significant digits of the fraction: `.1`, `.10` and `.100` are one instant. */
const fraction = (text: string): string => {
  let end = text.length - 1;
  while (end > WHOLE_SECONDS && text.charCodeAt(end - 1) === 48) end -= 1;
  return text.slice(WHOLE_SECONDS + 1, end);
};

/** Negative, zero or positive, as `a` is before, at or after `b`. Both must be timestamps. */
export const compareTimestamps = (a: string, b: string): number => {
  const wholeA = a.slice(0, WHOLE_SECONDS);
  const wholeB = b.slice(0, WHOLE_SECONDS);
  // Fixed-width fields from years down to seconds: the order of text is the order of time.
  if (wholeA !== wholeB) return wholeA < wholeB ? -1 : 1;
  const fractionA = fraction(a);
  const fractionB = fraction(b);
  if (fractionA === fractionB) return 0;
  return fractionA < fractionB ? -1 : 1;
};

/** A time in milliseconds since 1970 as a STIX timestamp with three digits (3.2). */
export const timestampOf = (milliseconds: number): string => new Date(milliseconds).toISOString();
