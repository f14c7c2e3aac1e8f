import {
  ACTIONS,
  type Action,
  type Decision,
  type Obligations,
  type ReasonCode,
} from '../decision.ts';

/** What decisions say, apart from whom they are about: few of them are shared by very many decisions. */
export interface Verdict {
  readonly action: Action;
  readonly reason: ReasonCode;
  readonly obligations: Obligations;
  /** Order of strength; an allow-list entry is above everything. */
  readonly rank: number;
}

export const ALLOW_LISTED_RANK = ACTIONS.length;

const rankOf = ({ action, reason }: Decision): number =>
  action === 'allow' && reason === 'ALLOW_LISTED' ? ALLOW_LISTED_RANK : ACTIONS.indexOf(action);

export interface Verdicts {
  /** Number of a decision's verdict, which is held until it is released as often. */
  readonly hold: (decision: Decision) => number;
  readonly release: (at: number) => void;
  readonly of: (at: number) => Verdict;
}

export const createVerdicts = (): Verdicts => {
  const known = new Map<string, number>();
  const verdicts: (Verdict & { readonly key: string; holders: number })[] = [];
  const free: number[] = [];
  return {
    hold: (decision) => {
      const { action, reason, obligations } = decision;
      const key = `${action} ${reason} ${JSON.stringify(obligations)}`;
      const found = known.get(key);
      if (found !== undefined) {
        verdicts[found]!.holders += 1;
        return found;
      }
      const at = free.pop() ?? verdicts.length;
      verdicts[at] = { key, action, reason, obligations, rank: rankOf(decision), holders: 1 };
      known.set(key, at);
      return at;
    },
    release: (at) => {
      const verdict = verdicts[at]!;
      verdict.holders -= 1;
      if (verdict.holders > 0) return;
      known.delete(verdict.key);
      free.push(at);
    },
    of: (at) => verdicts[at]!,
  };
};
