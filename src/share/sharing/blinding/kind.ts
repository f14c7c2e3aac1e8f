/** The kinds of identifier that may be blinded, and the epochs of their keys. */
export const IDENTIFIER_KINDS = ['payment', 'email', 'phone', 'organization', 'account'] as const;
export type IdentifierKind = (typeof IDENTIFIER_KINDS)[number];

export const isIdentifierKind = (value: unknown): value is IdentifierKind =>
  IDENTIFIER_KINDS.some((kind) => kind === value);

/** A calendar quarter in UTC: `2026q4`. Tokens of different epochs cannot be compared. */
export type Epoch = string;

export const isEpoch = (value: string): value is Epoch => /^\d{4}q[1-4]$/.test(value);

export const epochAt = (ms: number): Epoch => {
  const date = new Date(ms);
  return `${String(date.getUTCFullYear()).padStart(4, '0')}q${Math.floor(date.getUTCMonth() / 3) + 1}`;
};
