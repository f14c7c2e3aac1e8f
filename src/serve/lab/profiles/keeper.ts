/**
 * Profiles of all accounts: those in use in memory, the others in files. What an account gains is
 * merged into what is known of it, wherever that lies, because merging is associative and commutative:
 * an account in the files need not be read to gain something.
 */
import { hash53 } from '../../../base/hash.ts';
import { expireProfile, type Retention } from '../../../detect/live/retention.ts';
import { mergeProfiles, type Profile } from '../../../detect/profile/profile.ts';
import { ALL, GAINED, openPartition, type Partition, type PartitionMark } from './partition.ts';

interface Held {
  profile: Profile;
  /** The files do not say all of this. */
  dirty: boolean;
  /** This is all that is known; otherwise the files hold what came before. */
  complete: boolean;
}

export interface KeeperOptions {
  readonly folder: string;
  /** Profiles in memory at most. */
  readonly inMemory: number;
  readonly marks?: readonly (PartitionMark | null)[] | undefined;
}

export interface Collected {
  readonly profiles: Map<string, Profile>;
  /** Accounts with traffic in the window that did not fit. */
  readonly leftOut: number;
  readonly expired: number;
}

export interface CollectOptions {
  readonly now: number;
  readonly retention: Retention;
  /** Only accounts with an exchange in the last so many ms. */
  readonly window: number;
  /** Of those, the most recently active. */
  readonly most: number;
}

export interface Keeper {
  readonly gain: (id: string, profile: Profile) => void;
  /** The accounts a look is about; what the policy lets go of is gone afterwards. */
  readonly collect: (options: CollectOptions) => Collected;
  readonly profile: (id: string) => Profile | null;
  /** Those in memory, the least recently active first. */
  readonly resident: () => Iterable<readonly [string, Profile]>;
  readonly forget: (id: string) => boolean;
  /** Makes everything durable in the files; the marks are what a restart has to be given. */
  readonly checkpoint: () => readonly (PartitionMark | null)[];
  /** After the marks are safe: removes the files they do not name. */
  readonly sweep: () => void;
  readonly accounts: () => number;
  readonly inMemory: number;
  readonly close: () => void;
}

const PARTITIONS = 64;
/** Of the accounts in memory, the part that goes to the files when there are too many. */
const EVICTED = 0.25;

const partitionOf = (id: string): number => hash53(id) % PARTITIONS;

/** Keeps the `most` most recently active in `into`; trims only when twice as many are there. */
const trim = (into: Map<string, Profile>, most: number, slack: number): number => {
  if (into.size <= most * slack) return 0;
  const order = [...into].sort((a, b) => b[1].lastSeen - a[1].lastSeen);
  const gone = order.slice(most);
  for (const [id] of gone) into.delete(id);
  return gone.length;
};

export const openKeeper = ({ folder, inMemory, marks }: KeeperOptions): Keeper => {
  const partitions: readonly Partition[] = Array.from({ length: PARTITIONS }, (_, i) =>
    openPartition(folder, i, marks?.[i] ?? undefined),
  );
  /** In the order of last use. */
  const held = new Map<string, Held>();
  const fileOf = (id: string): Partition => partitions[partitionOf(id)]!;

  const write = (id: string, one: Held): void => {
    if (!one.dirty) return;
    fileOf(id).append(id, one.profile, one.complete ? ALL : GAINED);
    one.dirty = false;
    // What it gained is in the file now: kept here as well it would be counted twice.
    if (!one.complete) held.delete(id);
  };
  const evict = (): void => {
    let left = Math.ceil(inMemory * EVICTED);
    for (const [id, one] of held) {
      if (left-- <= 0) break;
      write(id, one);
      held.delete(id);
    }
  };
  const gain = (id: string, profile: Profile): void => {
    const known = held.get(id);
    if (known === undefined) {
      held.set(id, { profile, dirty: true, complete: !fileOf(id).has(id) });
      if (held.size > inMemory) evict();
      return;
    }
    held.delete(id);
    known.profile = mergeProfiles(known.profile, profile);
    known.dirty = true;
    held.set(id, known);
  };
  /** Partitions that hold what memory does not, or what the policy lets go of. */
  const toLoad = ({ retention, now }: CollectOptions): ReadonlySet<number> => {
    const resident = new Array<number>(PARTITIONS).fill(0);
    const found = new Set<number>();
    for (const [id, { profile, complete }] of held) {
      const number = partitionOf(id);
      if (!partitions[number]!.has(id)) continue;
      if (complete) resident[number]! += 1;
      if (expireProfile(profile, retention, now) !== profile) found.add(number);
    }
    partitions.forEach((file, i) => {
      if (file.size > resident[i]!) found.add(i);
    });
    return found;
  };

  const collect = (options: CollectOptions): Collected => {
    const profiles = new Map<string, Profile>();
    const { now, retention, window, most } = options;
    let leftOut = 0;
    let expired = 0;
    const consider = (id: string, profile: Profile): void => {
      if (now - profile.lastSeen > window) return;
      profiles.set(id, profile);
      leftOut += trim(profiles, most, 2);
    };
    const loaded = toLoad(options);
    for (const [id, one] of held) {
      const number = partitionOf(id);
      if (loaded.has(number) && partitions[number]!.has(id)) continue;
      const left = expireProfile(one.profile, retention, now);
      if (left === null) {
        expired += 1;
        held.delete(id);
        continue;
      }
      if (left !== one.profile) held.set(id, { profile: left, dirty: true, complete: true });
      consider(id, left);
    }
    for (const number of loaded) {
      const file = partitions[number]!;
      const all = file.load();
      let changed = false;
      for (const [id, known] of all) {
        const memory = held.get(id);
        const whole =
          memory === undefined
            ? known
            : memory.complete
              ? memory.profile
              : mergeProfiles(known, memory.profile);
        const left = expireProfile(whole, retention, now);
        if (left === whole) {
          consider(id, left);
          continue;
        }
        changed = true;
        if (left === null) {
          expired += 1;
          all.delete(id);
          held.delete(id);
        } else {
          all.set(id, left);
          if (memory !== undefined) held.set(id, { profile: left, dirty: false, complete: true });
          consider(id, left);
        }
      }
      if (changed || file.isStale()) file.rewrite(all);
    }
    leftOut += trim(profiles, most, 1);
    return { profiles, leftOut, expired };
  };
  return {
    gain,
    collect,
    profile: (id) => {
      const memory = held.get(id);
      if (memory?.complete) return memory.profile;
      const known = fileOf(id).has(id) ? (fileOf(id).load().get(id) ?? null) : null;
      if (memory === undefined || known === null) return memory?.profile ?? known;
      return mergeProfiles(known, memory.profile);
    },
    *resident() {
      for (const [id, { profile }] of held) yield [id, profile] as const;
    },
    forget: (id) => {
      const wasHeld = held.delete(id);
      const file = fileOf(id);
      if (!file.has(id)) return wasHeld;
      const all = file.load();
      all.delete(id);
      file.rewrite(all);
      return true;
    },
    checkpoint: () => {
      for (const [id, one] of held) write(id, one);
      return partitions.map((file) => {
        if (file.isStale()) file.rewrite(file.load());
        return file.mark();
      });
    },
    sweep: () => {
      for (const file of partitions) file.sweep();
    },
    accounts: () => {
      let count = partitions.reduce((sum, file) => sum + file.size, 0);
      for (const id of held.keys()) if (!fileOf(id).has(id)) count += 1;
      return count;
    },
    get inMemory() {
      return held.size;
    },
    close: () => {
      for (const file of partitions) file.close();
    },
  };
};
