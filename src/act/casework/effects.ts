/** What must happen for a wrong decision to be right again, everywhere it had an effect. */
import type { Action, Decision, Obligations } from '../response/decision.ts';
import { liftsFor } from '../response/lift.ts';
import type { Effect } from './case.ts';

/** What the reviewer found to be wrong. */
export const WRONGS = ['membership', 'grounds'] as const;
/**
 * `membership`: the campaign is real and this account is not part of it. `grounds`: what the decision rests
 * on is itself wrong, and so is everything else that rests on it.
 */
export type Wrong = (typeof WRONGS)[number];

export interface Ruling {
  readonly outcome: 'upheld' | 'overturned' | 'partly';
  readonly wrong: Wrong;
  /** Of `partly`. */
  readonly instead?: { readonly action: Action; readonly obligations: Obligations };
  /** Keeps the account from being flagged again until then; epoch milliseconds. */
  readonly allow?: { readonly reason: string; readonly until: number };
}

/** What the lab knows around a decision. */
export interface Surroundings {
  readonly decision: Decision;
  /** Decisions in force, shadow ones included. */
  readonly standing: Iterable<Decision>;
  /** Campaigns that the account was linked to, found here or shared, and what links it to each. */
  readonly campaigns: readonly { readonly id: string; readonly grounds: readonly string[] }[];
  /** Objects this lab shared because of one of the grounds, and which of them are about this subject. */
  readonly shared: readonly {
    readonly object: string;
    readonly ground: string;
    readonly about_subject: boolean;
  }[];
  /** Grounds that are objects of other labs. */
  readonly theirs: readonly string[];
  /** Decisions that were lifted before. */
  readonly lifted: ReadonlySet<string>;
}

/** What this subject has nothing to do with: the grounds of the decision, and the campaigns that it leaves. */
const groundsOf = ({ decision, campaigns }: Surroundings): ReadonlySet<string> =>
  new Set([...decision.rests_on, ...campaigns.flatMap(({ grounds }) => grounds)]);

const sameSubject = (a: Decision, b: Decision): boolean =>
  a.subject.kind === b.subject.kind && a.subject.value === b.subject.value;

const lifts = ({ outcome, wrong }: Ruling, around: Surroundings): string[] => {
  const { decision, lifted } = around;
  const ids = new Set([decision.id]);
  if (outcome === 'overturned') {
    const grounds = new Set(decision.rests_on);
    // What a person decided on the appealed decision, or on this case, rests on its id.
    const onIt = new Set([decision.id, ...(wrong === 'grounds' ? grounds : [])]);
    const standing = [...around.standing];
    for (const { id } of liftsFor(standing, onIt)) ids.add(id);
    // About this subject no other decision may stand on any of them; one on a ground of its own may.
    const same = standing.filter((other) => sameSubject(other, decision));
    for (const { id } of liftsFor(same, groundsOf(around))) ids.add(id);
  }
  return [...ids].filter((id) => !lifted.has(id));
};

const shared = (wrong: Wrong, around: Surroundings): Effect[] => {
  const grounds = new Set(around.decision.rests_on);
  const left = groundsOf(around);
  const ours = around.shared
    .filter(({ ground, about_subject }) =>
      about_subject ? left.has(ground) : wrong === 'grounds' && grounds.has(ground),
    )
    .map(({ object }) => object);
  const theirs = around.theirs.filter((id) => grounds.has(id));
  const effects: Effect[] = [];
  if (ours.length > 0) effects.push({ effect: 'retract', objects: [...new Set(ours)] });
  // An indicator that matched an honest customer is disputed whatever else it matched.
  if (theirs.length > 0) effects.push({ effect: 'dispute', objects: [...new Set(theirs)] });
  return effects;
};

/** Effects of a ruling on an appeal, in the order in which they are carried out: first the customer is served. */
export const effectsOf = (ruling: Ruling, around: Surroundings): Effect[] => {
  if (ruling.outcome === 'upheld') return [];
  const { decision } = around;
  const { subject } = decision;
  const effects: Effect[] = [];
  const decisions = lifts(ruling, around);
  if (decisions.length > 0) effects.push({ effect: 'lift', decisions });
  if (ruling.outcome === 'partly' && ruling.instead !== undefined)
    effects.push({ effect: 'instead', subject, until: decision.until, ...ruling.instead });
  if (ruling.outcome === 'overturned') {
    if (ruling.allow !== undefined) effects.push({ effect: 'allow', subject, ...ruling.allow });
    effects.push(...shared(ruling.wrong, around));
    if (subject.kind === 'account')
      for (const campaign of new Set(around.campaigns.map(({ id }) => id)))
        effects.push({ effect: 'unlink', account: subject.value, campaign });
  }
  return effects;
};
