/** What a journal holds after a checkpoint, in the order in which it was counted. */
import { existsSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { decodeRecord, type JournalRecord } from './frame.ts';
import { segmentsIn } from './journal.ts';

const BLOCK = 4 << 20;

async function* recordsIn(path: string): AsyncGenerator<JournalRecord> {
  const handle = await open(path, 'r');
  try {
    let held = Buffer.alloc(0);
    let at = 0;
    for (;;) {
      const decoded = decodeRecord(held, at);
      if ('torn' in decoded) return;
      if ('record' in decoded) {
        at = decoded.end;
        yield decoded.record;
        continue;
      }
      const rest = held.subarray(at);
      const block = Buffer.allocUnsafe(Math.max(BLOCK, decoded.needs));
      const { bytesRead } = await handle.read(block, 0, block.length, null);
      // The last record of a process that was killed may be there in part.
      if (bytesRead === 0) return;
      held = Buffer.concat([rest, block.subarray(0, bytesRead)]);
      at = 0;
    }
  } finally {
    await handle.close();
  }
}

/** Records after `seq`; one that was written twice, because the disk failed between, comes once. */
export async function* replay(folder: string, seq: number): AsyncGenerator<JournalRecord> {
  if (!existsSync(folder)) return;
  let last = seq;
  for (const { path } of segmentsIn(folder))
    for await (const record of recordsIn(path)) {
      if (record.header.seq <= last) continue;
      last = record.header.seq;
      yield record;
    }
}
