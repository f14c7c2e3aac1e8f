/** Whether a hub is well; each fault with what mends it. */
import type { Store } from '../../store/store.ts';

export interface Check {
  readonly name: string;
  readonly ok: boolean;
  /** What was found, in one sentence. */
  readonly found: string;
  /** What to do, when it is not ok. */
  readonly fix?: string;
}

export interface Health {
  readonly ok: boolean;
  readonly checks: readonly Check[];
}

const good = (name: string, found: string): Check => ({ name, ok: true, found });
const bad = (name: string, found: string, fix: string): Check => ({ name, ok: false, found, fix });

/** Runs one check; one that throws has failed, and says so. */
const tried = async (name: string, fix: string, check: () => Promise<Check>): Promise<Check> => {
  try {
    return await check();
  } catch (error) {
    return bad(name, (error as Error).message, fix);
  }
};

const storeCheck = (store: Store): Promise<Check> =>
  tried(
    'store',
    'See that the disk has room and the database answers; then start the hub again.',
    async () => {
      await store.records.get('setting', 'prepared');
      // The only proof that it can be written is a write.
      await store.write(({ records }) => records.put('seen', 'health', {}));
      return good('store', `${store.engine} reads and writes`);
    },
  );

const setupCheck = (store: Store): Promise<Check> =>
  tried('setup', 'Start it once: stillwatch hub serve', async () => {
    const prepared = await store.records.get('setting', 'prepared');
    const collections = await store.records.list('collection');
    if (prepared === undefined)
      return bad('setup', 'The database was never served.', 'stillwatch hub serve --data DIR');
    return good('setup', `${collections.length} collections`);
  });

const operatorCheck = (store: Store, now: number): Promise<Check> =>
  tried('operator', 'See the check of the store.', async () => {
    const operators = new Set(
      (await store.records.list('member'))
        .filter(({ value }) => value.tier === 'operator' && value.vetting === 'vetted')
        .map(({ id }) => id),
    );
    if (operators.size === 0)
      return bad(
        'operator',
        'No vetted operator is left: nobody can administer the hub.',
        'stillwatch hub member add NAME --tier operator --data DIR',
      );
    const tokens = (await store.records.list('token')).filter(
      ({ value }) => operators.has(value.member) && (value.expires === null || value.expires > now),
    );
    return tokens.length === 0
      ? bad(
          'operator',
          'No operator has a valid token.',
          'stillwatch hub member token issue operator --data DIR',
        )
      : good('operator', `${operators.size} operators, ${tokens.length} valid tokens`);
  });

const EARLIEST = Date.UTC(2025, 0, 1);

const clockCheck = async (now: number): Promise<Check> =>
  now < EARLIEST
    ? bad('clock', `The clock says ${new Date(now).toISOString()}.`, 'Set the clock (NTP).')
    : good('clock', new Date(now).toISOString());

/** Every check, in the order in which faults are best mended. */
export const healthOf = async (store: Store, now: number): Promise<Health> => {
  const checks = await Promise.all([
    storeCheck(store),
    setupCheck(store),
    operatorCheck(store, now),
    clockCheck(now),
  ]);
  return { ok: checks.every(({ ok }) => ok), checks };
};
