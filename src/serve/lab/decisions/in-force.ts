/** The decisions in force, shadow ones included, as they are asked for: by id, subject, ground and sameness. */
import type { Decision, Subject } from '../../../act/response/decision.ts';
import { type Matter, samenessOf } from './sameness.ts';

export interface InForce {
  /** @param sampled whether it was drawn for a person to look at */
  readonly add: (decision: Decision, at: number, sampled: boolean) => void;
  readonly remove: (decision: Decision) => void;
  readonly get: (id: string) => Decision | undefined;
  readonly sameAs: (one: Matter) => Decision | undefined;
  readonly about: (subject: Subject) => readonly Decision[];
  /** Ids of those that rest on a finding, indicator or case. */
  readonly restingOn: (ground: string) => readonly string[];
  /** What has had its time is among them until it is removed. */
  readonly all: () => Iterable<Decision>;
  readonly isOver: (decision: Decision, at: number) => boolean;
  /** Milliseconds until it has had its time, whatever the clock says. */
  readonly left: (id: string) => number | undefined;
  readonly isSampled: (id: string) => boolean;
}

const subjectKey = ({ kind, value }: Subject): string => `${kind} ${value}`;

/** Ids under keys; a key without ids is gone. */
const createIndex = () => {
  const index = new Map<string, Set<string>>();
  return {
    add: (key: string, id: string): void => {
      index.set(key, (index.get(key) ?? new Set()).add(id));
    },
    remove: (key: string, id: string): void => {
      const ids = index.get(key);
      ids?.delete(id);
      if (ids?.size === 0) index.delete(key);
    },
    get: (key: string): readonly string[] => [...(index.get(key) ?? [])],
  };
};

/** @param steady monotonic milliseconds: a clock that is set back prolongs nothing */
export const createInForce = (steady: () => number): InForce => {
  const held = new Map<string, Decision>();
  const bySameness = new Map<string, string>();
  const byGround = createIndex();
  const bySubject = createIndex();
  const sampled = new Set<string>();
  /** When a decision has had its time, by the steady clock. */
  const ends = new Map<string, number>();
  return {
    add: (decision, at, isSampled) => {
      const { id } = decision;
      held.set(id, decision);
      ends.set(id, steady() + decision.until - at);
      bySubject.add(subjectKey(decision.subject), id);
      bySameness.set(samenessOf(decision), id);
      for (const ground of decision.rests_on) byGround.add(ground, id);
      if (isSampled) sampled.add(id);
    },
    remove: (decision) => {
      const { id } = decision;
      held.delete(id);
      ends.delete(id);
      sampled.delete(id);
      bySubject.remove(subjectKey(decision.subject), id);
      const sameness = samenessOf(decision);
      // A renewal may have taken its place.
      if (bySameness.get(sameness) === id) bySameness.delete(sameness);
      for (const ground of decision.rests_on) byGround.remove(ground, id);
    },
    get: (id) => held.get(id),
    sameAs: (one) => held.get(bySameness.get(samenessOf(one)) ?? ''),
    about: (subject) => bySubject.get(subjectKey(subject)).flatMap((id) => held.get(id) ?? []),
    restingOn: byGround.get,
    all: () => held.values(),
    isOver: ({ id, until }, at) => until <= at || steady() >= (ends.get(id) ?? 0),
    left: (id) => {
      const end = ends.get(id);
      return end === undefined ? undefined : end - steady();
    },
    isSampled: (id) => sampled.has(id),
  };
};
