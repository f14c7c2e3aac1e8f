/**
 * One of the files in which profiles of idle accounts lie. It is only appended to: a record says either
 * all that is known of an account (and makes the earlier ones void) or what it gained since. Reading
 * it through gives every account; it has no index. Rewriting it drops what is void.
 *
 * Blocks of records, each compressed as one:
 *
 *   block    u32 length   u32 CRC-32   records, compressed
 *   record   u32 length   u8 kind   u16 length of the id   id   profile
 */
import {
  closeSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { mergeProfiles, type Profile } from '../../../detect/profile/profile.ts';
import { compressed, expanded, profileFromBytes, profileToBytes } from './profile-bytes.ts';

export const ALL = 0;
export const GAINED = 1;
export type RecordKind = typeof ALL | typeof GAINED;

/** What a checkpoint remembers of a partition. */
export interface PartitionMark {
  readonly file: string;
  readonly bytes: number;
}

export interface Partition {
  readonly append: (id: string, profile: Profile, kind: RecordKind) => void;
  readonly has: (id: string) => boolean;
  readonly size: number;
  /** Every account with all that the file says of it. */
  readonly load: () => Map<string, Profile>;
  /** Makes what was appended last, and says how far the file then goes. */
  readonly mark: () => PartitionMark | null;
  /** Writes a new file with one record for each of these accounts. The old one is for the last checkpoint. */
  readonly rewrite: (profiles: ReadonlyMap<string, Profile>) => void;
  /** Whether most of the file is void. */
  readonly isStale: () => boolean;
  /** Removes files that no checkpoint needs any more. */
  readonly sweep: () => void;
  readonly close: () => void;
}

const PREFIX = 8;
/** Of a record. */
const HEAD = 7;
const WRITE_BYTES = 256 << 10;
const NONE = Buffer.alloc(0);
const READ_BYTES = 1 << 20;
/** Records for each account from which a file is rewritten. */
const STALE = 3;

interface Raw {
  readonly kind: number;
  readonly id: string;
  readonly bytes: Buffer;
}

/** Half a surrogate pair has no UTF-8: such ids, and those that look like this, lie there as JSON. */
const idText = (id: string): string =>
  id.isWellFormed() && !id.startsWith(AS_JSON) ? id : AS_JSON + JSON.stringify(id);
const idFrom = (text: string): string =>
  text.startsWith(AS_JSON) ? (JSON.parse(text.slice(AS_JSON.length)) as string) : text;
const AS_JSON = '\0';

function* recordsIn(block: Buffer): Generator<Raw> {
  for (let at = 0; at < block.length; ) {
    const end = at + 4 + block.readUInt32LE(at);
    const idEnd = at + HEAD + block.readUInt16LE(at + 5);
    yield {
      kind: block[at + 4]!,
      id: idFrom(block.toString('utf8', at + HEAD, idEnd)),
      bytes: block.subarray(idEnd, end),
    };
    at = end;
  }
}

function* recordsOf(fd: number, length: number): Generator<Raw> {
  let held = Buffer.alloc(0);
  let at = 0;
  let position = 0;
  for (;;) {
    const size = held.length - at >= PREFIX ? PREFIX + held.readUInt32LE(at) : PREFIX;
    if (held.length - at >= size && size > PREFIX) {
      const body = held.subarray(at + PREFIX, at + size);
      if (crc32(body) !== held.readUInt32LE(at + 4)) return;
      yield* recordsIn(expanded(body));
      at += size;
      continue;
    }
    const want = Math.min(Math.max(READ_BYTES, size), length - position);
    if (want <= 0) return;
    const block = Buffer.allocUnsafe(want);
    const read = readSync(fd, block, 0, want, position);
    if (read === 0) return;
    position += read;
    held = Buffer.concat([held.subarray(at), block.subarray(0, read)]);
    at = 0;
  }
}

/** Opens partition `number`, as the last checkpoint left it (`mark`), or empty. */
export const openPartition = (
  folder: string,
  number: number,
  mark: PartitionMark | undefined,
): Partition => {
  const base = `p${String(number).padStart(3, '0')}`;
  let generation = mark === undefined ? 0 : Number(/\.(\d+)$/.exec(mark.file)?.[1] ?? 0);
  const pathOf = (g: number): string => join(folder, `${base}.${g}`);
  let fd: number | null = null;
  let length = 0;
  /** Records that wait to be compressed together. */
  let pending = NONE;
  let pendingBytes = 0;
  let records = 0;
  let accounts = new Set<string>();
  let swept = generation;
  let dirty = false;

  const file = (): number => {
    fd ??= openSync(pathOf(generation), 'a+', 0o600);
    return fd;
  };
  const flush = (): void => {
    if (pendingBytes === 0) return;
    const body = compressed(pending.subarray(0, pendingBytes));
    pendingBytes = 0;
    const bytes = Buffer.allocUnsafe(PREFIX + body.length);
    bytes.writeUInt32LE(body.length, 0);
    bytes.writeUInt32LE(crc32(body), 4);
    body.copy(bytes, PREFIX);
    for (let done = 0; done < bytes.length; )
      done += writeSync(file(), bytes, done, bytes.length - done);
    length += bytes.length;
    dirty = true;
  };
  const append = (id: string, profile: Profile, kind: RecordKind): void => {
    const name = Buffer.from(idText(id));
    const packed = profileToBytes(id, profile);
    const at = pendingBytes;
    pendingBytes += HEAD + name.length + packed.length;
    if (pendingBytes > pending.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(2 * pending.length, pendingBytes));
      pending.copy(larger, 0, 0, at);
      pending = larger;
    }
    pending.writeUInt32LE(HEAD - 4 + name.length + packed.length, at);
    pending[at + 4] = kind;
    pending.writeUInt16LE(name.length, at + 5);
    name.copy(pending, at + HEAD);
    packed.copy(pending, at + HEAD + name.length);
    records += 1;
    accounts.add(id);
    if (pendingBytes >= WRITE_BYTES) flush();
  };
  if (mark !== undefined && mark.bytes > 0) {
    // What was appended after the checkpoint is in the journal too, and will come again.
    ftruncateSync(file(), mark.bytes);
    length = mark.bytes;
    for (const { id } of recordsOf(file(), length)) {
      accounts.add(id);
      records += 1;
    }
  } else rmSync(pathOf(generation), { force: true });
  return {
    append,
    has: (id) => accounts.has(id),
    get size() {
      return accounts.size;
    },
    load: () => {
      flush();
      const profiles = new Map<string, Profile>();
      if (length === 0) return profiles;
      for (const { kind, id, bytes } of recordsOf(file(), length)) {
        const profile = profileFromBytes(bytes);
        const known = profiles.get(id);
        profiles.set(
          id,
          kind === ALL || known === undefined ? profile : mergeProfiles(known, profile),
        );
      }
      return profiles;
    },
    mark: () => {
      flush();
      if (length === 0) return null;
      if (dirty) fsyncSync(file());
      dirty = false;
      return { file: `${base}.${generation}`, bytes: length };
    },
    rewrite: (profiles) => {
      if (fd !== null) closeSync(fd);
      fd = null;
      generation += 1;
      rmSync(pathOf(generation), { force: true });
      length = 0;
      records = 0;
      pendingBytes = 0;
      accounts = new Set();
      for (const [id, profile] of profiles) append(id, profile, ALL);
    },
    isStale: () => records > STALE * accounts.size,
    sweep: () => {
      for (; swept < generation; swept++) rmSync(pathOf(swept), { force: true });
    },
    close: () => {
      flush();
      if (fd !== null) closeSync(fd);
      fd = null;
    },
  };
};
