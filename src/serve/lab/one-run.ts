/** Work that never runs beside itself: who asks for it while it runs is given that run. */
export interface OneRun<T> {
  readonly run: () => Promise<T>;
  /** Resolves when it does not run. */
  readonly idle: () => Promise<void>;
}

export const oneRun = <T>(work: () => Promise<T>): OneRun<T> => {
  let running: Promise<T> | null = null;
  return {
    run: () => {
      running ??= work().finally(() => {
        running = null;
      });
      return running;
    },
    idle: async () => {
      await running?.catch(() => undefined);
    },
  };
};
