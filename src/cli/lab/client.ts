/** Asks a running lab: address and token from its data folder, or as given. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { ERROR_CODES, type ErrorCode, StillwatchError } from '../../base/errors.ts';

export interface ClientFlags {
  readonly data?: string;
  readonly url?: string;
  readonly json?: boolean;
}

export const addClientOptions = (command: Command): Command =>
  command
    .option('--data <folder>', 'data folder of the lab, for its address and its first token')
    .option('--url <url>', 'address of the lab, with the token in STILLWATCH_LAB_TOKEN')
    .option('--json', 'print the answer as JSON');

const unreachable = (why: string): StillwatchError =>
  new StillwatchError(
    'LAB_UNREACHABLE',
    why,
    'Name the data folder with --data, or --url and a token in STILLWATCH_LAB_TOKEN.',
  );

const read = (path: string): string | undefined => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
};

const isCode = (code: string): code is ErrorCode => Object.hasOwn(ERROR_CODES, code);

/** One request. @throws StillwatchError LAB_UNREACHABLE, or the code with which the lab refuses. */
export const askLab = async (
  flags: ClientFlags,
  method: string,
  path: string,
  body?: unknown,
): Promise<unknown> => {
  const folder = flags.data ?? 'stillwatch-lab';
  const known = read(join(folder, 'lab.json'));
  const url = flags.url ?? (known === undefined ? undefined : String(JSON.parse(known).url));
  const token = process.env.STILLWATCH_LAB_TOKEN ?? read(join(folder, 'token'))?.trim();
  if (url === undefined || token === undefined)
    throw unreachable(`No address or no token of a lab in ${folder}`);
  let response: Response;
  try {
    response = await fetch(new URL(path, url), {
      method,
      headers: { authorization: `Bearer ${token}` },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  } catch (cause) {
    throw unreachable(`${url} does not answer: ${(cause as Error).message}`);
  }
  const answer = (await response.json().catch(() => null)) as {
    readonly error?: { readonly code: string; readonly message: string };
  } | null;
  if (response.ok) return answer;
  const { code = '', message = '' } = answer?.error ?? {};
  if (isCode(code)) throw new StillwatchError(code, message, `The lab at ${url} said so.`);
  throw unreachable(`${url} answers ${response.status}: ${code} ${message}`);
};
