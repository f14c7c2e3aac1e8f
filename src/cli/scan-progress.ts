import { statSync } from 'node:fs';
import { resolveSources } from '../detect/exchange/sources.ts';
import type { ProfileLogOptions } from '../detect/scan/profile-log.ts';
import { createProgress, type Progress } from './show/progress.ts';

/** Progress of a scan on a terminal: bytes read, then the name of each stage; silent elsewhere. */
export interface ScanProgress extends Pick<ProfileLogOptions, 'onBytes' | 'onExchanges'> {
  readonly onStage: (stage: string) => void;
  readonly stop: () => void;
}

const bytesOf = async (patterns: readonly string[]): Promise<number | null> => {
  if (patterns.includes('-')) return null;
  let total = 0;
  for (const { name } of await resolveSources(patterns)) {
    try {
      total += statSync(name).size;
    } catch {
      return null;
    }
  }
  return total;
};

export const createScanProgress = async (
  patterns: readonly string[],
  stream: NodeJS.WriteStream = process.stderr,
): Promise<ScanProgress> => {
  if (!stream.isTTY) return { onStage: () => {}, stop: () => {} };
  const bar: Progress = createProgress('reading', await bytesOf(patterns), stream);
  let bytes = 0;
  let exchanges = 0;
  let stopped = false;
  const show = (): void => bar.update(bytes, `${exchanges.toLocaleString('en')} exchanges`);
  return {
    onBytes: (n) => {
      bytes += n;
      show();
    },
    onExchanges: (n) => {
      exchanges = n;
      show();
    },
    onStage: (stage) => {
      if (stage === 'profiles') return;
      if (!stopped) bar.stop();
      stopped = true;
      stream.write(`${stage} …\n`);
    },
    stop: () => {
      if (!stopped) bar.stop();
      stopped = true;
    },
  };
};
