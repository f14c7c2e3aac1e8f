/** Waiting for what other parts do in their own time. */
import { setTimeout as pause } from 'node:timers/promises';
import type { DemoLab } from './lab.ts';

/** Milliseconds that it took. @throws Error saying what did not come. */
export const until = async (
  what: string,
  holds: () => boolean | Promise<boolean>,
  most = 15_000,
): Promise<number> => {
  const from = performance.now();
  while (!(await holds())) {
    if (performance.now() - from > most) throw new Error(`not in ${most} ms: ${what}`);
    await pause(2);
  }
  return performance.now() - from;
};

/** Whether something came to hold at a lab's gate in time; asked again with each change of its decisions. */
export const atGate = (
  { service }: DemoLab,
  holds: () => boolean,
  most: number,
): Promise<boolean> => {
  if (holds()) return Promise.resolve(true);
  return new Promise((resolve) => {
    const end = (came: boolean): void => {
      stop();
      clearTimeout(timer);
      resolve(came);
    };
    const timer = setTimeout(() => end(false), most);
    // The gate is told in the same turn, right after the feed.
    const stop = service.deciding.book.feed.watch(() =>
      queueMicrotask(() => {
        if (holds()) end(true);
      }),
    );
  });
};

/** What can be seen to settle. */
type Settling = Pick<DemoLab, 'service' | 'sharing'>;

const stateOf = ({ service, sharing }: Settling): string => {
  const { indicators, hitting, confirmed, queue, retractions } = sharing()?.status() ?? {};
  const { book } = service.deciding;
  return [book.feed.cursor(), indicators, hitting, confirmed, queue, retractions].join();
};

/**
 * The world holds its breath until what is on the way has arrived: an hour of the traffic goes by in less
 * than a second here, and messages between labs must not seem to take hours.
 */
export const settled = async (labs: readonly Settling[], quietMs: number): Promise<void> => {
  const most = performance.now() + 5_000;
  let last = '';
  let since = performance.now();
  while (performance.now() < most) {
    const now = labs.map(stateOf).join(' ');
    const waits = labs.some((lab) => (lab.sharing()?.status().queue ?? 0) > 0);
    if (now !== last || waits) since = performance.now();
    last = now;
    if (performance.now() - since >= quietMs) return;
    await pause(10);
  }
};
