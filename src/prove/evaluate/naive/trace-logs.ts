import { StillwatchError } from '../../../base/errors.ts';
import { forTerminal } from '../../../base/safe-text.ts';
import { openLog } from '../../../detect/exchange/open-log.ts';
import { createRowReader, type RowReader } from '../../../detect/exchange/row-reader.ts';
import { createTracer, type Traces } from './account-trace.ts';

/** One pass over the logs. @throws what `openLog` throws, and INPUT_MOSTLY_REJECTED. */
export const traceLogs = async (patterns: readonly string[]): Promise<Traces> => {
  const tracer = createTracer();
  const readers = new Map<string, RowReader>();
  let read = 0;
  let rejected = 0;
  const reject = (): void => {
    rejected++;
  };
  for await (const chunk of openLog(patterns, { onReject: reject })) {
    const reader = readers.get(chunk.format) ?? createRowReader(chunk.format);
    readers.set(chunk.format, reader);
    reader(
      chunk,
      (exchange) => {
        read++;
        tracer.observe(exchange);
      },
      reject,
    );
  }
  if (rejected > read) {
    throw new StillwatchError(
      'INPUT_MOSTLY_REJECTED',
      `${rejected} of ${read + rejected} rows of ${forTerminal(patterns.join(', '), 200)} cannot be read as exchanges.`,
      'Give the log that was scanned; `stillwatch scan` names the rows and the reasons.',
    );
  }
  return tracer.traces;
};
