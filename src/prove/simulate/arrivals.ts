/** When a real account sent its requests: recorded traces as activity per window of a world. */
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { StillwatchError } from '../../base/errors.ts';

/** Relative activity in equal windows over the whole recording, first window first. */
export interface ArrivalTrace {
  readonly name: string;
  readonly weights: readonly number[];
}

const WINDOWS = 2016;

const unreadable = (path: string, why: string, cause?: unknown): StillwatchError =>
  new StillwatchError(
    'ARRIVALS_UNREADABLE',
    `${path}: ${why}`,
    'Give an Azure trace (CSV with TIMESTAMP), a Mooncake trace (JSON lines with timestamp) or a ServeGen client trace (CSV: window start, rate).',
    { cause },
  );

/** Counts event times into windows that span the recording. */
const countWindows = (times: readonly number[]): number[] => {
  if (!times.every(Number.isFinite)) throw new RangeError('a row holds no time');
  const first = times[0]!;
  const span = Math.max(1, times.at(-1)! - first);
  const weights = new Array<number>(Math.min(WINDOWS, times.length)).fill(0);
  for (const t of times)
    weights[Math.min(weights.length - 1, Math.floor(((t - first) / span) * weights.length))]!++;
  return weights;
};

const parse = (path: string, lines: readonly string[]): number[] => {
  const head = lines[0] ?? '';
  if (head.startsWith('TIMESTAMP,'))
    return countWindows(
      lines.slice(1).map((line) => Date.parse(`${line.slice(0, 23).replace(' ', 'T')}Z`)),
    );
  if (head.startsWith('{'))
    return countWindows(
      lines.map((line) => Number((JSON.parse(line) as { timestamp?: unknown }).timestamp)),
    );
  // ServeGen: window start in seconds, mean requests per second in that window.
  if (/^[\d.]+,[\d.]+,/.test(head)) return lines.map((line) => Number(line.split(',')[1]));
  throw unreadable(path, 'the format of these arrivals is not recognised');
};

/** Reads one trace. Throws ARRIVALS_UNREADABLE. */
export const readArrivals = (path: string): ArrivalTrace => {
  let weights: number[];
  try {
    const lines = readFileSync(path, 'utf8').split(/\r?\n/);
    weights = parse(
      path,
      lines.filter((line) => line !== ''),
    );
  } catch (cause) {
    if (cause instanceof StillwatchError) throw cause;
    throw unreadable(path, 'cannot be read', cause);
  }
  if (weights.length < 2 || !weights.every((w) => w >= 0) || !weights.some((w) => w > 0))
    throw unreadable(path, 'holds no arrivals');
  return { name: basename(path), weights };
};
