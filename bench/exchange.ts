/**
 * Reading rows: `createRowReader` against plain JSON.parse per line over the same bytes, interleaved
 * round by round in one process, so that what slows the machine slows both.
 *
 * Null control: JSON.parse against itself (1 expected). Positive control: JSON.parse twice per line
 * against once (2 expected). Intervals: second-lowest to second-highest of 11 rounds, which covers
 * the median with probability 98.8 % (binomial).
 */
import type { LogChunk } from '../src/detect/exchange/log-chunk.ts';
import { createRowReader } from '../src/detect/exchange/row-reader.ts';

const ROWS = 20_000;
const REPEATS = 4;
const ROUNDS = 11;

export interface Measured {
  readonly name: string;
  readonly rowsPerSecond: number;
  /** Time per row as a multiple of JSON.parse per line: median, and its 98.8 % interval. */
  readonly ratio: number;
  readonly low: number;
  readonly high: number;
}

/** Native rows of about 450 bytes; with `shapes`, seven optional fields come and go: 128 shapes. */
const makeRows = (shapes: boolean): Uint8Array<ArrayBuffer> => {
  const optional = ['organization_id', 'temperature', 'stream', 'country', 'model', 'asn', 'ip'];
  const lines = Array.from({ length: ROWS }, (_, i) => {
    const row: Record<string, unknown> = {
      timestamp: new Date(1_772_359_200_000 + i * 977).toISOString(),
      account_id: `acct-${((i * 7919) % 24_000).toString(36).padStart(8, '0')}`,
      prompt: `Explain how step ${(i * 31) % 9973} follows from the second theorem, in plain words, and give the reasoning for each part.${i % 4 === 0 ? '\nThen grade it.' : ''}`,
      response_tokens: i % 900,
      exchange_id: `x${i.toString(16).padStart(16, '0')}`,
      organization_id: `org-${i % 500}`,
      model: 'm-large-2',
      prompt_tokens: 50 + (i % 20),
      temperature: 0.7,
      stream: true,
      status: 200,
      ip: `203.0.113.${i % 250}`,
      asn: 'AS64500',
      country: 'DE',
      user_agent: `client/1.${i % 40}`,
    };
    const bits = Math.imul(i, 0x9e3779b1) >>> 25;
    if (shapes) for (const [k, name] of optional.entries()) if ((bits >> k) & 1) delete row[name];
    return JSON.stringify(row);
  });
  return new Uint8Array(Buffer.from(`${lines.join('\n')}\n`));
};

const parseLines = (data: Uint8Array<ArrayBuffer>, times: number): void => {
  const b = Buffer.from(data.buffer);
  for (let start = 0; start < b.length; ) {
    const end = b.indexOf(10, start);
    for (let k = 0; k < times; k++) JSON.parse(b.toString('utf8', start, end));
    start = end + 1;
  }
};

const seconds = (work: () => void): number => {
  const start = performance.now();
  for (let i = 0; i < REPEATS; i++) work();
  return (performance.now() - start) / 1000;
};

const summarise = (
  name: string,
  times: readonly number[],
  against: readonly number[],
): Measured => {
  const sorted = (values: readonly number[]): number[] => [...values].sort((a, b) => a - b);
  const ratios = sorted(times.map((t, i) => t / against[i]!));
  const middle = ROUNDS >> 1;
  return {
    name,
    rowsPerSecond: Math.round((ROWS * REPEATS) / sorted(times)[middle]!),
    ratio: ratios[middle]!,
    low: ratios[1]!,
    high: ratios[ROUNDS - 2]!,
  };
};

export const run = (): readonly Measured[] =>
  [false, true].flatMap((shapes) => {
    const data = makeRows(shapes);
    const chunk: LogChunk = { source: 'bench', format: 'native', firstLine: 1, data };
    const read = createRowReader('native');
    let exchanges = 0;
    let rejected = 0;
    const works: [string, () => void][] = [
      ['JSON.parse per line', () => parseLines(data, 1)],
      ['null control: the same again', () => parseLines(data, 1)],
      ['positive control: JSON.parse twice', () => parseLines(data, 2)],
      [
        'row reader',
        () =>
          read(
            chunk,
            () => exchanges++,
            () => rejected++,
          ),
      ],
    ];
    const times = works.map((): number[] => []);
    for (let round = -2; round < ROUNDS; round++)
      works.forEach(([, work], i) => {
        const t = seconds(work);
        if (round >= 0) times[i]!.push(t); // the first two rounds warm up
      });
    if (rejected > 0 || exchanges === 0) throw new Error('the rows of the benchmark were not read');
    const label = shapes ? '128 shapes of row' : 'one shape of row';
    return works.map(([name], i) => summarise(`${label}, ${name}`, times[i]!, times[0]!));
  });

if (import.meta.main)
  for (const { name, rowsPerSecond, ratio, low, high } of run())
    console.log(
      `${name}: ${rowsPerSecond} rows/s, ${ratio.toFixed(2)} (${low.toFixed(2)}-${high.toFixed(2)}) × JSON.parse`,
    );
