/** Labs as processes of their own, and commands asked of them as an operator would. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

const MAIN = new URL('../src/cli/main.ts', import.meta.url).pathname;

export interface LabProcess {
  readonly process: ChildProcess;
  readonly url: string;
  readonly gate: string | null;
  readonly errors: () => string;
  readonly stop: () => Promise<number | null>;
}

export interface Ran {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

export const run = (...args: readonly string[]): Promise<Ran> =>
  new Promise((resolve) => {
    execFile(process.execPath, [MAIN, ...args], { maxBuffer: 1 << 26 }, (error, out, err) =>
      resolve({ status: error === null ? 0 : Number(error.code), out, err }),
    );
  });

/** `lab serve` with these arguments; rejects with what it said when it does not come to listen. */
export const startLabProcess = async (...args: readonly string[]): Promise<LabProcess> => {
  const child = spawn(process.execPath, [MAIN, 'lab', 'serve', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let errors = '';
  child.stderr.on('data', (part: Buffer) => {
    errors += String(part);
  });
  const exited = once(child, 'exit');
  const lines = createInterface({ input: child.stdout });
  const first = await Promise.race([once(lines, 'line'), exited.then(() => null)]);
  if (first === null) throw Object.assign(new Error(errors), { status: child.exitCode });
  const { url, gate } = JSON.parse(String(first[0])) as { url: string; gate: string | null };
  return {
    process: child,
    url,
    gate,
    errors: () => errors,
    stop: async () => {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
      await exited;
      return child.exitCode;
    },
  };
};
