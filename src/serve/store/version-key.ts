/** Versions as texts whose order is the order of time, to any number of digits (STIX 2.1, section 2.16). */

/**
 * `2016-01-01T00:00:00.120Z` becomes `2016-01-01T00:00:00.12`. The point stays, so a whole second comes
 * before its fractions; zeros at the end go, so that one instant has one key.
 */
export const versionKey = (timestamp: string): string => {
  const bare = timestamp.replace(/[zZ]$/, '');
  const [whole = '', fraction = ''] = bare.split('.');
  return `${whole.toUpperCase()}.${fraction.replace(/0+$/, '')}`;
};

const MICROS = 1_000_000;

/** `date_added` as it is written in TAXII (section 2): RFC 3339 in UTC, always with six digits. */
export const microsText = (micros: number): string => {
  const seconds = Math.floor(micros / MICROS);
  const fraction = String(micros - seconds * MICROS).padStart(6, '0');
  return `${new Date(seconds * 1000).toISOString().slice(0, 19)}.${fraction}Z`;
};

const TIMESTAMP = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,30}))?Z$/;

/**
 * Microseconds of a timestamp, rounded down; undefined when it is none. Rounding down is exact for
 * `added_after`: nothing is kept between two microseconds.
 */
export const microsOf = (timestamp: string): number | undefined => {
  const match = TIMESTAMP.exec(timestamp);
  if (match === null) return undefined;
  const whole = Date.parse(`${match[1]}Z`);
  // Date.parse takes 30 February for 1 March; a timestamp that is written back differently is none.
  if (Number.isNaN(whole) || new Date(whole).toISOString().slice(0, 19) !== match[1])
    return undefined;
  return whole * 1000 + Number((match[2] ?? '').padEnd(6, '0').slice(0, 6));
};
