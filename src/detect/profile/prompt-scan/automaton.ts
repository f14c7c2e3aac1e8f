import type { Element, Pattern } from './pattern.ts';

/** A position in a phrase: what it waits for, and where that leads. */
interface Position {
  readonly id: number;
  readonly kind: 'token' | 'gap' | 'accept';
  /** Token hash, or length of the gap, or family. */
  readonly value: number;
  readonly toEnd: boolean;
  readonly next: readonly Position[];
}

export interface AutomatonState {
  /** Bit masks of the families that match on arrival, and on arrival at the end of the prompt. */
  accepts: number;
  acceptsAtEnd: number;
  /** State behind a gap (0: none) and the tokens it may skip. */
  gap: number;
  gapLength: number;
  /** Token hash to state. */
  readonly edges: Map<number, number>;
}

export interface Automaton {
  /** State 0 is unused: it means "none". */
  readonly states: readonly AutomatonState[];
  /** For each place a phrase may begin at: first token hash to state. */
  readonly roots: readonly [Map<number, number>, Map<number, number>, Map<number, number>];
}

/**
 * All phrases as one deterministic automaton (subset construction, Rabin and Scott 1959, section 4),
 * so that "explain" followed by forty phrases is one state and not forty. Only gaps stay
 * non-deterministic: a state may have one successor that waits for a few tokens.
 */
export const buildAutomaton = (
  patterns: readonly { readonly pattern: Pattern; readonly family: number }[],
): Automaton => {
  let ids = 0;
  const position = (
    kind: Position['kind'],
    value: number,
    toEnd: boolean,
    next: readonly Position[],
  ): Position => ({ id: ids++, kind, value, toEnd, next });

  // From the right, so that every option of a choice shares what follows it: size stays linear.
  const build = (elements: readonly Element[], after: readonly Position[]): readonly Position[] =>
    elements.reduceRight<readonly Position[]>((next, element) => {
      if (element.kind === 'token') return [position('token', element.hash, false, next)];
      if (element.kind === 'gap') return [position('gap', element.length, false, next)];
      return element.options.flatMap((option) => build(option, next));
    }, after);

  const states: AutomatonState[] = [];
  const known = new Map<string | number, number>();
  const stateOf = (positions: readonly Position[]): number => {
    const unique = distinct(positions);
    const key = unique.length === 1 ? unique[0]!.id : unique.map((p) => p.id).join();
    const before = known.get(key);
    if (before !== undefined) return before;
    const state: AutomatonState = {
      accepts: 0,
      acceptsAtEnd: 0,
      gap: 0,
      gapLength: 0,
      edges: new Map(),
    };
    const index = states.push(state) - 1;
    known.set(key, index);
    const waiting: Position[] = [];
    for (const p of unique) {
      if (p.kind === 'gap') {
        waiting.push(...p.next);
        state.gapLength = Math.max(state.gapLength, p.value);
      } else if (p.kind === 'accept' && p.toEnd) state.acceptsAtEnd |= 1 << p.value;
      else if (p.kind === 'accept') state.accepts |= 1 << p.value;
    }
    if (waiting.length > 0) state.gap = stateOf(waiting);
    for (const [hash, next] of byToken(unique)) state.edges.set(hash, stateOf(next));
    return index;
  };

  stateOf([position('gap', 0, false, [])]); // state 0
  const starts: [Position[], Position[], Position[]] = [[], [], []];
  for (const { pattern, family } of patterns) {
    const accept = position('accept', family, pattern.toEnd, []);
    starts[pattern.start].push(...build(pattern.elements, [accept]));
  }
  const rootOf = (positions: readonly Position[]): Map<number, number> =>
    new Map([...byToken(positions)].map(([hash, next]) => [hash, stateOf(next)]));
  return { states, roots: [rootOf(starts[0]), rootOf(starts[1]), rootOf(starts[2])] };
};

/** Nine of ten sets hold one position, and threads wait for this to be built. */
const distinct = (positions: readonly Position[]): readonly Position[] =>
  positions.length < 2
    ? positions
    : [...new Map(positions.map((p) => [p.id, p])).values()].sort((a, b) => a.id - b.id);

const byToken = (positions: readonly Position[]): Map<number, readonly Position[]> => {
  const groups = new Map<number, readonly Position[]>();
  for (const p of positions) {
    if (p.kind !== 'token') continue;
    const group = groups.get(p.value);
    groups.set(p.value, group === undefined ? p.next : [...group, ...p.next]);
  }
  return groups;
};
