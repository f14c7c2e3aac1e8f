/** The small files around indicators: bundles, tokens, accounts known to be good. */
import { readFileSync, statSync } from 'node:fs';
import { type ErrorCode, StillwatchError } from '../base/errors.ts';
import { parseJsonText } from '../base/json-text.ts';
import { forTerminal } from '../base/safe-text.ts';
import { type ReadIndicators, readIndicators } from '../share/indicator/match/read-bundle.ts';
import { isRecord } from '../share/indicator/profile/check.ts';
import { parseToken } from '../share/sharing/blinding/token.ts';

const MOST_BYTES = 256 * 1024 * 1024;

const readText = (path: string, code: ErrorCode, remedy: string): string => {
  try {
    if (statSync(path).size > MOST_BYTES) throw new Error('larger than 256 MiB');
    return new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(path));
  } catch (cause) {
    const why = (cause as NodeJS.ErrnoException).code ?? (cause as Error).message;
    throw new StillwatchError(code, `${forTerminal(path, 200)} cannot be read (${why})`, remedy, {
      cause,
    });
  }
};

const BUNDLE = 'Give a STIX bundle, a TAXII envelope or a list of objects, in JSON.';

/** @throws StillwatchError INDICATORS_UNREADABLE where the file holds no objects at all */
export const readIndicatorFile = (path: string): ReadIndicators => {
  const text = readText(path, 'INDICATORS_UNREADABLE', BUNDLE);
  const unreadable = (why: string) =>
    new StillwatchError('INDICATORS_UNREADABLE', `${forTerminal(path, 200)}: ${why}`, BUNDLE);
  const { value, fault } = parseJsonText(text, { maxBytes: MOST_BYTES, maxValues: 50_000_000 });
  if (fault !== undefined) throw unreadable(fault.message);
  const objects = Array.isArray(value)
    ? value
    : isRecord(value)
      ? (value.objects ?? [])
      : undefined;
  if (!Array.isArray(objects)) throw unreadable('it holds no list of objects');
  return readIndicators(objects);
};

/** Lines with their numbers, blank ones left out. */
const linesOf = (text: string): readonly (readonly [line: number, text: string])[] =>
  text
    .split('\n')
    .map((line, i) => [i + 1, line.trim()] as const)
    .filter(([, line]) => line !== '');

const TOKENS = 'Write one JSON object per line: {"account_id": "…", "token": "swt1:…"}.';

/**
 * Tokens of accounts, as the lab made them: JSON lines, several for one account.
 * @throws StillwatchError TOKENS_UNREADABLE, which names the first bad line and never its content
 */
export const readTokens = (path: string): ReadonlyMap<string, readonly string[]> => {
  const byAccount = new Map<string, string[]>();
  for (const [line, text] of linesOf(readText(path, 'TOKENS_UNREADABLE', TOKENS))) {
    const { value } = parseJsonText(text, { maxBytes: 4096, maxDepth: 2 });
    const { account_id: id, token } = isRecord(value) ? value : {};
    if (typeof id !== 'string' || typeof token !== 'string' || parseToken(token) === undefined)
      throw new StillwatchError(
        'TOKENS_UNREADABLE',
        `${forTerminal(path, 200)}, line ${line}: no account_id with a blinded token`,
        TOKENS,
      );
    const known = byAccount.get(id);
    if (known === undefined) byAccount.set(id, [token]);
    else known.push(token);
  }
  return byAccount;
};

const KNOWN_GOOD = 'Write one account id per line, or JSON lines with account_id.';

/** @throws StillwatchError ACCOUNTS_UNREADABLE */
export const readKnownGood = (path: string): ReadonlySet<string> =>
  new Set(
    linesOf(readText(path, 'ACCOUNTS_UNREADABLE', KNOWN_GOOD)).map(([line, text]) => {
      if (!text.startsWith('{')) return text;
      const { value } = parseJsonText(text, { maxBytes: 65_536, maxDepth: 8 });
      if (isRecord(value) && typeof value.account_id === 'string') return value.account_id;
      throw new StillwatchError(
        'ACCOUNTS_UNREADABLE',
        `${forTerminal(path, 200)}, line ${line}: no account_id`,
        KNOWN_GOOD,
      );
    }),
  );
