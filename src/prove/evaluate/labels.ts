import { readFile } from 'node:fs/promises';
import { StillwatchError } from '../../base/errors.ts';

export const LABELS = ['benign', 'reseller', 'distillation'] as const;
export type Label = (typeof LABELS)[number];

/** The known answer for one account: one row of `labels.jsonl`. */
export interface LabelRow {
  readonly account_id: string;
  readonly label: Label;
  /** Which campaign or relay the account belongs to; null for an account on its own. */
  readonly campaign: string | null;
  /** What kind of user it plays: 'classroom', 'coding-agent', … */
  readonly group: string;
}

const isLabel = (value: unknown): value is Label => LABELS.some((label) => label === value);

/** The row, or the reason why the line is not one. */
const parseRow = (line: string): LabelRow | string => {
  let row: unknown;
  try {
    row = JSON.parse(line);
  } catch {
    return 'is not JSON';
  }
  if (typeof row !== 'object' || row === null) return 'is not an object';
  const { account_id, label, campaign = null, group } = row as Record<string, unknown>;
  if (typeof account_id !== 'string' || account_id === '') return 'has no account_id';
  if (!isLabel(label)) return `has no label of ${LABELS.join(', ')}`;
  if (campaign !== null && typeof campaign !== 'string') return 'has a campaign that is no text';
  if (typeof group !== 'string' || group === '') return 'has no group';
  return { account_id, label, campaign, group };
};

const unreadable = (source: string, faults: readonly string[], cause?: unknown): StillwatchError =>
  new StillwatchError(
    'LABELS_UNREADABLE',
    `${source}: ${faults.join('; ')}`,
    'Give one JSON object per line with account_id, label, campaign and group, as docs/reference/evaluation.md describes.',
    { cause },
  );

/** Faults named in one message: enough to see the pattern. */
const FAULTS_SHOWN = 5;

/**
 * Parses label rows; blank lines are skipped. A known answer that is half right is no known answer,
 * so any bad line refuses the file, and the message names the first faults together.
 * @throws LABELS_UNREADABLE for a bad row, an account labelled twice, or no row at all.
 */
export const parseLabels = (text: string, source: string): LabelRow[] => {
  const rows = new Map<string, LabelRow>();
  const faults: string[] = [];
  let number = 0;
  for (const line of text.split('\n')) {
    number++;
    if (line.trim() === '') continue;
    const row = parseRow(line);
    if (typeof row === 'string') faults.push(`line ${number} ${row}`);
    else if (rows.has(row.account_id)) faults.push(`line ${number} labels an account again`);
    else rows.set(row.account_id, row);
    if (faults.length === FAULTS_SHOWN) break;
  }
  if (faults.length > 0) throw unreadable(source, faults);
  if (rows.size === 0) throw unreadable(source, ['holds no label']);
  return [...rows.values()];
};

/** Reads a labels file. @throws LABELS_UNREADABLE also when the file cannot be opened. */
export const readLabels = async (path: string): Promise<LabelRow[]> => {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw unreadable(path, [error instanceof Error ? error.message : 'cannot be read'], error);
  });
  return parseLabels(text, path);
};
