/** The counting thread: lines to exchanges, each once, into what every account gained. */
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { createLiveCounter } from '../../../detect/live/live-counter.ts';
import {
  type PackedProfiles,
  type ProfileEntry,
  packProfiles,
} from '../../../detect/profile/wire.ts';
import type { FollowedTo } from '../journal/frame.ts';
import type { Counted } from '../profiles/checkpoint.ts';
import { openSeenFiles } from '../profiles/seen-files.ts';
import type {
  CountingStart,
  CountingStatus,
  FromCounting,
  KeptBatch,
  ToCounting,
  ToKeeping,
} from './messages.ts';
import { createWatch } from './watch.ts';

/** Profiles travel in batches, so that neither side holds a second copy of everything. */
const BATCH = 250;

const port = parentPort!;
const start = workerData as CountingStart;
const keeper: MessagePort = start.keeper;
const before = start.counted;
const seenFiles = openSeenFiles(start.folder, before?.seen);
const watch = createWatch();
const counter = createLiveCounter(
  { join: start.join, onExchange: watch.exchange },
  before === null
    ? undefined
    : {
        totals: before.totals,
        waiting: before.waiting,
        seenOlder: seenFiles.older,
        seenYounger: seenFiles.younger,
      },
);
const followed = new Map<string, FollowedTo>(
  (before?.followed ?? []).map((f) => [f.path, f] as const),
);
let seq = before?.seq ?? 0;
/** Batches that the keeper has not merged yet. */
let underway = 0;

const status = (): CountingStatus => ({
  seq,
  totals: counter.totals,
  held: counter.held,
  accounts: counter.accounts,
});
const say = (message: FromCounting): void => port.postMessage(message);
const hand = (message: ToKeeping, transfer: ArrayBuffer[] = []): void =>
  keeper.postMessage(message, transfer);

const handOver = (): void => {
  const give = (entries: readonly ProfileEntry[]): void => {
    const packed: PackedProfiles = packProfiles(entries);
    underway += 1;
    hand({ type: 'profiles', packed }, [packed.numbers.buffer]);
  };
  let batch: ProfileEntry[] = [];
  for (const entry of counter.drain()) {
    if (batch.push(entry) < BATCH) continue;
    give(batch);
    batch = [];
  }
  if (batch.length > 0) give(batch);
  const records = counter.takeRecords();
  if (records.length > 0) hand({ type: 'records', records });
};

/** What a checkpoint of this moment has to know of this thread. */
const counted = (durable: boolean): Counted => ({
  seq,
  totals: counter.totals,
  waiting: durable ? counter.waiting() : [],
  seen: durable ? seenFiles.save(counter.takeSeen()) : { older: null, younger: null },
  followed: [...followed.values()],
});

/** Hands over when there is much; while the keeper has work left, accounts gain here. */
const relieve = (): void => {
  if (counter.accounts < start.accounts || underway > 0) return;
  handOver();
  say({ type: 'status', status: status() });
};

port.on('message', (message: ToCounting) => {
  if (message.type === 'count') {
    const { data } = message.chunk;
    const tally = counter.accept({
      ...message.chunk,
      data: 'offset' in data ? new Uint8Array(start.slots, data.offset, data.length) : data,
    });
    ({ seq } = message);
    if (message.followed !== undefined) followed.set(message.followed.path, message.followed);
    say({ type: 'counted', seq, tally, status: status() });
    const hits = watch.take();
    if (hits.length > 0) say({ type: 'hits', hits });
    relieve();
    return;
  }
  const { order, now } = message;
  counter.expire(now);
  handOver();
  // A look drops samples of prompts that are older than the policy keeps them.
  if (order.type === 'look') counter.letGo(order.now - start.keptPrompts);
  if (order.type === 'watch') watch.change(order.change);
  if (order.type === 'forget') counter.forget(order.account);
  const durable = order.type === 'checkpoint' || order.type === 'forget';
  hand({ type: 'order', order, counted: counted(durable) });
  say({ type: 'status', status: status() });
});
keeper.on('message', (message: KeptBatch | { readonly type: 'safe' }) => {
  if (message.type === 'safe') seenFiles.sweep();
  else {
    underway -= 1;
    relieve();
  }
});
say({ type: 'status', status: status() });
