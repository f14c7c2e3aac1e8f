/** Writes that wait for one another are committed together: one wait for the disk, for all of them. */
import type { Driver, Queries } from './driver.ts';

/** Writes in one commit: enough to share the disk, few enough that none waits long. */
const MOST = 64;

interface Waiting {
  readonly run: (queries: Queries) => Promise<void>;
  readonly done: () => void;
  readonly failed: (error: unknown) => void;
}

export type Write = <T>(work: (queries: Queries) => Promise<T>) => Promise<T>;

export const groupCommit = (driver: Driver): { write: Write; idle: () => Promise<void> } => {
  const waiting: Waiting[] = [];
  let working: Promise<void> | undefined;

  const commitSome = async (): Promise<void> => {
    const settled: (() => void)[] = [];
    const taken: Waiting[] = [];
    try {
      await driver.transaction(async (queries) => {
        while (taken.length < MOST && waiting.length > 0) {
          const one = waiting.shift()!;
          taken.push(one);
          await queries.run('SAVEPOINT one');
          try {
            await one.run(queries);
            settled.push(one.done);
          } catch (error) {
            // Undone by itself: the others in this commit did not ask for it.
            await queries.run('ROLLBACK TO one').catch(() => {
              throw error; // the transaction is gone, and that is why
            });
            settled.push(() => one.failed(driver.coded(error)));
          }
          await queries.run('RELEASE one');
        }
      });
      for (const settle of settled) settle();
    } catch (cause) {
      const error = driver.coded(cause);
      for (const one of taken) one.failed(error);
      // A transaction that could not even begin has taken nobody; whoever waits must be told.
      if (taken.length === 0) for (const one of waiting.splice(0)) one.failed(error);
    }
  };
  const work = async (): Promise<void> => {
    while (waiting.length > 0) {
      // Requests that arrived in the same turn get into the same commit.
      await new Promise((resolve) => setImmediate(resolve));
      await commitSome();
    }
    working = undefined;
  };
  return {
    write: <T>(job: (queries: Queries) => Promise<T>): Promise<T> =>
      new Promise<T>((resolve, reject) => {
        let result: T;
        waiting.push({
          run: async (queries) => {
            result = await job(queries);
          },
          done: () => resolve(result),
          failed: reject,
        });
        working ??= work();
      }),
    idle: async () => {
      await working;
    },
  };
};
