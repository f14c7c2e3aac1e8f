import { createHash } from 'node:crypto';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { StillwatchError } from '../../../base/errors.ts';

/** Vectors on disk, by a hash of their text: a scan that is repeated asks for nothing again. */
export interface VectorCache {
  readonly get: (text: string) => Float32Array | undefined;
  readonly add: (rows: readonly (readonly [text: string, vector: Float32Array])[]) => void;
}

export const NO_CACHE: VectorCache = { get: () => undefined, add: () => {} };

const MAGIC = 'SWV1';
const HEADER = 8;
const KEY = 16;
const CHECK = 4;

const keyOf = (text: string): Buffer => createHash('sha256').update(text).digest().subarray(0, KEY);
const checkOf = (bytes: Buffer): Buffer =>
  createHash('sha256').update(bytes).digest().subarray(0, CHECK);

const recordOf = (text: string, vector: Float32Array): Buffer => {
  const body = Buffer.concat([
    keyOf(text),
    Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength),
  ]);
  return Buffer.concat([body, checkOf(body)]);
};

const headerOf = (dimensions: number): Buffer => {
  const header = Buffer.alloc(HEADER);
  header.write(MAGIC, 'latin1');
  header.writeUInt32LE(dimensions, MAGIC.length);
  return header;
};

/** Whole records from the front of a file, and how many of its bytes they are. */
const readRecords = (
  bytes: Buffer,
): { vectors: Map<string, Float32Array>; good: number; dimensions: number } => {
  const vectors = new Map<string, Float32Array>();
  if (bytes.length < HEADER || bytes.toString('latin1', 0, MAGIC.length) !== MAGIC)
    return { vectors, good: 0, dimensions: 0 };
  const dimensions = bytes.readUInt32LE(MAGIC.length);
  const width = dimensions * 4;
  let at = HEADER;
  for (; at + KEY + width + CHECK <= bytes.length; at += KEY + width + CHECK) {
    const body = bytes.subarray(at, at + KEY + width);
    // A record that a crash cut short makes everything behind it unreadable.
    if (!checkOf(body).equals(bytes.subarray(at + KEY + width, at + KEY + width + CHECK))) break;
    const vector = new Float32Array(dimensions);
    for (let d = 0; d < dimensions; d++) vector[d] = body.readFloatLE(KEY + 4 * d);
    vectors.set(body.toString('latin1', 0, KEY), vector);
  }
  return { vectors, good: at, dimensions };
};

const unwritable = (path: string, cause: unknown): StillwatchError =>
  new StillwatchError(
    'OUTPUT_UNWRITABLE',
    `${path} cannot be written: ${(cause as Error).message}`,
    'Choose a folder you may write to with --embedder-cache.',
    { cause },
  );

const otherModel = (path: string, kept: number, found: number): StillwatchError =>
  new StillwatchError(
    'EMBEDDER_FAILED',
    `${path} holds vectors of ${kept} numbers, and the endpoint now answers with ${found}`,
    'The endpoint serves another model: name it with --embedder-model, or use another --embedder-cache.',
  );

/**
 * The cache of one endpoint and model in a folder. It holds hashes of prompts and vectors, no prompts;
 * both can tell something about them, so the folder deserves the care that the log does.
 * @throws StillwatchError OUTPUT_UNWRITABLE
 */
export const openVectorCache = (folder: string, url: string, model: string): VectorCache => {
  const name = createHash('sha256').update(`${url}\n${model}`).digest('hex').slice(0, 32);
  const path = join(folder, `${name}.vectors`);
  let known = new Map<string, Float32Array>();
  let dimensions = 0;
  try {
    mkdirSync(folder, { recursive: true });
    if (existsSync(path)) {
      const bytes = readFileSync(path);
      const read = readRecords(bytes);
      known = read.vectors;
      dimensions = read.dimensions;
      if (read.good < bytes.length) truncateSync(path, read.good);
    }
  } catch (cause) {
    throw unwritable(path, cause);
  }
  return {
    get: (text) => known.get(keyOf(text).toString('latin1')),
    add: (rows) => {
      const first = rows[0]?.[1];
      if (first === undefined) return;
      const wrong = rows.find(([, vector]) => vector.length !== (dimensions || first.length));
      if (wrong !== undefined) throw otherModel(path, dimensions, wrong[1].length);
      try {
        if (dimensions === 0) {
          dimensions = first.length;
          writeFileSync(path, headerOf(dimensions), { mode: 0o600 });
        }
        // One write for each batch, so that batches of two scans do not mix.
        appendFileSync(path, Buffer.concat(rows.map(([text, vector]) => recordOf(text, vector))));
      } catch (cause) {
        throw unwritable(path, cause);
      }
      for (const [text, vector] of rows) known.set(keyOf(text).toString('latin1'), vector);
    },
  };
};
