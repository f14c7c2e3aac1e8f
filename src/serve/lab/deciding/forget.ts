/** What decisions, proposals and cases hold of an account that is forgotten: see docs/concepts/privacy.md. */
import type { Subject } from '../../../act/response/decision.ts';
import type { CaseEvent } from '../../../act/casework/case.ts';
import { isClosed } from '../../../act/casework/case.ts';
import {
  ERASED,
  eraseWords,
  newTombstone,
  type Scrub,
  scrubber,
} from '../../../act/casework/forget.ts';
import type { Policy } from '../../../act/response/policy/policy.ts';
import type { KeptDecision, RecordKinds } from '../../store/records.ts';
import type { Records, Store } from '../../store/store.ts';
import type { Desk } from '../appeals/desk.ts';
import type { DecisionBook } from '../decisions/book.ts';
import { matterId } from '../decisions/sameness.ts';

export interface Forgotten {
  readonly decisions: number;
  readonly proposals: number;
  readonly cases: number;
  /** Entries of the allow-list of the policy in force: the file is the operator's, and names it still. */
  readonly in_policy: number;
}

export interface ForgetParts {
  readonly store: Store;
  readonly book: DecisionBook;
  readonly desk: Desk;
  readonly now: () => number;
  /** The text of the policy in force is the operator's: it is not written anew. */
  readonly policy: () => Policy;
}

const BY = 'forgotten';
const PART = 500;

async function* each<K extends keyof RecordKinds>(
  records: Records,
  kind: K,
): AsyncGenerator<{ readonly id: string; readonly value: RecordKinds[K] }> {
  for (let after = ''; ; ) {
    const part = await records.page(kind, after, PART);
    yield* part;
    if (part.length < PART) return;
    after = part.at(-1)!.id;
  }
}

/** Writes anew what names the account; of records under names of its own only their values hold it. */
const scrubKind = async (
  store: Store,
  kind: 'proposal' | 'matter' | 'decision-note' | 'share-group',
  scrub: Scrub,
): Promise<void> => {
  const changed: string[] = [];
  for await (const { id, value } of each(store.records, kind))
    if (scrub(value) !== value) changed.push(id);
  for (let i = 0; i < changed.length; i += PART)
    await store.write(async ({ records }) => {
      for (const id of changed.slice(i, i + PART)) {
        const value = await records.get(kind, id);
        if (value !== undefined) await records.put(kind, id, scrub(value));
      }
    });
};

/** Why it was lifted, where a machine says it: an id, or a policy. What a person says is about the account. */
const SAID_BY_MACHINES: ReadonlySet<string> = new Set([
  ...['renewal', 'policy', 'finding-gone', 'indicator-gone', 'reconsidered'],
  ...['retraction', 'appeal', 'clock', BY],
]);

const withoutWords = (kept: KeptDecision): KeptDecision =>
  kept.lifted === null || SAID_BY_MACHINES.has(kept.lifted.by)
    ? kept
    : { ...kept, lifted: { ...kept.lifted, because: ERASED } };

const scrubDecisions = async (
  store: Store,
  isSubject: (subject: Subject) => boolean,
  scrub: Scrub,
): Promise<void> => {
  const edit = (kept: KeptDecision): KeptDecision =>
    scrub(isSubject(kept.decision.subject) ? withoutWords(kept) : kept);
  for (const kind of ['decision', 'ended-decision'] as const)
    for await (const { id, value } of each(store.records, kind))
      if (edit(value) !== value)
        await store.write(async ({ records }) => {
          const now = await records.get(kind, id);
          if (now !== undefined) await records.put(kind, id, edit(now));
        });
};

/** Everything about it that holds or waits ends first: nothing is left to be looked at by anybody. */
const endAll = async (
  { book, desk, now }: ForgetParts,
  isSubject: (subject: Subject) => boolean,
): Promise<number> => {
  const lift = { at: now(), by: BY, because: BY };
  const ending = book.inForce(now()).filter(({ subject }) => isSubject(subject));
  await book.lift(
    ending.map(({ id }) => id),
    lift,
  );
  const waiting = (await book.waiting()).filter(({ proposal }) => isSubject(proposal.subject));
  for (const { proposal } of waiting) await book.settle(proposal.id, BY, false, now());
  for (const one of [...desk.casework.all()])
    if (isSubject(one.subject) && !isClosed(one))
      await desk.append({ type: 'withdrawn', case: one.id, at: now(), by: BY });
  return waiting.length;
};

/** Within `serial`. */
export const forgetDecided = async (parts: ForgetParts, account: string): Promise<Forgotten> => {
  const { store, book, desk } = parts;
  const policy = parts.policy();
  const scrub = scrubber(account, newTombstone());
  const isSubject = ({ kind, value }: Subject): boolean => kind === 'account' && value === account;
  const proposals = await endAll(parts, isSubject);

  // A digest of what was decided about it would confirm a guess of its name.
  const matters = new Set<string>();
  const noted: string[] = [];
  for (const kind of ['decision', 'ended-decision'] as const)
    for await (const { id, value } of each(store.records, kind))
      if (isSubject(value.decision.subject)) {
        matters.add(matterId(value.decision));
        noted.push(id);
      }
  for await (const { value } of each(store.records, 'proposal'))
    if (isSubject(value.proposal.subject)) matters.add(matterId(value.proposal));
  await book.forgetMatters([...matters]);

  const cases = [...desk.casework.all()].filter(({ subject }) => isSubject(subject));
  const about = new Set(cases.map(({ id }) => id));
  const edit = (event: CaseEvent): CaseEvent =>
    scrub(about.has(event.case) ? eraseWords(event) : event);
  await desk.rewrite(edit, async (records) => {
    for (const id of about) await records.remove('case-contact', id);
    for (const id of noted) await records.remove('decision-note', id);
    for (const { id, value } of await records.list('allowance'))
      if (isSubject(value.subject)) await records.remove('allowance', id);
    for (const { id, value } of await records.list('exclusion'))
      if (value.account === account) await records.remove('exclusion', id);
    await records.remove('withdrawn', `finding--${account}`);
    for (const { id, value } of await records.list('policy-version'))
      if (id !== policy.version && value.text.includes(account))
        await records.put('policy-version', id, { ...value, text: scrub(value.text) });
  });
  await scrubDecisions(store, isSubject, scrub);
  for (const kind of ['proposal', 'matter', 'decision-note', 'share-group'] as const)
    await scrubKind(store, kind, scrub);
  const in_policy = policy.allow.filter(({ subject }) => isSubject(subject)).length;
  return { decisions: noted.length, proposals, cases: cases.length, in_policy };
};
