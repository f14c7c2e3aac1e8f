/** The connection of a lab with a hub as its operator sees it: made, changed and ended while the lab runs. */
import { readFileSync, statSync } from 'node:fs';
import { StillwatchError } from '../../../base/errors.ts';
import { parseJsonText } from '../../../base/json-text.ts';
import { forTerminal } from '../../../base/safe-text.ts';
import { privateKeyOf } from '../../../share/sharing/signing/ed25519.ts';
import { SIGNING_KEY, seedIn } from '../../../share/sharing/signing/key-file.ts';
import type { Sharing as Seam } from '../deciding/sharing-seam.ts';
import type { LabCore } from '../core.ts';
import { type Connection, connectionOf, keepConnection } from './kept.ts';
import type { Sharing, SharingOptions } from './sharing.ts';
import { openSharing } from './start.ts';
import { brokenStatus } from './status.ts';
import type { ChangeListener } from './telling.ts';

export interface SharingOffice {
  readonly current: () => Sharing | null;
  readonly connection: () => Connection | null;
  /** What deciding and appeals ask; undefined without a hub. */
  readonly seam: () => Seam | undefined;
  readonly onChanged: Sharing['onChanged'];
  /** Whether the connection stands in the configuration: then no command changes it. */
  readonly isDeclared: () => boolean;
  /**
   * Opens the connection of the configuration, or the one that was kept. What is wrong with the files of the
   * kept one is told, in the status too, and not thrown: the lab goes on without it.
   * @throws StillwatchError SHARE_KEY_UNREADABLE for the files of the configuration
   */
  readonly start: (declared?: Connection) => Promise<void>;
  readonly connect: (connection: Connection) => Promise<void>;
  readonly disconnect: () => Promise<boolean>;
  readonly stop: () => Promise<void>;
}

const MOST_BYTES = 1 << 16;

const unreadable = (path: string, why: string): StillwatchError =>
  new StillwatchError(
    'SHARE_KEY_UNREADABLE',
    `${forTerminal(path, 200)} ${why}`,
    'Give a file with mode 0600 that this lab can read; keys: `stillwatch share key new --out FILE`.',
  );

/** A secret lies in a file that only its owner can read. */
const secretIn = (path: string): string => {
  try {
    const { mode, size } = statSync(path);
    if ((mode & 0o077) !== 0) throw unreadable(path, 'can be read by others');
    if (size > MOST_BYTES) throw unreadable(path, 'is too large');
    return readFileSync(path, 'utf8').trim();
  } catch (cause) {
    if (cause instanceof StillwatchError) throw cause;
    throw unreadable(path, `cannot be read (${(cause as NodeJS.ErrnoException).code})`);
  }
};

const optionsOf = (connection: Connection): SharingOptions => {
  const seed = seedIn(parseJsonText(secretIn(connection.key_file)).value, SIGNING_KEY);
  if (seed === undefined)
    throw unreadable(connection.key_file, `holds no key of type ${SIGNING_KEY}`);
  return {
    hub: connection.hub,
    credential: secretIn(connection.token_file),
    key: privateKeyOf(seed),
    collection: connection.collection,
    plainHttp: connection.plain_http,
    release: connection.release,
  };
};

/** A connection as deciding and appeals see it. */
export const seamOf = (sharing: Sharing): Seam => ({
  indicatorFacts: ({ id }) => sharing.facts(id),
  sharedBecauseOf: (grounds, account) =>
    grounds.flatMap((ground) =>
      sharing.sharedFor(ground, account).map((one) => ({ ...one, ground })),
    ),
  campaignsOf: sharing.campaignsOf,
  isTheirs: (id) => id.startsWith('indicator--'),
  // The same objects taken back or disputed twice is once, so no key has to be remembered.
  retract: async (objects) => {
    await sharing.retract(objects, 'appeal-upheld');
  },
  dispute: async (objects) => {
    await sharing.dispute(objects, 'appeal-upheld');
  },
});

export const openSharingOffice = (
  core: LabCore,
  more: Partial<SharingOptions> = {},
): SharingOffice => {
  const { onError = () => undefined } = more;
  const listeners: ChangeListener[] = [];
  let current: Sharing | null = null;
  let seam: Seam | undefined;
  let connection: Connection | null = null;
  let isDeclared = false;
  /** Why the connection that was kept could not be opened. */
  let broken: string | null = null;
  core.showHub(
    () =>
      current?.status() ??
      (connection === null || broken === null ? null : brokenStatus(connection.hub, broken)),
  );

  core.onForget(async (account) => {
    current?.forget(account);
    return {};
  });

  const end = async (): Promise<void> => {
    const before = current;
    [current, seam] = [null, undefined];
    await before?.close();
  };
  const open = async (wanted: Connection): Promise<void> => {
    const options = optionsOf(wanted);
    await end();
    const sharing = await openSharing(core, { ...more, ...options });
    sharing.onChanged(async (accounts, retracted) => {
      for (const listener of listeners) await listener(accounts, retracted);
    });
    [current, seam, connection] = [sharing, seamOf(sharing), wanted];
    broken = null;
  };
  return {
    current: () => current,
    connection: () => connection,
    seam: () => seam,
    onChanged: (listener) => {
      listeners.push(listener);
    },
    isDeclared: () => isDeclared,
    start: async (declared) => {
      if (declared !== undefined) {
        isDeclared = true;
        await open(declared);
        await keepConnection(core.store, null);
        return;
      }
      const kept = await connectionOf(core.store);
      if (kept === undefined) return;
      await open(kept).catch((error: unknown) => {
        connection = kept;
        broken = (error as Error).message;
        onError(error);
      });
    },
    connect: async (wanted) => {
      await open(wanted);
      await keepConnection(core.store, wanted);
    },
    disconnect: async () => {
      const was = (await connectionOf(core.store)) !== undefined;
      const known = current?.indicators() ?? [];
      const ids = known.map(({ object }) => String(object.id));
      const accounts = new Set(known.flatMap((one) => one.accounts));
      await end();
      connection = null;
      await keepConnection(core.store, null);
      await core.traffic.watch({ at: Date.now(), add: [], remove: ids });
      // Without the hub nobody would say that they are taken back: nothing rests on them any more.
      for (const listener of listeners) await listener([...accounts], []);
      return was;
    },
    stop: end,
  };
};
