/** A running lab: its parts put together, and what others build on. */
import { mkdirSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import { StillwatchError } from '../../base/errors.ts';
import type { AccountRecord } from '../../detect/exchange/exchange.ts';
import type { Profile } from '../../detect/profile/profile.ts';
import { unpackProfiles } from '../../detect/profile/wire.ts';
import type { CampaignReport, ScanReport } from '../../detect/report/report.ts';
import { openStore } from '../store/open.ts';
import type { Store } from '../store/store.ts';
import { DEFAULT_CONFIG, type LabConfig } from './config/config.ts';
import { type Engine, startEngine } from './engine/engine.ts';
import type { Looked } from './engine/messages.ts';
import { campaignWithout, type FindingsChange, type LabFinding, openFindings } from './findings.ts';
import { ingestRoutes } from './http/ingest-routes.ts';
import {
  type DecidingStatus,
  type ForgottenIn,
  type ForgottenReply,
  type LabStatus,
  readRoutes,
} from './http/read-routes.ts';
import { createLabServer, type LabRoute } from './http/server.ts';
import { deriveKey, LAB_SCOPES, labSecret, openTokens, type Tokens } from './http/tokens.ts';
import { followFile } from './ingest/follow.ts';
import { createIntake, noAcknowledgement } from './ingest/intake.ts';
import { createMetrics } from './metrics.ts';

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

export interface LabAccount {
  readonly id: string;
  readonly profile: Profile;
  readonly record: AccountRecord | null;
}

/** What a gate, a hub connection and a desk for appeals are built on. */
export interface LabCore {
  readonly store: Store;
  readonly tokens: Tokens;
  readonly config: LabConfig;
  /** Called after each look, in the order of looks; what it throws is logged. */
  readonly onFindings: (listener: (change: FindingsChange) => void | Promise<void>) => void;
  readonly findings: () => readonly LabFinding[];
  /** Of the last look. */
  readonly campaigns: () => readonly CampaignReport[];
  readonly report: () => ScanReport | null;
  /** Profiles and records of accounts, for indicators and re-verification on own traffic. */
  readonly accounts: (ids: readonly string[]) => Promise<readonly LabAccount[]>;
  readonly lookNow: () => Promise<void>;
  /** What the last look knew of accounts with a verdict, and exchanges by organization. */
  readonly looked: () => Pick<Looked, 'accounts' | 'organizations'>;
  /** Accounts that take no part in looks from now on, asked for before each. */
  readonly leaveOut: (source: () => readonly string[]) => void;
  /** Traffic held against indicators of others, and what is known of all customers. */
  readonly traffic: Pick<Engine, 'watch' | 'onHits' | 'customers'>;
  /** Called when an account is forgotten, before its name is out of findings; gives what else it was in. */
  readonly onForget: (listener: (account: string) => Promise<ForgottenIn>) => void;
  /** Makes decisions and cases part of the status. */
  readonly showDeciding: (source: () => DecidingStatus) => void;
  /** Makes a connection with a hub part of the status. */
  readonly showHub: (source: () => LabStatus['hub']) => void;
  readonly status: () => LabStatus;
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

export const parseListen = (listen: string): { readonly host: string; readonly port: number } => {
  const match = /^(?:\[([0-9a-fA-F:]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(listen);
  const port = Number(match?.[3]);
  if (match === null || port > 65_535)
    throw new StillwatchError('USAGE', `${listen} is no HOST:PORT`, 'Such as 127.0.0.1:7460.');
  return { host: (match[1] ?? match[2])!, port };
};

/** @throws StillwatchError for a folder in use, unreadable state, a port that is taken. */
export const startLab = async (options: StartOptions): Promise<Lab> => {
  const { config = DEFAULT_CONFIG, onError = () => undefined } = options;
  const { host, port } = parseListen(options.listen);
  if (isDatabase(options.data) && options.folder === undefined)
    throw new StillwatchError(
      'USAGE',
      'Journal and profiles need a folder beside the database',
      'Name one with --folder.',
    );
  const folder = resolve(options.folder ?? options.data);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const { look, retention, ingest, memory } = config;
  const undo: (() => Promise<void>)[] = [];
  const undoAll = async (): Promise<void> => {
    for (const step of undo.splice(0).reverse()) await step().catch(onError);
  };
  try {
    const engine = await startEngine({
      folder,
      join: { windowMs: ingest.join_window_seconds * 1000, most: ingest.join_most },
      retention: {
        prompts: retention.prompts_days * DAY,
        profiles: retention.profiles_days * DAY,
      },
      trafficClock: config.clock === 'traffic',
      baseline: look.baseline,
      model: look.model,
      accountsFile: config.accounts,
      inMemory: memory.profiles,
      counting: memory.counting,
      mostWaiting: ingest.max_waiting_bytes,
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

    const started = new Date().toISOString();
    const forgetters: ((account: string) => Promise<ForgottenIn>)[] = [];
    const listeners: ((change: FindingsChange) => void | Promise<void>)[] = [];
    let report: ScanReport | null = null;
    let known: Pick<Looked, 'accounts' | 'organizations'> = {
      accounts: [],
      organizations: new Map(),
    };
    let without: () => readonly string[] = () => [];
    let lastLook: LabStatus['last_look'] = null;
    let lookError: string | null = null;
    let looks = 0;
    let lookedAt = -1;
    /** Monotonic milliseconds. */
    let lookedWhen = 0;
    let looking: Promise<void> | null = null;

    const lookOnce = async (): Promise<void> => {
      const { seq } = engine.status().counting;
      lookedWhen = performance.now();
      try {
        const looked = await engine.look({
          level: look.level,
          procedure: look.procedure,
          window: look.window_days * DAY,
          most: look.most_accounts,
          without: without(),
        });
        lookedAt = seq;
        lookError = null;
        if (looked === null) return;
        const at = new Date();
        report = looked.report;
        known = { accounts: looked.accounts, organizations: looked.organizations };
        looks += 1;
        lastLook = {
          at: at.toISOString(),
          ms: Math.round(looked.ms),
          left_out: looked.leftOut,
          expired: looked.expired,
        };
        const change = await findings.update(looked.report, looks, at);
        for (const listener of listeners)
          try {
            await listener(change);
          } catch (error) {
            onError(error);
          }
        await findings.expire(new Date(at.getTime() - retention.findings_days * DAY));
      } catch (error) {
        lookError = (error as Error).message;
        throw error;
      }
    };
    /** One look at a time; who asks during one gets another after it. */
    const lookNow = async (): Promise<void> => {
      while (looking !== null) await looking.catch(() => undefined);
      looking = lookOnce().finally(() => {
        looking = null;
      });
      await looking;
    };
    const follows = new Map<string, string | null>();
    let hubStatus = (): LabStatus['hub'] => null;
    let decidingStatus = (): LabStatus['deciding'] => null;
    const status = (): LabStatus => {
      const { counting, keeping, ...journal } = engine.status();
      const { totals } = counting;
      return {
        started,
        exchanges: totals.exchanges,
        duplicates: totals.duplicates,
        rejected: totals.rejected,
        reasons: totals.reasons,
        held: counting.held,
        unjoined: totals.unjoined,
        halves: totals.halves,
        accounts: keeping.accounts,
        accounts_in_memory: keeping.inMemory,
        known_accounts: keeping.records,
        findings: findings.list().filter((f) => f.seen).length,
        looks,
        last_look: lastLook,
        last_look_error: lookError,
        journal: {
          bytes: journal.journalBytes,
          healthy: journal.journalHealthy,
          waiting_bytes: journal.waitingBytes,
          checkpoint: journal.checkpointSeq,
          replayed_records: journal.replayed,
        },
        following: [...follows].map(([path, error]) => ({
          path,
          offset: engine.followed.get(path)?.offset ?? 0,
          error,
        })),
        memory_bytes: process.memoryUsage.rss(),
        deciding: decidingStatus(),
        hub: hubStatus(),
      };
    };
    const core: LabCore = {
      store,
      tokens,
      config,
      onFindings: (listener) => {
        listeners.push(listener);
      },
      findings: findings.list,
      campaigns: () => report?.campaigns ?? [],
      report: () => report,
      accounts: async (ids) =>
        (await engine.accounts(ids)).map(({ id, record, packed }) => ({
          id,
          record,
          profile: unpackProfiles(packed)[0]![1],
        })),
      lookNow,
      looked: () => known,
      leaveOut: (source) => {
        without = source;
      },
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
      status,
    };
    const forget = async (account: string): Promise<ForgottenReply> => {
      const profiled = await engine.forget(account);
      // A look that began before knows it still.
      while (looking !== null) await looking.catch(() => undefined);
      if (report !== null)
        report = {
          ...report,
          campaigns: report.campaigns.map((one) => campaignWithout(one, account)),
          accounts: report.accounts.filter((one) => one.account_id !== account),
        };
      known = { ...known, accounts: known.accounts.filter(({ id }) => id !== account) };
      const inFindings = await findings.forget(account);
      let elsewhere: ForgottenIn = {};
      for (const listener of forgetters) elsewhere = { ...elsewhere, ...(await listener(account)) };
      const [record] = await engine.accounts([account]);
      return {
        account,
        known: profiled || inFindings > 0 || Object.values(elsewhere).some((n) => n > 0),
        findings: inFindings,
        ...elsewhere,
        // What the operator wrote is the operator's to change, and would bring the account back.
        still_in: record === undefined ? [] : ['accounts file'],
      };
    };
    const routes: readonly LabRoute[] = [
      ...((await options.routes?.(core)) ?? []),
      ...ingestRoutes({ engine, intake, body: { most: ingest.max_request_bytes } }),
      ...readRoutes({
        engine,
        findings,
        status,
        metrics: createMetrics(status),
        look: lookNow,
        forget,
      }),
    ];
    const server = createLabServer(routes, tokens, onError);
    await new Promise<void>((resolve_, reject) => {
      server.once('error', (cause) =>
        reject(
          new StillwatchError(
            'LAB_LISTEN_FAILED',
            `${options.listen}: ${cause.message}`,
            'Choose a free port and an address of this machine.',
            { cause },
          ),
        ),
      );
      server.listen(port, host, resolve_);
    });
    undo.push(
      () =>
        new Promise<void>((done) => {
          server.close(() => done());
          server.closeIdleConnections();
          setTimeout(() => server.closeAllConnections(), 5_000).unref();
        }),
    );
    const bound = (server.address() as AddressInfo).port;
    const url = `http://${host.includes(':') ? `[${host}]` : host}:${bound}`;
    let tokenFile: string | null = null;
    if ((await tokens.count()) === 0) {
      tokenFile = join(folder, 'token');
      const token = await tokens.issue('first', LAB_SCOPES, Date.now());
      writeFileSync(tokenFile, `${token}\n`, { mode: 0o600 });
    }
    writeFileSync(join(folder, 'lab.json'), `${JSON.stringify({ url, pid: process.pid })}\n`);

    for (const { path, format, stream } of config.follow) {
      const file = resolve(path);
      follows.set(file, null);
      const follow = followFile({
        path: file,
        from: engine.followed.get(file),
        onLines: async (data, to) => {
          await engine.room();
          const lines = { firstLine: 1, data };
          const into = noAcknowledgement();
          if (format === 'native') await intake.lines(stream, lines, into, to);
          else await intake.foreignLines(format, lines, into, to);
          follows.set(file, null);
        },
        onError: (error) => follows.set(file, error.message),
      });
      undo.push(follow.stop);
    }
    const every = (seconds: number, work: () => Promise<void>): void => {
      let running = false;
      const timer = setInterval(() => {
        if (running) return;
        running = true;
        work()
          .catch(onError)
          .finally(() => {
            running = false;
          });
      }, seconds * 1000);
      undo.push(async () => clearInterval(timer));
    };
    every(config.checkpoint_seconds, async () => {
      const { checkpointSeq, counting } = engine.status();
      if (counting.seq !== checkpointSeq) await engine.checkpoint();
    });
    const idleMs = options.idleMs ?? DAY;
    every(look.every_seconds, async () => {
      // Nothing came since the last look: it would find the same. But by the wall clock things grow old.
      const isDue =
        engine.status().counting.seq !== lookedAt ||
        (config.clock === 'wall' && performance.now() - lookedWhen >= idleMs);
      if (looking === null && isDue) await lookNow();
    });
    every(Math.min(3600, idleMs / 1000), () =>
      findings.expire(new Date(Date.now() - retention.findings_days * DAY)),
    );
    return { ...core, url, port: bound, tokenFile, engine, stop: undoAll };
  } catch (error) {
    await undoAll();
    throw error;
  }
};
