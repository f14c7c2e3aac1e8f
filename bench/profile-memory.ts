/**
 * Bytes that one account takes: while it is observed, and as a profile. Null control: the same
 * profiles measured twice differ by nothing but noise; positive control: thirty times the exchanges
 * take more bytes, 670 times not 670 times as many.
 */
import { rm } from 'node:fs/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { openLog } from '../src/detect/exchange/open-log.ts';
import { createChunkProfiler } from '../src/detect/scan/chunk-profiler.ts';
import { writeLog } from './profile-log.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Bytes of the heap and of buffers after a collection. */
export const used = (): number => {
  collect();
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
};

export interface AccountBytes {
  readonly exchangesPerAccount: number;
  readonly accounts: number;
  readonly observed: number;
  readonly profile: number;
}

/** Writes a log to `path`, profiles it in this thread and says what the accounts take. */
export const accountBytes = async (
  path: string,
  exchangesPerAccount: number,
  accounts: number,
): Promise<AccountBytes> => {
  await writeLog(path, { exchanges: accounts * exchangesPerAccount, accounts });
  const before = used();
  const profiler = createChunkProfiler(null);
  for await (const chunk of openLog([path])) profiler.accept(chunk);
  await rm(path);
  const observed = used() - before;
  const profiles = new Map(profiler.drain());
  const profile = used() - before;
  if (profiles.size !== accounts) throw new Error(`${profiles.size} of ${accounts} accounts`);
  return {
    exchangesPerAccount,
    accounts,
    observed: Math.round(observed / accounts),
    profile: Math.round(profile / accounts),
  };
};
