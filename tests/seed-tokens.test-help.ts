/** Blinded tokens that a lab has made before, without a hub to make them: its cache, written as it writes it. */
import { createHmac } from 'node:crypto';
import { deriveKey, labSecret } from '../src/serve/lab/http/tokens.ts';
import { save } from '../src/serve/lab/sharing/kept.ts';
import type { Store } from '../src/serve/store/store.ts';
import { epochAt } from '../src/share/sharing/blinding/kind.ts';
import { identifierInput } from '../src/share/sharing/blinding/normalize.ts';

const epoch = epochAt(Date.now());

/** The token of an instrument by its number; made up, where a hub would blind. */
export const tokenOf = (n: number): string =>
  `swt1:payment:${epoch}:${Buffer.alloc(32, `token ${n} `).toString('base64url')}`;
export const paymentOf = (n: number): string => Buffer.alloc(16, `card ${n} `).toString('hex');

export const seedTokens = async (store: Store, count: number): Promise<void> => {
  const secret = deriveKey(await labSecret(store), 'blinding cache');
  const idOf = (n: number): string => {
    const hmac = createHmac('sha256', secret).update(`${epoch}\0`);
    return `${epoch}/${hmac.update(identifierInput('payment', paymentOf(n))).digest('base64url')}`;
  };
  await save(
    store,
    Array.from({ length: count }, (_, n) => ({
      kind: 'share-token' as const,
      ...{ id: idOf(n), value: { token: tokenOf(n) } },
    })),
  );
};
