/**
 * Why a row was not counted as an exchange: a closed list. `docs/reference/exchange-log.md` carries
 * the same codes and sentences; a test ties the two.
 */
export const REJECT_REASONS = {
  ROW_NOT_JSON: 'The line is not one JSON object.',
  ROW_TRUNCATED: 'The last line of the source ends before its JSON object does.',
  ROW_TOO_LONG: 'The line is longer than the bound on one line.',
  ROW_TOO_DEEP: 'The JSON nests deeper than 64 levels.',
  ROW_TOO_MANY_VALUES: 'The JSON holds more than 1,000,000 values.',
  ROW_NOT_CSV: 'The line breaks the CSV quoting rules.',
  INVALID_UTF8: 'The line is not valid UTF-8.',
  TIMESTAMP_MISSING: 'There is no timestamp.',
  TIMESTAMP_INVALID:
    'The timestamp is neither RFC 3339 with an offset nor epoch milliseconds between 2000 and 2100.',
  ACCOUNT_MISSING: 'There is no account id.',
  ACCOUNT_INVALID:
    'The account id is not a string of at most 256 characters or an exactly representable integer.',
  PROMPT_MISSING: 'There is no prompt, no user message, and no prompt hash or template id.',
  RESPONSE_TOKENS_MISSING: 'There is no count of response tokens, and the request did not fail.',
  RESPONSE_TOKENS_INVALID: 'The count of response tokens is not a whole number from 0 to 10^9.',
  ROW_ENCRYPTED: 'The row is encrypted; decrypt the log before it is read.',
  SOURCE_TRUNCATED: 'The compressed source ends early; the rows before the cut were read.',
  SOURCE_DAMAGED: 'The source is damaged from here on; the rows before were read.',
} as const satisfies Record<string, string>;

export type RejectReason = keyof typeof REJECT_REASONS;

/** The longest line kept, bytes. */
export const MAX_LINE_BYTES = 64 * 1024 * 1024;
/** The longest prompt kept, UTF-16 code units; the rest is cut off. */
export const MAX_PROMPT = 65_536;
/** The longest other text kept, UTF-16 code units; the rest is cut off. */
export const MAX_TEXT = 1024;
/** The longest identifier; a longer one is refused, because a cut one could name someone else. */
export const MAX_ID = 256;
export const MAX_TOKENS = 1_000_000_000;
export const MAX_DEPTH = 64;
export const MAX_VALUES = 1_000_000;
