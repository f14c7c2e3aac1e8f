/** Structured logs: one JSON object a line, on standard error, without secrets, query strings or bodies. */
import { forJson } from '../../../base/safe-text.ts';

export interface Log {
  readonly write: (event: string, fields: Readonly<Record<string, unknown>>) => void;
  readonly flush: () => void;
}

const LONGEST = 64 << 10;
const SOON_MS = 100;

/** Lines are handed on together, several times a second: a write for each request is half its cost. */
export const logTo = (out: { readonly write: (text: string) => unknown }): Log => {
  let lines = '';
  let timer: NodeJS.Timeout | undefined;
  const flush = (): void => {
    clearTimeout(timer);
    timer = undefined;
    if (lines !== '') out.write(lines);
    lines = '';
  };
  return {
    write: (event, fields) => {
      lines += `${forJson({ time: new Date().toISOString(), event, ...fields })}\n`;
      if (lines.length > LONGEST) flush();
      else timer ??= setTimeout(flush, SOON_MS).unref();
    },
    flush,
  };
};

export const NO_LOG: Log = { write: () => undefined, flush: () => undefined };
