import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Calibration } from './work/lab.ts';
import type { Sources } from './work/sources.ts';

const SRC = resolve(import.meta.dirname, '../../..');
/** Everything that can change a result. The suites and the renderers only read results. */
const MEASURED = [
  'base',
  'detect',
  'prove/simulate',
  'prove/evaluate/naive',
  'prove/evaluate/kit/work',
];

const filesIn = (folder: string): string[] =>
  readdirSync(join(SRC, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => /\.(ts|json)$/.test(path) && !path.endsWith('.test.ts'))
    .map((path) => join(folder, path))
    .sort();

/** Digest of the code that is measured: results of another one are never mixed with these. */
export const codeDigest = (): string => {
  const hash = createHash('sha256');
  for (const path of MEASURED.flatMap(filesIn))
    hash
      .update(`${path}\0`)
      .update(readFileSync(join(SRC, path)))
      .update('\0');
  return hash.digest('hex').slice(0, 16);
};

/** Digest of the corpora, the level and the calibration: the other things a result depends on. */
export const settingDigest = (
  sources: Sources,
  level: number,
  { model, baseline }: Calibration = {},
): string => {
  const hash = createHash('sha256').update(`${sources.kind} ${level}`);
  hash.update(`\0${model?.id ?? ''}\0${baseline?.id ?? ''}`);
  for (const corpus of [...sources.harvest, ...sources.everyday, ...sources.evaluation])
    hash.update(`\0${corpus.name} ${corpus.sha256 ?? ''}`);
  for (const { name, weights } of sources.arrivals) hash.update(`\0${name} ${weights.join()}`);
  return hash.digest('hex').slice(0, 16);
};
