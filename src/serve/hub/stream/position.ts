/**
 * The ids of events as consumers see them. The numbers of the log would tell how much happens that one
 * may not see; so an id is that number under a key of the hub: the same at every process and for ever,
 * telling nothing, and impossible to make up.
 */
import { createCipheriv, createDecipheriv, createSecretKey, randomInt } from 'node:crypto';
import type { Secrets } from '../access/secret.ts';

export interface Positions {
  /** The id of one event. */
  readonly idOf: (seq: number) => string;
  /** An id for a place in the log that is shown once: two of one place look different. */
  readonly markOf: (seq: number) => string;
  /** The number behind an id or a mark, or undefined when the hub never gave it. */
  readonly seqOf: (id: string) => number | undefined;
}

const BLOCK = 16;
/** One block: number, salt, and zeros, which nobody hits by guessing (one in 2⁶⁴). */
const SALT_AT = 6;
const ZEROS_AT = 8;

export const positions = (secrets: Pick<Secrets, 'seal'>): Positions => {
  const key = createSecretKey(secrets.seal('stream positions'));
  const encode = (seq: number, salt: number): string => {
    const block = Buffer.alloc(BLOCK);
    block.writeUIntBE(seq, 0, SALT_AT);
    block.writeUInt16BE(salt, SALT_AT);
    // One block of a block cipher is a permutation; with one block there is no mode to get wrong.
    const cipher = createCipheriv('aes-256-ecb', key, null).setAutoPadding(false);
    return cipher.update(block).toString('base64url');
  };
  return {
    idOf: (seq) => encode(seq, 0),
    markOf: (seq) => encode(seq, randomInt(1, 1 << 16)),
    seqOf: (id) => {
      const bytes = Buffer.from(id, 'base64url');
      if (bytes.length !== BLOCK || bytes.toString('base64url') !== id) return undefined;
      const cipher = createDecipheriv('aes-256-ecb', key, null).setAutoPadding(false);
      const block = cipher.update(bytes);
      return block.subarray(ZEROS_AT).every((byte) => byte === 0)
        ? block.readUIntBE(0, SALT_AT)
        : undefined;
    },
  };
};
