/**
 * The policy is asked about accounts; what it answers is entered into the book, what does not hold any more
 * is lifted, and what asks for a person becomes a case.
 */
import { randomUUID } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { decide, type Outcome, type Proposal } from '../../../act/response/decide.ts';
import type { Decision } from '../../../act/response/decision.ts';
import type { AccountFacts } from '../../../act/response/facts.ts';
import type { Policy } from '../../../act/response/policy/policy.ts';
import type { Desk } from '../appeals/desk.ts';
import type { DecisionBook, Entered } from '../decisions/book.ts';
import type { Grounds } from './grounds.ts';
import type { KnownAccounts } from './known-accounts.ts';
import { type Ending, endingsOf } from './stale-decisions.ts';

export interface Considered extends Entered {
  readonly lifted: readonly Decision[];
  /** Conditions that could not be evaluated, by rule. */
  readonly failures: Readonly<Record<string, string>>;
}

/** What a rule in shadow would ask a person, by account; made anew whenever the account is considered. */
export type ShadowProposals = ReadonlyMap<string, readonly Proposal[]>;

/** Never beside other work on decisions. */
export interface Considering {
  readonly consider: (accounts: readonly string[]) => Promise<Considered>;
  /** Considers whoever the last look had a verdict on, or a decision is in force about. */
  readonly considerAll: () => Promise<void>;
  readonly shadowProposals: () => ShadowProposals;
  /** Of `considerAll`. */
  readonly failures: () => Considered['failures'];
  /** Lets go of an account in memory. */
  readonly forget: (account: string) => void;
}

export interface ConsiderParts {
  readonly book: DecisionBook;
  readonly desk: Desk;
  readonly accounts: KnownAccounts;
  readonly policy: () => Policy;
  readonly grounds: () => Grounds;
  readonly now: () => number;
}

const YIELDS_EVERY = 250;

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

export const createConsidering = (parts: ConsiderParts): Considering => {
  const { book, desk, now } = parts;
  const wouldAsk = new Map<string, readonly Proposal[]>();
  let failures: Considered['failures'] = {};

  const ask = async (accounts: readonly AccountFacts[], at: number) => {
    const policy = parts.policy();
    const { factsOf, isQuiet } = parts.grounds();
    const outcomes: Outcome[] = [];
    const endings: Ending[] = [];
    const failed: Record<string, string> = {};
    for (const [i, account] of accounts.entries()) {
      // The gate answers on this thread.
      if (i % YIELDS_EVERY === YIELDS_EVERY - 1) await setImmediate();
      const facts = factsOf(account);
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
    return { outcomes, endings, failed };
  };
  const lift = async (endings: readonly Ending[], at: number): Promise<Decision[]> => {
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
    return lifted;
  };
  const openCases = async (entered: Entered, samples: ReadonlySet<string>, at: number) => {
    await desk.open(
      'proposal',
      entered.proposals.map(({ id, subject, rule }) => ({ about: id, subject, by: rule })),
      at,
    );
    await desk.open(
      'sample',
      entered.decisions
        .filter(({ id }) => samples.has(id))
        .map(({ id, subject, owner }) => ({ about: id, subject, by: owner })),
      at,
    );
  };
  const consider = async (ids: readonly string[]): Promise<Considered> => {
    const at = now();
    const accounts = await parts.accounts.of([...new Set(ids)]);
    const { outcomes, endings, failed } = await ask(accounts, at);
    // What begins comes before what ends: between the two nobody is without a decision.
    const entered = await book.enter(outcomes, at);
    const lifted = await lift(endings, at);
    await openCases(entered, new Set(outcomes.flatMap((one) => one.samples)), at);
    return { ...entered, lifted, failures: failed };
  };
  const concerned = (): Set<string> => {
    const ids = new Set(parts.accounts.ofLook());
    for (const { subject, reason } of book.inForce(now()))
      if (subject.kind === 'account' && reason !== 'ALLOW_LISTED') ids.add(subject.value);
    return ids;
  };
  return {
    consider,
    considerAll: async () => {
      const ids = concerned();
      // Of who is concerned no more, nothing would be asked.
      for (const id of wouldAsk.keys()) if (!ids.has(id)) wouldAsk.delete(id);
      ({ failures } = await consider([...ids]));
    },
    shadowProposals: () => wouldAsk,
    failures: () => failures,
    forget: (account) => {
      wouldAsk.delete(account);
    },
  };
};
