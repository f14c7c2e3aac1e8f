import { randomBytes } from 'node:crypto';

const PER_BLOCK = 4096;
const LAST = Array.from({ length: PER_BLOCK }, (_, i) => i.toString(16).padStart(3, '0'));

/**
 * Ids of allowances: `allowance--`, 96 random bits of this gate, a counter. They are unique without a
 * look at the clock or at a random source for each, which would cost more than the answer.
 */
export const createAllowanceIds = (
  prefix: string = randomBytes(12).toString('hex'),
): (() => string) => {
  let block = 0;
  let next = PER_BLOCK;
  let head = '';
  return () => {
    if (next === PER_BLOCK) {
      head = `allowance--${prefix}-${block.toString(16)}`;
      block += 1;
      next = 0;
    }
    const id = head + LAST[next]!;
    next += 1;
    return id;
  };
};
