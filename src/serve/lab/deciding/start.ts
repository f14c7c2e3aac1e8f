/**
 * From findings and shared intelligence to decisions: after each look, and when something arrives from the
 * hub, the policy is asked about the accounts concerned.
 */
import type { StalenessRule } from '../../../act/response/gate.ts';
import type { Policy } from '../../../act/response/policy/policy.ts';
import { openDesk } from '../appeals/desk.ts';
import { isFromLooks, openEffects } from '../appeals/effects.ts';
import { openBook } from '../decisions/book.ts';
import { oneRun } from '../one-run.ts';
import { createSerial } from '../serial.ts';
import type { LabCore } from '../core.ts';
import { openAllowances } from './allowances.ts';
import { createConsidering } from './consider.ts';
import type { Deciding, DecidingOptions } from './deciding.ts';
import { openExclusions } from './exclusions.ts';
import { forgetDecided } from './forget.ts';
import { groundsNow } from './grounds.ts';
import { createKnownAccounts } from './known-accounts.ts';
import { DEFAULT_POLICY, openPolicyFile } from './policy-file.ts';
import { sweep } from './retention.ts';
import { statusOf } from './status.ts';
import { createTakenBack } from './taken-back.ts';
import { openWithdrawn } from './withdrawn.ts';

const DAY = 86_400_000;
const TICK_MS = 1000;
const SWEPT_EVERY = 3_600_000;

const stalenessOf = ({ fail }: Policy): StalenessRule => ({
  after: fail.stale_after / 1000,
  fails: fail.default,
  tiers: fail.by_tier,
  closed_action: fail.closed_action,
});

/** @throws StillwatchError POLICY_INVALID, CASE_EVENT_INVALID */
export const openDeciding = async (
  core: LabCore,
  options: DecidingOptions = {},
): Promise<Deciding> => {
  const { store } = core;
  const { now = Date.now, sharing = () => undefined, onError = () => undefined } = options;
  const file = await openPolicyFile(store, options.policyFile ?? DEFAULT_POLICY, now(), onError);
  const book = await openBook(store, stalenessOf(file.policy()), now(), options.steady);
  const desk = await openDesk(store);
  const serial = createSerial();
  const allowances = await openAllowances({ store, book, policy: file.policy, now });
  const exclusions = await openExclusions(store, now);
  core.leaveOut(exclusions.fromLooks);
  const withdrawn = await openWithdrawn(store, now);
  const accounts = createKnownAccounts(core);
  const considering = createConsidering({
    ...{ book, desk, accounts, policy: allowances.policy, now },
    grounds: () =>
      groundsNow({
        report: core.report(),
        findings: core.findings(),
        withdrawn: withdrawn.ids,
        exclusions: exclusions.active(),
        sharing: sharing(),
      }),
  });
  const { consider, considerAll } = considering;
  const takenBack = createTakenBack({ store, book, desk, withdrawn, considering, now });
  const effects = await openEffects({
    ...{ store, book, sharing, now, onError },
    onAllowance: ({ subject }) => allowances.take(subject),
    onExclusion: (exclusion) => {
      exclusions.take(exclusion);
      // Scored anew without it, as soon as the look that may be running is done.
      if (isFromLooks(exclusion)) core.lookNow().catch(onError);
    },
  });

  /** Another policy is in force. */
  const apply = async (): Promise<void> => {
    book.gate.configure(stalenessOf(file.policy()));
    await allowances.sync();
    await considerAll();
  };
  const tick = async (): Promise<void> => {
    book.tick(now());
    await serial(async () => {
      if (await file.check(now())) await apply();
      await effects.runAll(effects.waiting().map(desk.casework.need));
    });
  };
  const forget: Deciding['forget'] = (account) =>
    serial(async () => {
      accounts.forget(account);
      considering.forget(account);
      const parts = { store, book, desk, now, policy: file.policy };
      const forgotten = await forgetDecided(parts, account);
      for (const part of [allowances, exclusions, withdrawn]) part.forget(account);
      await allowances.sync();
      return forgotten;
    });

  core.onFindings(() =>
    serial(async () => {
      accounts.refresh();
      await considerAll();
    }),
  );
  await allowances.sync();
  // What a crash left undone: effects of cases, cases of proposals.
  await effects.runAll([...desk.casework.all()]);
  await desk.open(
    'proposal',
    (await book.waiting()).map(({ proposal }) => ({
      about: proposal.id,
      subject: proposal.subject,
      by: proposal.rule,
    })),
    now(),
  );
  core.showDeciding(() =>
    statusOf({ book, desk, effects, file, failures: considering.failures() }, now()),
  );
  core.onForget(async (account) => ({ ...(await forget(account)) }));

  const keep = options.keep ?? {
    decisions: core.config.retention.decisions_days * DAY,
    cases: core.config.retention.cases_days * DAY,
  };
  const sweeps = oneRun(() => sweep({ store, desk, effects, keep }, now()));
  const ticks = oneRun(() => tick().catch(onError));
  const period = options.tickMs ?? TICK_MS;
  const timers: NodeJS.Timeout[] = [];
  if (period > 0) {
    const sweepNow = (): void => void sweeps.run().catch(onError);
    timers.push(
      setInterval(() => {
        // The gate is told that the book is alive, whatever else takes its time.
        book.tick(now());
        void ticks.run();
      }, period).unref(),
      setInterval(sweepNow, SWEPT_EVERY).unref(),
    );
    sweepNow();
  }
  return {
    ...{ book, desk, effects, policy: file, serial, tick, forget, now, core, sharing },
    known: accounts.all,
    shadowProposals: considering.shadowProposals,
    failures: considering.failures,
    reconsider: (ids) => serial(() => consider(ids)),
    reconsiderShared: () =>
      serial(() => {
        const resting = book
          .inForce(now())
          .filter(({ rests_on }) => rests_on.some((id) => id.startsWith('indicator--')));
        return consider(
          resting.flatMap(({ subject }) => (subject.kind === 'account' ? [subject.value] : [])),
        );
      }),
    withdraw: (ids, by) => serial(() => takenBack.withdraw(ids, by)),
    dismissResting: takenBack.dismissResting,
    discredit: withdrawn.discredit,
    reload: () =>
      serial(async () => {
        const changed = await file.reload(now());
        if (changed) await apply();
        return changed;
      }),
    allowances: allowances.list,
    disallow: (subject) =>
      serial(async () => {
        if (!(await allowances.end(subject))) return false;
        if (subject.kind === 'account') await consider([subject.value]);
        return true;
      }),
    exclusions: exclusions.active,
    include: async (account) => {
      if (!(await exclusions.end(account))) return false;
      core.lookNow().catch(onError);
      return true;
    },
    sweep: sweeps.run,
    close: async () => {
      for (const timer of timers) clearInterval(timer);
      await ticks.idle();
      await sweeps.idle();
      await serial(async () => undefined);
    },
  };
};
