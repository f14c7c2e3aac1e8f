/** The threads of a lab beside the one that serves HTTP: when one of them dies, all of them are of no use. */
import { MessageChannel, type MessagePort, Worker } from 'node:worker_threads';
import { diskFull } from './disk.ts';
import type { CountingStart, KeepingStart } from './messages.ts';

export interface Threads {
  readonly counting: Worker;
  readonly keeping: Worker;
  /** Why they are of no use any more. */
  readonly failure: () => Error | null;
  readonly onFailure: (listener: (error: Error) => void) => void;
  /** From now on the end of a thread is no failure. */
  readonly letGo: () => void;
  readonly stop: () => Promise<void>;
}

/** Young objects live for one chunk; at the default of 16 MB they are collected four times as often. */
const YOUNG_MB = 64;

export const startThreads = (
  counting: Omit<CountingStart, 'keeper'>,
  keeping: Omit<KeepingStart, 'counting'>,
): Threads => {
  const { port1, port2 } = new MessageChannel();
  const listeners: ((error: Error) => void)[] = [];
  let failure: Error | null = null;
  let isOver = false;
  const fail = (cause: Error): void => {
    if (isOver || failure !== null) return;
    const error = (cause as NodeJS.ErrnoException).code === 'ENOSPC' ? diskFull(cause) : cause;
    failure = error;
    for (const listener of listeners) listener(error);
  };
  const spawn = (
    name: 'counting' | 'keeping',
    workerData: CountingStart | KeepingStart,
    port: MessagePort,
  ): Worker =>
    new Worker(new URL(`./${name}-worker.ts`, import.meta.url), {
      // The system shows it beside the processor time of the thread.
      name,
      workerData,
      transferList: [port],
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB },
    })
      .on('error', fail)
      .on('exit', (status) => fail(new Error(`The ${name} thread ended with status ${status}`)));
  const workers = {
    counting: spawn('counting', { ...counting, keeper: port1 }, port1),
    keeping: spawn('keeping', { ...keeping, counting: port2 }, port2),
  };
  return {
    ...workers,
    failure: () => failure,
    onFailure: (listener) => {
      listeners.push(listener);
    },
    letGo: () => {
      isOver = true;
    },
    stop: async () => {
      await Promise.all(Object.values(workers).map((worker) => worker.terminate()));
    },
  };
};
