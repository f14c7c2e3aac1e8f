/** A running lab: its parts put together, and what others build on. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { StillwatchError } from '../../base/errors.ts';
import { unpackProfiles } from '../../detect/profile/wire.ts';
import { openStore } from '../store/open.ts';
import { DEFAULT_CONFIG, type LabConfig } from './config/config.ts';
import type { LabCore } from './core.ts';
import type { DecidingStatus } from './deciding/status.ts';
import { type Engine, type EngineOptions, startEngine } from './engine/engine.ts';
import { openFindings } from './findings.ts';
import { forgetAccount, type ForgetParts } from './forget.ts';
import { ingestRoutes } from './http/ingest-routes.ts';
import { endServer, listenAt, parseListen } from './http/listen.ts';
import { readRoutes } from './http/read-routes.ts';
import { createLabServer, type LabRoute } from './http/server.ts';
import { deriveKey, LAB_SCOPES, labSecret, openTokens, type Tokens } from './http/tokens.ts';
import { createFollowing } from './ingest/following.ts';
import { createIntake } from './ingest/intake.ts';
import { createLooks } from './looks.ts';
import { createMetrics } from './metrics.ts';
import { oneRun } from './one-run.ts';
import type { SharingStatus } from './sharing/status.ts';
import { type LabStatus, statusOf } from './status.ts';

const DAY = 86_400_000;

export interface StartOptions {
  /** `HOST:PORT`; port 0 for any. */
  readonly listen: string;
  /** A folder, or the connection string of PostgreSQL for findings and tokens. */
  readonly data: string;
  /** Where journal and profiles lie when `data` is a database. */
  readonly folder?: string | undefined;
  readonly config?: LabConfig | undefined;
  /** How long nothing may come before what is too old is let go of nevertheless; a day. */
  readonly idleMs?: number | undefined;
  /** Routes beside those of the lab, such as a gate. They go first. */
  readonly routes?:
    | ((lab: LabCore) => readonly LabRoute[] | Promise<readonly LabRoute[]>)
    | undefined;
  readonly onError?: ((error: unknown) => void) | undefined;
  /** Told when the lab is of no use any more and has to be started again. */
  readonly onFailure?: ((error: Error) => void) | undefined;
}

export interface Lab extends LabCore {
  readonly url: string;
  readonly port: number;
  /** File with the token that the first start made, or null. */
  readonly tokenFile: string | null;
  readonly engine: Engine;
  readonly stop: () => Promise<void>;
}

const isDatabase = (data: string): boolean => /^postgres(ql)?:\/\//.test(data);

/** @throws StillwatchError USAGE */
const folderOf = ({ data, folder }: StartOptions): string => {
  if (isDatabase(data) && folder === undefined)
    throw new StillwatchError(
      'USAGE',
      'Journal and profiles need a folder beside the database',
      'Name one with --folder.',
    );
  return resolve(folder ?? data);
};

const engineOptions = (
  { look, retention, ingest, memory, clock, accounts }: LabConfig,
  folder: string,
): Omit<EngineOptions, 'onFailure'> => ({
  folder,
  join: { windowMs: ingest.join_window_seconds * 1000, most: ingest.join_most },
  retention: {
    prompts: retention.prompts_days * DAY,
    profiles: retention.profiles_days * DAY,
  },
  trafficClock: clock === 'traffic',
  baseline: look.baseline,
  model: look.model,
  accountsFile: accounts,
  inMemory: memory.profiles,
  counting: memory.counting,
  mostWaiting: ingest.max_waiting_bytes,
});

/** The first start makes a token, or nobody could make one; gives its file, or null. */
const firstToken = async (tokens: Tokens, folder: string): Promise<string | null> => {
  if ((await tokens.count()) > 0) return null;
  const file = join(folder, 'token');
  const token = await tokens.issue('first', LAB_SCOPES, Date.now());
  writeFileSync(file, `${token}\n`, { mode: 0o600 });
  return file;
};

/** @throws StillwatchError for a folder in use, unreadable state, a port that is taken. */
export const startLab = async (options: StartOptions): Promise<Lab> => {
  const { config = DEFAULT_CONFIG, onError = () => undefined, idleMs = DAY } = options;
  const place = parseListen(options.listen);
  const folder = folderOf(options);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const undo: (() => Promise<void>)[] = [];
  const undoAll = async (): Promise<void> => {
    for (const step of undo.splice(0).reverse()) await step().catch(onError);
  };
  try {
    const engine = await startEngine({
      ...engineOptions(config, folder),
      onFailure: (error) => {
        onError(error);
        options.onFailure?.(error);
      },
    });
    undo.push(() => engine.close());
    const store = await openStore(isDatabase(options.data) ? options.data : join(folder, 'store'));
    undo.push(() => store.close());
    const tokens = await openTokens(store);
    const findings = await openFindings(store);
    const contentKey =
      config.content === 'none' ? deriveKey(await labSecret(store), 'content') : null;
    const intake = createIntake({ engine, mapping: config.mapping, contentKey });
    const following = createFollowing(engine, intake);
    const looks = createLooks({ engine, findings, config, idleMs, onError });
    const { lookNow, report, looked, onFindings, leaveOut } = looks;

    const started = new Date().toISOString();
    let hubStatus = (): SharingStatus | null => null;
    let decidingStatus = (): DecidingStatus | null => null;
    const status = (): LabStatus =>
      statusOf(engine.status(), {
        started,
        findings: findings.list().filter((f) => f.seen).length,
        ...looks.status(),
        following: following.status(),
        deciding: decidingStatus(),
        hub: hubStatus(),
      });
    const forgetters: ForgetParts['others'][number][] = [];
    const core: LabCore = {
      ...{ store, tokens, config, status, lookNow, report, looked, onFindings, leaveOut },
      findings: findings.list,
      campaigns: () => report()?.campaigns ?? [],
      accounts: async (ids) =>
        (await engine.accounts(ids)).map(({ id, record, packed }) => ({
          id,
          record,
          profile: unpackProfiles(packed)[0]![1],
        })),
      traffic: engine,
      onForget: (listener) => {
        forgetters.push(listener);
      },
      showDeciding: (source) => {
        decidingStatus = source;
      },
      showHub: (source) => {
        hubStatus = source;
      },
    };
    const routes: readonly LabRoute[] = [
      ...((await options.routes?.(core)) ?? []),
      ...ingestRoutes({ engine, intake, body: { most: config.ingest.max_request_bytes } }),
      ...readRoutes({
        ...{ engine, findings, status, look: lookNow, metrics: createMetrics(status) },
        forget: (account) =>
          forgetAccount({ engine, looks, findings, others: forgetters }, account),
      }),
    ];
    const server = createLabServer(routes, tokens, onError);
    const { url, port } = await listenAt(server, place);
    undo.push(() => endServer(server));
    const tokenFile = await firstToken(tokens, folder);
    writeFileSync(join(folder, 'lab.json'), `${JSON.stringify({ url, pid: process.pid })}\n`);

    undo.push(following.stop);
    following.start(config.follow);
    const every = (seconds: number, work: () => Promise<void>): void => {
      const { run } = oneRun(() => work().catch(onError));
      const timer = setInterval(() => void run(), seconds * 1000);
      undo.push(async () => clearInterval(timer));
    };
    every(config.checkpoint_seconds, async () => {
      const { checkpointSeq, counting } = engine.status();
      if (counting.seq !== checkpointSeq) await engine.checkpoint();
    });
    every(config.look.every_seconds, looks.lookIfDue);
    every(Math.min(3600, idleMs / 1000), () => looks.expire(Date.now()));
    return { ...core, url, port, tokenFile, engine, stop: undoAll };
  } catch (error) {
    await undoAll();
    throw error;
  }
};
