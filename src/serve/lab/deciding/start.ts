/**
 * From findings and shared intelligence to decisions: after each look, and when something arrives from the
 * hub, the policy is asked about the accounts concerned; what it answers is entered into the book, what does
 * not hold any more is lifted, and what asks for a person becomes a case.
 */
import { randomUUID } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { allowDecisions } from '../../../act/response/allow-list.ts';
import { decide, type Outcome, type Proposal } from '../../../act/response/decide.ts';
import type { Decision } from '../../../act/response/decision.ts';
import type { AccountFacts, Facts } from '../../../act/response/facts.ts';
import type { StalenessRule } from '../../../act/response/gate.ts';
import type { AllowEntry, Policy } from '../../../act/response/policy/policy.ts';
import type { StillwatchError } from '../../../base/errors.ts';
import type { Exclusion, Lift } from '../../store/records.ts';
import { type Desk, openDesk } from '../appeals/desk.ts';
import {
  type Effects,
  exclusionId,
  isFromLooks,
  openEffects,
  subjectId,
} from '../appeals/effects.ts';
import { type Also, type DecisionBook, type Entered, openBook } from '../decisions/book.ts';
import type { LabCore } from '../start.ts';
import { askedFacts, findingsByAccount, lookedFacts } from './account-facts.ts';
import { DEFAULT_POLICY, openPolicyFile, type PolicyFile } from './policy-file.ts';
import { type Forgotten, forgetDecided } from './forget.ts';
import { type Keeping, type Swept, sweep } from './retention.ts';
import { createSerial } from '../serial.ts';
import type { Sharing } from './sharing-seam.ts';
import { type Ending, endingsOf } from './stale-decisions.ts';

export interface DecidingOptions {
  /** The policy that ships, all of it shadow, when there is none. */
  readonly policyFile?: string | undefined;
  /** Asked anew each time: a lab may be connected to a hub while it runs. */
  readonly sharing?: (() => Sharing | undefined) | undefined;
  /** Epoch milliseconds; the wall clock when absent. */
  readonly now?: (() => number) | undefined;
  /** Monotonic milliseconds. */
  readonly steady?: (() => number) | undefined;
  /** Between ticks; 0 for none, for who calls `tick` itself. */
  readonly tickMs?: number | undefined;
  /** What is kept after its end, and how long; as configured when absent. */
  readonly keep?: Keeping | undefined;
  readonly onError?: ((error: unknown) => void) | undefined;
}

export interface Considered extends Entered {
  readonly lifted: readonly Decision[];
  /** Conditions that could not be evaluated, by rule. */
  readonly failures: Readonly<Record<string, string>>;
}

/** What a rule in shadow would ask a person, by account; made anew whenever the account is considered. */
export type ShadowProposals = ReadonlyMap<string, readonly Proposal[]>;

export interface Deciding {
  readonly book: DecisionBook;
  readonly desk: Desk;
  readonly effects: Effects;
  readonly policy: PolicyFile;
  /** What the accounts are known by; of the last look, and those that were asked for since. */
  readonly known: () => ReadonlyMap<string, AccountFacts>;
  readonly shadowProposals: () => ShadowProposals;
  /** Asks the policy about these accounts now. */
  readonly reconsider: (accounts: readonly string[]) => Promise<Considered>;
  /** Asks it about all accounts with a decision that rests on shared intelligence. */
  readonly reconsiderShared: () => Promise<Considered>;
  /** Something was taken back: what rests on it is lifted, for good, and its accounts considered anew. */
  readonly withdraw: (ids: readonly string[], by: Lift['by']) => Promise<readonly Decision[]>;
  /** Takes note of grounds that do not count any more, within a write of the caller's. */
  readonly discredit: (
    ids: readonly string[],
    by: string,
  ) => { readonly also: Also; readonly taken: () => void };
  /** Dismisses the proposals that rest on it. */
  readonly dismissResting: (ids: readonly string[], by: string) => Promise<void>;
  readonly reload: () => Promise<boolean>;
  readonly allowances: () => readonly (AllowEntry & { readonly case: string })[];
  readonly disallow: (subject: AllowEntry['subject']) => Promise<boolean>;
  readonly exclusions: () => readonly Exclusion[];
  readonly include: (account: string) => Promise<boolean>;
  readonly failures: () => Readonly<Record<string, string>>;
  /** Runs after and before other work on decisions, never beside it. */
  readonly serial: <T>(work: () => Promise<T>) => Promise<T>;
  readonly tick: () => Promise<void>;
  /** Takes an account out of all that was decided, and ends what still holds. */
  readonly forget: (account: string) => Promise<Forgotten>;
  /** Deletes what has ended long enough ago; by itself every hour. */
  readonly sweep: () => Promise<Swept>;
  readonly now: () => number;
  readonly core: LabCore;
  readonly sharing: () => Sharing | undefined;
  readonly close: () => Promise<void>;
}

/** Known accounts besides those of the last look. */
const MOST_ASKED = 100_000;
const AT_ONCE = 250;
const DAY = 86_400_000;
const SWEPT_EVERY = 3_600_000;

const stalenessOf = ({ fail }: Policy): StalenessRule => ({
  after: fail.stale_after / 1000,
  fails: fail.default,
  tiers: fail.by_tier,
  closed_action: fail.closed_action,
});

/** Ids that a customer quotes say nothing and cannot be guessed; those of `decide` follow from its input. */
const unguessable = (outcome: Outcome): Outcome => {
  const ids = new Map<string, string>();
  const rename = (decision: Decision): Decision => {
    const id = `decision--${randomUUID()}`;
    ids.set(decision.id, id);
    return { ...decision, id };
  };
  return {
    ...outcome,
    decisions: outcome.decisions.map(rename),
    shadow: outcome.shadow.map(rename),
    samples: outcome.samples.map((id) => ids.get(id) ?? id),
  };
};

/** @throws StillwatchError POLICY_INVALID, CASE_EVENT_INVALID */
export const openDeciding = async (
  core: LabCore,
  options: DecidingOptions = {},
): Promise<Deciding> => {
  const { store } = core;
  const { now = Date.now, sharing = () => undefined, onError = () => undefined } = options;
  const file = await openPolicyFile(
    store,
    options.policyFile ?? DEFAULT_POLICY,
    now(),
    (error: StillwatchError) => onError(error),
  );
  const book = await openBook(store, stalenessOf(file.policy()), now(), options.steady);
  const desk = await openDesk(store);
  const serial = createSerial();

  const allowances = new Map<string, AllowEntry & { readonly case: string }>();
  for (const { id, value } of await store.records.list('allowance')) allowances.set(id, value);
  const exclusions = new Map<string, Exclusion>();
  for (const { id, value } of await store.records.list('exclusion')) exclusions.set(id, value);
  const withdrawn = new Set<string>();
  for (const { id } of await store.records.list('withdrawn')) withdrawn.add(id);
  const activeExclusions = (): Exclusion[] =>
    [...exclusions.values()].filter(({ until }) => until > now());
  core.leaveOut(() =>
    activeExclusions()
      .filter(isFromLooks)
      .map(({ account }) => account),
  );

  let looked = lookedFacts(core);
  const asked = new Map<string, AccountFacts>();
  let failures: Record<string, string> = {};
  const wouldAsk = new Map<string, readonly Proposal[]>();

  const policyNow = (): Policy => {
    const policy = file.policy();
    return { ...policy, allow: [...policy.allow, ...allowances.values()] };
  };
  const known = (): ReadonlyMap<string, AccountFacts> => new Map([...asked, ...looked]);

  const accountsOf = async (ids: readonly string[]): Promise<AccountFacts[]> => {
    const missing = ids.filter((id) => !looked.has(id) && !asked.has(id));
    for (let i = 0; i < missing.length; i += AT_ONCE)
      for (const facts of await askedFacts(core, missing.slice(i, i + AT_ONCE)))
        asked.set(facts.id, facts);
    for (const id of asked.keys()) {
      if (asked.size <= MOST_ASKED) break;
      asked.delete(id);
    }
    return ids.flatMap((id) => looked.get(id) ?? asked.get(id) ?? []);
  };

  /** The gate knows the allow-list too; entries that are gone are lifted. */
  const syncAllowances = async (): Promise<void> => {
    const at = now();
    const wanted = new Map(allowDecisions(policyNow(), at).map((one) => [one.id, one]));
    const held = book.inForce(at).filter(({ reason }) => reason === 'ALLOW_LISTED');
    for (const { id } of held) if (wanted.has(id)) wanted.delete(id);
    const listed = new Set(allowDecisions(policyNow(), at).map(({ id }) => id));
    const gone = held.filter(({ id, rule }) => rule === null && !listed.has(id));
    for (const decision of wanted.values()) await book.put(decision);
    await book.lift(
      gone.map(({ id }) => id),
      { at, by: 'policy', because: file.policy().version },
    );
  };

  /** Within `serial`. */
  const consider = async (ids: readonly string[]): Promise<Considered> => {
    const at = now();
    const policy = policyNow();
    const findings = core.findings();
    const found = findingsByAccount(core.report(), findings);
    const seen = new Set(findings.filter((one) => one.seen).map(({ id }) => id));
    const known = new Set(findings.map(({ id }) => id));
    // Before the first look nothing is known of findings about lone accounts. An indicator is never
    // quiet: the hub has it or has not.
    const isQuiet = (id: string): boolean =>
      !withdrawn.has(id) &&
      !id.startsWith('indicator--') &&
      (known.has(id) ? !seen.has(id) : core.report() === null);
    const left = new Set(
      activeExclusions()
        .filter(isFromLooks)
        .map(({ account }) => account),
    );
    const apart = Map.groupBy(activeExclusions(), ({ account }) => account);
    const shared = sharing();
    const isApart = (account: string, indicator: string): boolean => {
      const from = apart.get(account);
      const of = from === undefined ? [] : (shared?.campaignsOf(indicator) ?? []);
      return of.length > 0 && of.every((id) => from!.some(({ campaign }) => campaign === id));
    };
    const accounts = await accountsOf([...new Set(ids)]);
    const outcomes: Outcome[] = [];
    const endings: Ending[] = [];
    const failed: Record<string, string> = {};
    for (const [i, account] of accounts.entries()) {
      // The gate answers on this thread.
      if (i % AT_ONCE === AT_ONCE - 1) await setImmediate();
      const finding = found.get(account.id) ?? null;
      const facts: Facts = {
        account,
        finding:
          finding === null || withdrawn.has(finding.id) || left.has(account.id) ? null : finding,
        indicators: (shared?.indicatorFacts(account) ?? []).filter(
          ({ id }) => !withdrawn.has(id) && !isApart(account.id, id),
        ),
      };
      const outcome = decide(facts, policy, at);
      for (const { rule, why } of outcome.failures) failed[rule] = why;
      if (outcome.shadow_proposals.length > 0) wouldAsk.set(account.id, outcome.shadow_proposals);
      else wouldAsk.delete(account.id);
      const decisions = book.about({ kind: 'account', value: account.id });
      if (decisions.length > 0)
        endings.push(...endingsOf({ facts, outcome, decisions }, policy, isQuiet));
      if (outcome.decisions.length + outcome.shadow.length + outcome.proposals.length > 0)
        outcomes.push(unguessable(outcome));
    }
    // What begins comes before what ends: between the two nobody is without a decision.
    const entered = await book.enter(outcomes, at);
    const groups = Map.groupBy(endings, ({ by, because }) => JSON.stringify([by, because]));
    const lifted: Decision[] = [];
    for (const group of groups.values()) {
      const { by, because } = group[0]!;
      lifted.push(
        ...(await book.lift(
          group.map(({ id }) => id),
          { at, by, because },
        )),
      );
    }
    const samples = new Set(outcomes.flatMap((one) => one.samples));
    const matters = entered.proposals.map(({ id, subject, rule }) => ({
      about: id,
      subject,
      by: rule,
    }));
    await desk.open('proposal', matters, at);
    await desk.open(
      'sample',
      entered.decisions
        .filter(({ id }) => samples.has(id))
        .map(({ id, subject, owner }) => ({ about: id, subject, by: owner })),
      at,
    );
    return { ...entered, lifted, failures: failed };
  };

  const concerned = (): string[] => {
    const ids = new Set(looked.keys());
    for (const { subject, reason } of book.inForce(now()))
      if (subject.kind === 'account' && reason !== 'ALLOW_LISTED') ids.add(subject.value);
    return [...ids];
  };
  const considerAll = async (): Promise<void> => {
    const ids = concerned();
    // Of who is concerned no more, nothing would be asked.
    const still = new Set(ids);
    for (const id of wouldAsk.keys()) if (!still.has(id)) wouldAsk.delete(id);
    failures = (await consider(ids)).failures;
  };

  const discredit: Deciding['discredit'] = (ids, by) => ({
    also: async (records) => {
      for (const id of ids) await records.put('withdrawn', id, { at: now(), by });
    },
    taken: () => {
      for (const id of ids) withdrawn.add(id);
    },
  });

  const effects = await openEffects({
    store,
    book,
    sharing,
    now,
    onError,
    onAllowance: async (entry) => {
      const kept = await store.records.get('allowance', subjectId(entry.subject));
      if (kept !== undefined) allowances.set(subjectId(entry.subject), kept);
      await syncAllowances();
    },
    onExclusion: (exclusion) => {
      exclusions.set(exclusionId(exclusion), exclusion);
      // Scored anew without it, as soon as the look that may be running is done.
      if (isFromLooks(exclusion)) core.lookNow().catch(onError);
    },
  });

  const reload = (): Promise<boolean> =>
    serial(async () => {
      const changed = await file.reload(now());
      if (changed) await apply();
      return changed;
    });
  const apply = async (): Promise<void> => {
    book.gate.configure(stalenessOf(file.policy()));
    await syncAllowances();
    await considerAll();
  };

  /** Proposals that rest on what was taken back ask for nothing any more. */
  const dismissResting = async (ids: readonly string[], by: string): Promise<void> => {
    const gone = new Set(ids);
    for (const { proposal } of await book.waiting()) {
      if (!proposal.rests_on.some((id) => gone.has(id))) continue;
      await book.settle(proposal.id, by, false, now());
      const open = [...desk.casework.waiting()].find(({ about }) => about === proposal.id);
      if (open !== undefined)
        await desk.append({ type: 'withdrawn', case: open.id, at: now(), by });
    }
  };

  const tick = async (): Promise<void> => {
    book.tick(now());
    await serial(async () => {
      if (await file.check(now())) await apply();
      await effects.runAll(effects.waiting().map(desk.casework.need));
    });
  };

  core.onFindings(() =>
    serial(async () => {
      looked = lookedFacts(core);
      for (const id of looked.keys()) asked.delete(id);
      await considerAll();
    }),
  );

  await syncAllowances();
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

  const keep = options.keep ?? {
    decisions: core.config.retention.decisions_days * DAY,
    cases: core.config.retention.cases_days * DAY,
  };
  let sweeping: Promise<Swept> | null = null;
  const sweepNow = (): Promise<Swept> => {
    sweeping ??= sweep({ store, desk, effects, keep }, now()).finally(() => {
      sweeping = null;
    });
    return sweeping;
  };

  const forget = (account: string): Promise<Forgotten> =>
    serial(async () => {
      looked.delete(account);
      asked.delete(account);
      wouldAsk.delete(account);
      const parts = { store, book, desk, now, policy: file.policy };
      const forgotten = await forgetDecided(parts, account);
      for (const [id, { subject }] of allowances)
        if (subject.kind === 'account' && subject.value === account) allowances.delete(id);
      for (const [id, one] of exclusions) if (one.account === account) exclusions.delete(id);
      withdrawn.delete(`finding--${account}`);
      await syncAllowances();
      return forgotten;
    });
  core.showDeciding(() => {
    const at = now();
    const inForce = book.inForce(at);
    const live = inForce.filter(({ mode }) => mode === 'live').length;
    const cases = Map.groupBy(desk.casework.waiting(), ({ kind }) => kind);
    return {
      policy: file.status().version,
      policy_fault: file.status().fault?.message ?? null,
      live,
      shadow: inForce.length - live,
      failing_rules: Object.keys(failures),
      cases: Object.fromEntries([...cases].map(([kind, waiting]) => [kind, waiting.length])),
      overdue: desk.casework.overdue(at).length,
      effects_waiting: effects.waiting().length,
    };
  });
  core.onForget(async (account) => ({ ...(await forget(account)) }));

  let ticking: Promise<void> | null = null;
  const period = options.tickMs ?? 1000;
  const timer =
    period === 0
      ? null
      : setInterval(() => {
          // The gate is told that the book is alive, whatever else takes its time.
          book.tick(now());
          ticking ??= tick()
            .catch(onError)
            .finally(() => {
              ticking = null;
            });
        }, period).unref();
  const sweeper =
    period === 0 ? null : setInterval(() => void sweepNow().catch(onError), SWEPT_EVERY).unref();
  if (sweeper !== null) sweepNow().catch(onError);
  return {
    ...{
      book,
      desk,
      effects,
      policy: file,
      known,
      shadowProposals: () => wouldAsk,
      serial,
      reload,
      discredit,
      dismissResting,
      tick,
      now,
      core,
      sharing,
    },
    reconsider: (accounts) => serial(() => consider(accounts)),
    reconsiderShared: () =>
      serial(() => {
        const resting = book
          .inForce(now())
          .filter(({ rests_on }) => rests_on.some((id) => id.startsWith('indicator--')));
        return consider(
          resting.flatMap(({ subject }) => (subject.kind === 'account' ? [subject.value] : [])),
        );
      }),
    withdraw: (ids, by) =>
      serial(async () => {
        const at = now();
        const { also, taken } = discredit(ids, by);
        await store.write(({ records }) => also(records).then(() => undefined));
        taken();
        const lifted: Decision[] = [];
        for (const because of ids)
          lifted.push(...(await book.lift(book.restingOn(because), { at, by, because })));
        await dismissResting(ids, by);
        const accounts = lifted.flatMap(({ subject }) =>
          subject.kind === 'account' ? [subject.value] : [],
        );
        await consider(accounts);
        return lifted;
      }),
    allowances: () => [...allowances.values()].filter(({ until }) => until > now()),
    disallow: (subject) =>
      serial(async () => {
        const id = subjectId(subject);
        if (!allowances.delete(id)) return false;
        await store.write(({ records }) => records.remove('allowance', id));
        await syncAllowances();
        if (subject.kind === 'account') await consider([subject.value]);
        return true;
      }),
    exclusions: activeExclusions,
    include: async (account) => {
      const ended = [...exclusions].filter(([, one]) => one.account === account);
      if (ended.length === 0) return false;
      await store.write(async ({ records }) => {
        for (const [id] of ended) await records.remove('exclusion', id);
      });
      for (const [id] of ended) exclusions.delete(id);
      core.lookNow().catch(onError);
      return true;
    },
    failures: () => failures,
    sweep: sweepNow,
    forget,
    close: async () => {
      if (timer !== null) clearInterval(timer);
      if (sweeper !== null) clearInterval(sweeper);
      await ticking;
      await sweeping?.catch(() => undefined);
      await serial(async () => undefined);
    },
  };
};
