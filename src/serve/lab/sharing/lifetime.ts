/** While a connection lasts: its end cuts every wait short, and what it breaks off is no fault. */
import { setTimeout as sleep } from 'node:timers/promises';

/** Until what could not be stored or told is tried again. */
export const AGAIN_MS = 1000;

export interface Lifetime {
  readonly signal: AbortSignal;
  readonly isOver: () => boolean;
  /** Tells of a fault, unless it is the end. */
  readonly onError: (error: unknown) => void;
  /** Keeps a failure for the status, until the hub is heard. */
  readonly note: (error: unknown) => void;
  readonly heard: () => void;
  readonly failure: () => string | null;
  readonly pause: (ms: number) => Promise<void>;
  /** Tries again until it is done; throws only at the end. */
  readonly untilDone: <T>(work: () => Promise<T>) => Promise<T>;
  readonly end: () => void;
}

export const beginLifetime = (tell?: (error: unknown) => void): Lifetime => {
  const stop = new AbortController();
  const { signal } = stop;
  let failure: string | null = null;
  const onError = (error: unknown): void => {
    if (!signal.aborted) tell?.(error);
  };
  const note = (error: unknown): void => {
    if (!signal.aborted) failure = (error as Error).message;
  };
  const pause = (ms: number): Promise<void> =>
    sleep(ms, undefined, { signal }).catch(() => undefined);
  return {
    signal,
    isOver: () => signal.aborted,
    onError,
    note,
    heard: () => {
      failure = null;
    },
    failure: () => failure,
    pause,
    untilDone: async (work) => {
      for (;;)
        try {
          return await work();
        } catch (error) {
          if (signal.aborted) throw error;
          onError(error);
          note(error);
          await pause(AGAIN_MS);
        }
    },
    end: () => stop.abort(),
  };
};
