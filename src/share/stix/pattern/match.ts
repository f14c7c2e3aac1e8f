/**
 * Matches a pattern against observations (STIX 2.1, section 9.4 and 9.5). A pattern matches when its
 * observation expressions can be given different observations that keep to operators and qualifiers.
 * The search is exhaustive within a budget of steps; past it the answer is "too costly", never "no".
 */
import { compareTimestamps } from '../timestamp.ts';
import type { Pattern, PatternFault, Qualifier } from './ast.ts';
import { type Budget, OverBudget, spend } from './budget.ts';
import { compileComparison, type ObjectTest } from './object-test.ts';
import type { Observation } from './observation.ts';
import { canBeBetween, canBeWithin, canFollow } from './time.ts';
import { PatternError } from './tokens.ts';

/** Indices of the observations used, in ascending order; one index as often as it is used. */
type Binding = readonly number[];

interface Search {
  readonly observations: readonly Observation[];
  readonly budget: Budget;
}

/** Yields every way to satisfy an expression, lazily. */
type Bindings = (search: Search) => Iterable<Binding>;

const at = (search: Search, binding: Binding): Observation[] =>
  binding.map((index) => search.observations[index]!);

/** Both bindings together, or undefined when an observation would be used too often (9.5.2). */
const merge = (search: Search, a: Binding, b: Binding): Binding | undefined => {
  spend(search.budget, a.length + b.length);
  const all = [...a, ...b].sort((x, y) => x - y);
  let run = 0;
  for (let i = 0; i < all.length; i += 1) {
    run = i > 0 && all[i] === all[i - 1] ? run + 1 : 1;
    if (run > search.observations[all[i]!]!.count) return undefined;
  }
  return all;
};

const leaf = (test: ObjectTest): Bindings =>
  function* (search) {
    for (let i = 0; i < search.observations.length; i += 1) {
      const observation = search.observations[i]!;
      for (const object of observation.objects.values()) {
        spend(search.budget, 1);
        if (test(object, observation, search.budget)) {
          yield [i];
          break;
        }
      }
    }
  };

const either = (operands: readonly Bindings[]): Bindings =>
  function* (search) {
    for (const operand of operands) yield* operand(search);
  };

/** All operands on different observations; with `ordered`, each after the ones before it. */
const all = (operands: readonly Bindings[], ordered: boolean): Bindings =>
  function* (search) {
    // Each operand is searched once; its bindings are kept for the combinations.
    const found: Binding[][] = [];
    for (const operand of operands) {
      const bindings = [...operand(search)];
      if (bindings.length === 0) return;
      found.push(bindings);
    }
    yield* combine(search, found, 0, [], ordered);
  };

function* combine(
  search: Search,
  found: readonly (readonly Binding[])[],
  from: number,
  used: Binding,
  ordered: boolean,
): Generator<Binding> {
  const candidates = found[from];
  if (candidates === undefined) {
    yield used;
    return;
  }
  for (const candidate of candidates) {
    if (ordered && !canFollow(at(search, used), at(search, candidate))) {
      spend(search.budget, used.length + candidate.length);
      continue;
    }
    const merged = merge(search, used, candidate);
    if (merged !== undefined) yield* combine(search, found, from + 1, merged, ordered);
  }
}

/** 9.5.1: `a REPEATS n TIMES` is `a AND a AND …`. Bindings are taken in order, so none comes twice. */
const repeated = (operand: Bindings, times: number): Bindings =>
  function* (search) {
    const found = [...operand(search)];
    yield* choose(search, found, 0, [], times);
  };

function* choose(
  search: Search,
  found: readonly Binding[],
  from: number,
  used: Binding,
  times: number,
): Generator<Binding> {
  if (times === 0) {
    yield used;
    return;
  }
  for (let i = from; i < found.length; i += 1) {
    const merged = merge(search, used, found[i]!);
    // An observed data that stands for several observations may be taken again.
    if (merged !== undefined) yield* choose(search, found, i, merged, times - 1);
  }
}

const filtered = (
  operand: Bindings,
  keeps: (observations: readonly Observation[]) => boolean,
): Bindings =>
  function* (search) {
    for (const binding of operand(search)) {
      spend(search.budget, binding.length);
      if (keeps(at(search, binding))) yield binding;
    }
  };

const qualify = (operand: Bindings, qualifier: Qualifier): Bindings => {
  switch (qualifier.kind) {
    case 'repeats':
      return repeated(operand, qualifier.times);
    case 'within':
      return filtered(operand, (used) => canBeWithin(used, Number(qualifier.seconds)));
    case 'start-stop':
      return filtered(operand, (used) =>
        used.every((one) => canBeBetween(one, qualifier.start, qualifier.stop)),
      );
  }
};

const compile = (pattern: Pattern): Bindings => {
  switch (pattern.kind) {
    case 'observation':
      return leaf(compileComparison(pattern.test));
    case 'or':
      return either(pattern.operands.map(compile));
    case 'and':
      return all(pattern.operands.map(compile), false);
    case 'followedby':
      return all(pattern.operands.map(compile), true);
    case 'qualified':
      return compileQualified(pattern.operand, pattern.qualifiers);
  }
};

const compileQualified = (operand: Pattern, qualifiers: readonly Qualifier[]): Bindings => {
  // START and STOP bind each observation by itself, so they may be applied before the search widens.
  const each = qualifiers
    .filter(({ kind }) => kind === 'start-stop')
    .reduce(qualify, compile(operand));
  const others = qualifiers.filter(({ kind }) => kind !== 'start-stop');
  const exact = others.reduce(qualify, each);
  const [first, second] = others;
  if (operand.kind !== 'observation' || first?.kind !== 'repeats') return exact;
  // `[a] REPEATS n TIMES`, with or without WITHIN, is the common case and needs no search.
  const window = second?.kind === 'within' ? Number(second.seconds) : Number.POSITIVE_INFINITY;
  const counted = countedWithin(each, first.times, window);
  return function* (search) {
    const quick = counted(search);
    if (quick === undefined) return;
    yield quick;
    // One binding decides a pattern that is only this; the others matter where it is a part.
    yield* exact(search);
  };
};

/** A binding of `times` observations that fit into a window, or undefined when there is none. */
const countedWithin =
  (operand: Bindings, times: number, window: number) =>
  (search: Search): Binding | undefined => {
    const found = [...operand(search)].map(([index]) => index!);
    // In any set that fits, some observation ends first. With each in that part, count what fits.
    for (const earliest of found) {
      const end = search.observations[earliest]!;
      const used: number[] = [];
      for (const index of found) {
        spend(search.budget, 1);
        const one = search.observations[index]!;
        if (compareTimestamps(one.last, end.last) < 0 || !canBeWithin([end, one], window)) continue;
        const room = Math.min(one.count, times - used.length);
        spend(search.budget, room);
        for (let i = 0; i < room; i += 1) used.push(index);
      }
      if (used.length === times) return used;
    }
    return undefined;
  };

export interface Matcher {
  /** `matched` is undefined when the budget ran out; `fault` then says so. */
  readonly match: (observations: readonly Observation[]) => MatchResult;
}

export type MatchResult =
  | {
      readonly matched: boolean;
      /** Identifiers of the observed data that satisfy the pattern, when it matches. */
      readonly observedData: readonly string[];
      readonly fault?: undefined;
    }
  | { readonly fault: PatternFault; readonly matched?: undefined };

export type Compiled =
  | { readonly matcher: Matcher; readonly fault?: undefined }
  | { readonly fault: PatternFault; readonly matcher?: undefined };

/** Steps of one match by default. */
export const MATCH_BUDGET = 1_000_000;

/** No budget is larger: the depth of the search, and so of the stack, grows with its root. */
const MAX_BUDGET = 10_000_000;

/** Makes a matcher of a parsed pattern. The only fault is a regular expression that cannot be used. */
export const compilePattern = (pattern: Pattern, budget = MATCH_BUDGET): Compiled => {
  try {
    const bindings = compile(pattern);
    return { matcher: { match: (observations) => run(bindings, observations, budget) } };
  } catch (error) {
    if (error instanceof PatternError) return { fault: error.fault };
    throw error;
  }
};

const run = (
  bindings: Bindings,
  observations: readonly Observation[],
  steps: number,
): MatchResult => {
  const search: Search = { observations, budget: { left: Math.min(steps, MAX_BUDGET) } };
  try {
    for (const binding of bindings(search)) {
      const ids = new Set(binding.map((index) => observations[index]!.id));
      return { matched: true, observedData: [...ids] };
    }
    return { matched: false, observedData: [] };
  } catch (error) {
    if (!(error instanceof OverBudget)) throw error;
    const message = `Matching takes more than ${steps} steps on these observations.`;
    return { fault: { code: 'PATTERN_TOO_COSTLY', at: 0, section: '9.4', message } };
  }
};
