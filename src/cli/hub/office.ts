/** What the commands of the operator share: opening the hub's data, times, tables, and the next command. */
import { StillwatchError } from '../../base/errors.ts';
import { forJson, forTerminal } from '../../base/safe-text.ts';
import { textWidth } from '../../base/text-width.ts';
import type { Secrets } from '../../serve/hub/access/secret.ts';
import type { Office } from '../../serve/hub/members/changes.ts';

export type Output = NodeJS.WritableStream;

export interface DataOptions {
  readonly data: string;
  readonly json?: boolean;
}

export const DATA_HELP = "the hub's data: a folder, or postgres://…";

/** The data as the next command names it, ready for a shell. A connection string may hold a password. */
export const dataShown = (data: string): string => {
  if (/^postgres(ql)?:/.test(data)) return '"$DATABASE"';
  const text = forTerminal(data);
  return /^[\w./~@%+=:-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
};

/** The end of the help of each command here. */
export const EXIT_STATUS =
  '\n\nExit status: 0 done, 2 usage or an unknown name, 4 data that cannot be opened.';

/** A mistyped folder must not become a new hub that is asked, changed or backed up in the place of the right one. */
export const refuseAbsentHub = async (data: string): Promise<void> => {
  const { mayHoldHub } = await import('../../serve/hub/members/copy.ts');
  if (!mayHoldHub(data))
    throw new StillwatchError(
      'STORE_UNREACHABLE',
      `There is no hub in ${forTerminal(data)}`,
      'Check --data; `stillwatch hub serve --data FOLDER` makes a hub.',
    );
};

/**
 * Opens the data, also beside a running hub, and closes it whatever happens.
 *
 * @throws StillwatchError `STORE_UNREACHABLE` for a folder without a hub, unless it may be made.
 */
export const withOffice = async <T>(
  data: string,
  work: (office: Office & { readonly secrets: Secrets }) => Promise<T>,
  absent: 'refuse' | 'make' = 'refuse',
): Promise<T> => {
  if (absent === 'refuse') await refuseAbsentHub(data);
  const { openStore } = await import('../../serve/store/open.ts');
  const { hubLedger } = await import('../../serve/hub/ledger/record.ts');
  const { secretsOf } = await import('../../serve/hub/access/secret.ts');
  const store = await openStore(data);
  try {
    const ledger = await hubLedger(store);
    return await work({ store, ledger, secrets: await secretsOf(store), clock: Date.now });
  } finally {
    await store.close();
  }
};

const UNITS: Readonly<Record<string, number>> = { h: 3_600_000, d: 86_400_000 };

/** `90d`, `12h`, a time of RFC 3339, or `never`. @throws StillwatchError `USAGE`. */
export const parseEnd = (text: string, now: number): number | null => {
  if (text === 'never') return null;
  const span = /^(\d{1,5})([hd])$/.exec(text);
  if (span !== null) return now + Number(span[1]) * UNITS[span[2]!]!;
  const time = /^\d{4}-\d\d-\d\dT/.test(text) ? Date.parse(text) : Number.NaN;
  if (!Number.isNaN(time)) return time;
  throw new StillwatchError(
    'USAGE',
    `${forTerminal(text, 40)} is no end`,
    'Give a span as 90d or 12h, a time as 2027-01-01T00:00:00Z, or never.',
  );
};

export const timeText = (ms: number | null | undefined): string =>
  ms === null || ms === undefined ? 'never' : `${new Date(ms).toISOString().slice(0, 16)}Z`;

/** Columns as wide as their widest cell; every cell is safe to show. */
export const table = (
  head: readonly string[],
  rows: readonly (readonly string[])[],
): readonly string[] => {
  const shown = [head, ...rows.map((row) => row.map((cell) => forTerminal(cell, 60)))];
  const widths = head.map((_, i) => Math.max(...shown.map((row) => textWidth(row[i] ?? ''))));
  return shown.map((row) =>
    row
      .map((cell, i) => cell + ' '.repeat(widths[i]! - textWidth(cell)))
      .join('  ')
      .trimEnd(),
  );
};

export interface Told {
  /** What `--json` prints. */
  readonly json: unknown;
  readonly lines: readonly string[];
  /** The command that usually follows. */
  readonly next?: string | undefined;
}

export const tell = (output: Output, json: boolean | undefined, told: Told): void => {
  if (json) output.write(`${forJson(told.json, 1)}\n`);
  else {
    const next = told.next === undefined ? [] : [`Next: ${told.next}`];
    output.write([...told.lines, ...next].map((line) => `${line}\n`).join(''));
  }
};
