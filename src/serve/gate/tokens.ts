/** Who may ask: one token for each gateway, by name. */
import { createHash, timingSafeEqual } from 'node:crypto';
import { StillwatchError } from '../../base/errors.ts';

export interface GatewayToken {
  readonly gateway: string;
  readonly token: string;
}

export interface Tokens {
  /** Name of the gateway that holds this token, or undefined. */
  readonly holder: (token: string | undefined) => string | undefined;
  /** Of an Authorization header with Bearer (RFC 6750, section 2.1). */
  readonly bearer: (header: string | undefined) => string | undefined;
  /** Whether anybody may ask: no tokens were given. */
  readonly open: boolean;
}

/** Name under which everybody goes where no tokens are asked for. */
export const ANYBODY = 'gateway';

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

export const createTokens = (given: readonly GatewayToken[]): Tokens => {
  const known = given.map(({ gateway, token }) => ({ gateway, hash: digest(token) }));
  const open = known.length === 0;
  /** Tokens that were right lately: hashing on every request would cost more than the answer. */
  const cache = new Map<string, string>();
  const holder = (token: string | undefined): string | undefined => {
    if (open) return ANYBODY;
    if (token === undefined || token.length > 512) return undefined;
    const cached = cache.get(token);
    if (cached !== undefined) return cached;
    const hash = digest(token);
    let found: string | undefined;
    // All of them are compared, each in constant time.
    for (const one of known) if (timingSafeEqual(one.hash, hash)) found = one.gateway;
    if (found !== undefined) cache.set(token, found);
    return found;
  };
  return {
    open,
    holder,
    bearer: (header) =>
      holder(header !== undefined && /^bearer /i.test(header) ? header.slice(7).trim() : undefined),
  };
};

const LINE = /^([a-z0-9][a-z0-9._-]{0,63})[ \t]+([!-~]{16,512})$/;

/** Lines `NAME TOKEN`; empty lines and those that begin with # are passed over. */
export const parseTokens = (text: string, file: string): readonly GatewayToken[] => {
  const tokens: GatewayToken[] = [];
  for (const [i, raw] of text.split(/\r?\n/).entries()) {
    const line = raw.trim();
    if (line === '' || line.startsWith('#')) continue;
    const match = LINE.exec(line);
    if (match === null)
      throw new StillwatchError(
        'GATE_TOKENS_UNREADABLE',
        `${file}: line ${i + 1} is not NAME TOKEN`,
        'Write a name of small letters, digits, dots and hyphens, and a token of 16 to 512 visible characters.',
      );
    tokens.push({ gateway: match[1]!, token: match[2]! });
  }
  if (tokens.length === 0)
    throw new StillwatchError(
      'GATE_TOKENS_UNREADABLE',
      `${file} holds no token`,
      'Write one line NAME TOKEN for each gateway.',
    );
  return tokens;
};
