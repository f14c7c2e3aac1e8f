import { ACTIONS, type Decision } from '../decision.ts';

/**
 * A decision as the gate keeps it. All that an answer needs is in this one object, for at a million
 * entries each further object is another wait for memory.
 */
export interface Entry {
  readonly decision: Decision;
  readonly value: string;
  /** Order of strength; an allow-list entry is above everything. */
  readonly rank: number;
  /** Wall clock: the decision never outlives it. */
  readonly until: number;
  /** Steady clock: neither does it when the wall clock is set back. */
  readonly begins: number;
  readonly ends: number;
  /** Weaker decisions about the same subject. */
  next: Entry | null;
  readonly holder: Chain;
}

/** The decisions about one subject, strongest first. */
export interface Chain {
  head: Entry | null;
  /** Length of an address block's prefix; 0 for the other subjects. */
  readonly prefix: number;
}

export const ALLOW_LISTED_RANK = ACTIONS.length;

const rankOf = (decision: Decision): number =>
  decision.action === 'allow' && decision.reason === 'ALLOW_LISTED'
    ? ALLOW_LISTED_RANK
    : ACTIONS.indexOf(decision.action);

/** `now` and `steady` are of the moment at which the gate learns of the decision. */
export const createEntry = (
  decision: Decision,
  now: number,
  steady: number,
  holder: Chain,
): Entry => ({
  decision,
  value: decision.subject.value,
  rank: rankOf(decision),
  until: decision.until,
  begins: steady + Math.max(0, decision.from - now),
  ends: steady + (decision.until - now),
  next: null,
  holder,
});

/** Comparisons with NaN are false: a decision without a sound time is never in force. */
export const inForce = (entry: Entry, now: number, steady: number): boolean =>
  now < entry.until && steady < entry.ends && steady >= entry.begins;

/** Stronger first; of equals the one that holds longer, then the smaller id, so that order is total. */
export const precedes = (a: Entry, b: Entry): boolean =>
  a.rank !== b.rank
    ? a.rank > b.rank
    : a.until !== b.until
      ? a.until > b.until
      : a.decision.id < b.decision.id;

export const insert = (chain: Chain, entry: Entry): void => {
  let before: Entry | null = null;
  let at = chain.head;
  while (at !== null && precedes(at, entry)) {
    before = at;
    at = at.next;
  }
  entry.next = at;
  if (before === null) chain.head = entry;
  else before.next = entry;
};

export const remove = (entry: Entry): void => {
  const chain = entry.holder;
  if (chain.head === entry) {
    chain.head = entry.next;
    return;
  }
  for (let at = chain.head; at !== null; at = at.next) {
    if (at.next !== entry) continue;
    at.next = entry.next;
    return;
  }
};

/** The strongest that is in force now. */
export const strongest = (head: Entry | null, now: number, steady: number): Entry | null => {
  for (let at = head; at !== null; at = at.next) if (inForce(at, now, steady)) return at;
  return null;
};
