/** A progress bar on a terminal; nothing at all elsewhere, so that logs and pipes stay clean. */
import cliProgress from 'cli-progress';
import { forTerminal } from '../../base/safe-text.ts';
import { formatCount } from './format.ts';

export interface Progress {
  /** @param bytes read so far; @param note a few words, shown after the bar. */
  readonly update: (bytes: number, note?: string) => void;
  /** Removes the bar. Further calls do nothing. */
  readonly stop: () => void;
}

type Stream = NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number };

const SILENT: Progress = { update: () => {}, stop: () => {} };

/** 123456789 → '123 MB'. */
export const formatBytes = (bytes: number): string => {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB'];
  const power = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3));
  const value = bytes / 1000 ** power;
  return `${power === 0 || value >= 100 ? formatCount(value) : value.toFixed(1)} ${units[power]!}`;
};

/**
 * @param totalBytes null when the size is not known (standard input): bytes are shown without a bar
 */
export const createProgress = (
  label: string,
  totalBytes: number | null,
  stream: Stream = process.stderr,
): Progress => {
  if (stream.isTTY !== true) return SILENT;
  const width = stream.columns ?? 80;
  const name = forTerminal(label, Math.floor(width / 3));
  const bar = new cliProgress.SingleBar({
    stream,
    format:
      totalBytes === null ? '{label} {read} {note}' : '{label} {bar} {percentage} % {read} {note}',
    barsize: Math.max(8, Math.min(30, width - 60)),
    barCompleteChar: '█',
    barIncompleteChar: '░',
    hideCursor: true,
    clearOnComplete: true,
    linewrap: false,
    fps: 8,
    gracefulExit: true,
  });
  const show = (bytes: number, note: string) => ({
    label: name,
    read: formatBytes(bytes),
    note: forTerminal(note, Math.max(0, width - 60)),
  });
  bar.start(Math.max(1, totalBytes ?? 1), 0, show(0, ''));
  return {
    // Compressed input can expand past its size on disk; the bar never passes its end.
    update: (bytes, note = '') => bar.update(Math.min(bytes, bar.getTotal()), show(bytes, note)),
    stop: () => bar.stop(),
  };
};
