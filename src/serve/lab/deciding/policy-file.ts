/**
 * The policy in force: read from a file, read again when the file changes, and never replaced by one that
 * holds a fault. Each version that was in force is recorded with its text.
 */
import { readFileSync, statSync } from 'node:fs';
import type { Policy } from '../../../act/response/policy/policy.ts';
import { policyFrom } from '../../../act/response/policy/read-policy.ts';
import { StillwatchError } from '../../../base/errors.ts';
import type { Store } from '../../store/store.ts';

export const DEFAULT_POLICY = new URL('../../../act/response/default-policy.yaml', import.meta.url)
  .pathname;

export interface PolicyStatus {
  readonly file: string;
  readonly version: string;
  readonly digest: string;
  /** Since when this lab goes by it, epoch milliseconds. */
  readonly since: number;
  /** Why the file as it is now is not in force; the version above stays. */
  readonly fault: {
    readonly code: string;
    readonly message: string;
    readonly remedy: string;
    readonly at: number;
  } | null;
}

export interface PolicyFile {
  readonly policy: () => Policy;
  readonly status: () => PolicyStatus;
  /** Reads the file again. True when another policy is in force now. @throws StillwatchError */
  readonly reload: (now: number) => Promise<boolean>;
  /** The same when the file looks changed; a fault is kept in the status. */
  readonly check: (now: number) => Promise<boolean>;
}

const markOf = (path: string): string => {
  try {
    const { mtimeMs, size, ino } = statSync(path);
    return `${mtimeMs} ${size} ${ino}`;
  } catch {
    return 'gone';
  }
};

const readText = (path: string): string => {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new StillwatchError(
      'POLICY_INVALID',
      `${path} cannot be read: ${(cause as Error).message}`,
      'Name a policy file with --policy.',
      { cause },
    );
  }
};

/** @throws StillwatchError POLICY_INVALID: a lab does not start with a policy that holds a fault. */
export const openPolicyFile = async (
  store: Store,
  path: string,
  now: number,
  onFault: (error: StillwatchError) => void,
): Promise<PolicyFile> => {
  let mark = markOf(path);
  let text = readText(path);
  let policy = policyFrom(text, path);
  let since = now;
  let fault: PolicyStatus['fault'] = null;

  const record = async (at: number): Promise<void> => {
    const { version, digest } = policy;
    const known = await store.records.get('policy-version', version);
    if (known === undefined)
      await store.write(({ records }) =>
        records.put('policy-version', version, { at, digest, text }),
      );
  };
  await record(now);

  const reload = async (at: number): Promise<boolean> => {
    mark = markOf(path);
    try {
      const written = readText(path);
      const read = policyFrom(written, path);
      fault = null;
      if (read.digest === policy.digest) return false;
      policy = read;
      text = written;
      since = at;
    } catch (error) {
      if (!(error instanceof StillwatchError)) throw error;
      const { code, message, remedy } = error;
      fault = { code, message, remedy, at };
      onFault(error);
      throw error;
    }
    await record(at);
    return true;
  };
  return {
    policy: () => policy,
    status: () => ({
      file: path,
      version: policy.version,
      digest: policy.digest,
      since,
      fault,
    }),
    reload,
    check: async (at) => {
      if (markOf(path) === mark) return false;
      return reload(at).catch((error: unknown) => {
        if (error instanceof StillwatchError) return false;
        throw error;
      });
    },
  };
};
