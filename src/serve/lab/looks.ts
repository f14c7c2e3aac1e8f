/** Looks, one at a time: what the last one found, who is told of it, and when the next is due. */
import type { ScanReport } from '../../detect/report/report.ts';
import type { LabConfig } from './config/config.ts';
import type { Engine } from './engine/engine.ts';
import type { Looked } from './engine/messages.ts';
import { campaignWithout, type Findings, type FindingsChange } from './findings.ts';
import type { LabStatus } from './status.ts';

type Listener = (change: FindingsChange) => void | Promise<void>;

export interface Looks {
  /** Who asks during a look gets another after it. */
  readonly lookNow: () => Promise<void>;
  /** Not while one is under way, nor where it would find the same. */
  readonly lookIfDue: () => Promise<void>;
  /** Lets go of findings that are too old. */
  readonly expire: (now: number) => Promise<void>;
  /** Called after each look, in the order of looks; what it throws is told. */
  readonly onFindings: (listener: Listener) => void;
  /** Accounts that take no part in looks from now on, asked for before each. */
  readonly leaveOut: (source: () => readonly string[]) => void;
  /** Of the last look. */
  readonly report: () => ScanReport | null;
  /** What it knew of accounts with a verdict, and exchanges by organization. */
  readonly looked: () => Pick<Looked, 'accounts' | 'organizations'>;
  readonly status: () => Pick<LabStatus, 'looks' | 'last_look' | 'last_look_error'>;
  /** Takes an account out of what the last look found. */
  readonly forget: (account: string) => Promise<void>;
}

export interface LooksOptions {
  readonly engine: Pick<Engine, 'look' | 'status'>;
  readonly findings: Findings;
  readonly config: Pick<LabConfig, 'look' | 'retention' | 'clock'>;
  /** How long nothing may come before what is too old is let go of nevertheless. */
  readonly idleMs: number;
  readonly onError: (error: unknown) => void;
}

const DAY = 86_400_000;

export const createLooks = (options: LooksOptions): Looks => {
  const { engine, findings, config, onError } = options;
  const { look, retention } = config;
  const listeners: Listener[] = [];
  let without: () => readonly string[] = () => [];
  let report: ScanReport | null = null;
  let known: Pick<Looked, 'accounts' | 'organizations'> = {
    accounts: [],
    organizations: new Map(),
  };
  let status: ReturnType<Looks['status']> = { looks: 0, last_look: null, last_look_error: null };
  let running: Promise<void> | null = null;
  /** What had been counted at the last look, and when that was, in monotonic milliseconds. */
  let last = { seq: -1, at: 0 };

  const expire = (now: number): Promise<void> =>
    findings.expire(new Date(now - retention.findings_days * DAY));
  const take = async (looked: Looked): Promise<void> => {
    const at = new Date();
    report = looked.report;
    known = { accounts: looked.accounts, organizations: looked.organizations };
    const looks = status.looks + 1;
    const { leftOut: left_out, expired } = looked;
    const last_look = { at: at.toISOString(), ms: Math.round(looked.ms), left_out, expired };
    status = { ...status, looks, last_look };
    const change = await findings.update(looked.report, looks, at);
    for (const listener of listeners)
      try {
        await listener(change);
      } catch (error) {
        onError(error);
      }
    await expire(at.getTime());
  };
  const lookOnce = async (): Promise<void> => {
    const { seq } = engine.status().counting;
    const at = performance.now();
    last = { ...last, at };
    try {
      const looked = await engine.look({
        level: look.level,
        procedure: look.procedure,
        window: look.window_days * DAY,
        most: look.most_accounts,
        without: without(),
      });
      last = { seq, at };
      status = { ...status, last_look_error: null };
      if (looked !== null) await take(looked);
    } catch (error) {
      status = { ...status, last_look_error: (error as Error).message };
      throw error;
    }
  };
  const idle = async (): Promise<void> => {
    while (running !== null) await running.catch(() => undefined);
  };
  const lookNow = async (): Promise<void> => {
    await idle();
    running = lookOnce().finally(() => {
      running = null;
    });
    await running;
  };
  return {
    lookNow,
    lookIfDue: async () => {
      // Nothing came since the last look: it would find the same. But by the wall clock things grow old.
      const isDue =
        engine.status().counting.seq !== last.seq ||
        (config.clock === 'wall' && performance.now() - last.at >= options.idleMs);
      if (running === null && isDue) await lookNow();
    },
    expire,
    onFindings: (listener) => {
      listeners.push(listener);
    },
    leaveOut: (source) => {
      without = source;
    },
    report: () => report,
    looked: () => known,
    status: () => status,
    forget: async (account) => {
      // A look that began before knows it still.
      await idle();
      if (report !== null)
        report = {
          ...report,
          campaigns: report.campaigns.map((one) => campaignWithout(one, account)),
          accounts: report.accounts.filter((one) => one.account_id !== account),
        };
      known = { ...known, accounts: known.accounts.filter(({ id }) => id !== account) };
    },
  };
};
