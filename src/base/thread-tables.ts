import { getEnvironmentData, setEnvironmentData } from 'node:worker_threads';

/**
 * What takes long to build and never changes, built once in a process: the thread that builds it
 * hands a copy to every thread it starts afterwards. `value` must survive structured cloning.
 */
export const builtOnce = async <T>(name: string, build: () => T | Promise<T>): Promise<T> => {
  const key = `stillwatch:${name}`;
  const handed = getEnvironmentData(key) as unknown;
  // Only this function writes under the key, so what is there was built by `build`.
  if (handed !== undefined) return handed as T;
  const value = await build();
  setEnvironmentData(key, value as Parameters<typeof setEnvironmentData>[1]);
  return value;
};
