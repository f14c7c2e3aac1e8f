/** A member's cache of tokens: an identifier is evaluated once per epoch, and never kept in clear. */
import { createHmac, randomBytes } from 'node:crypto';
import type { Epoch, IdentifierKind } from './kind.ts';
import { identifierInput } from './normalize.ts';

export interface TokenCache {
  readonly get: (kind: IdentifierKind, epoch: Epoch, identifier: string) => string | undefined;
  readonly put: (kind: IdentifierKind, epoch: Epoch, identifier: string, token: string) => void;
  /** Forgets the tokens of every epoch before this one. */
  readonly dropBefore: (epoch: Epoch) => void;
  readonly size: () => number;
}

/**
 * A cache in memory that forgets the least recently used. Its keys are MACs under a secret of this
 * process, so that a memory dump is no list of identifiers that can be searched without that secret.
 *
 * @param capacity tokens kept; about 200 bytes each.
 */
export const memoryTokenCache = (capacity: number, secret = randomBytes(32)): TokenCache => {
  const tokens = new Map<string, { readonly epoch: Epoch; readonly token: string }>();
  const keyOf = (kind: IdentifierKind, epoch: Epoch, identifier: string): string =>
    createHmac('sha256', secret)
      .update(`${epoch}\0`)
      .update(identifierInput(kind, identifier))
      .digest('base64url');
  return {
    get: (kind, epoch, identifier) => {
      const key = keyOf(kind, epoch, identifier);
      const found = tokens.get(key);
      if (found === undefined) return undefined;
      // A Map keeps the order of insertion: put back at the end means used just now.
      tokens.delete(key);
      tokens.set(key, found);
      return found.token;
    },
    put: (kind, epoch, identifier, token) => {
      const key = keyOf(kind, epoch, identifier);
      tokens.delete(key);
      tokens.set(key, { epoch, token });
      if (tokens.size > capacity) tokens.delete(tokens.keys().next().value!);
    },
    dropBefore: (epoch) => {
      // Epochs are written so that their order is that of their texts.
      for (const [key, value] of tokens) if (value.epoch < epoch) tokens.delete(key);
    },
    size: () => tokens.size,
  };
};
