import type { Population } from '../campaign/population.ts';
import type { Axis } from '../report/report.ts';
import type { Decide, TestedSet } from '../verdict/judge.ts';
import { logEvalueOf, type OnlineState, startOnline } from '../verdict/online-fdr.ts';

/**
 * Verdicts that hold at every moment, however often one looks.
 *
 * A hypothesis is a lineage: a set of accounts, found again at later looks by the accounts it shares
 * with what it was. Who is found again is decided by content alone, as the sets themselves are. A
 * lineage is tested when it appears and again when its traffic has grown by a quarter; test n of
 * lineage j may spend the share γ_j γ_n of the level, and the γ sum to 1.
 *
 * `lond` (Javanmard, Montanari, Annals of Statistics 46, 2018, section 2) rejects at a p-value of at
 * most α γ_j γ_n (R + 1), R the discoveries made before. The rate holds where p-values depend
 * positively (Zrnic, Ramdas, Jordan, JMLR 22, 2021, section 5), which the Benjamini-Hochberg procedure
 * of a scan needs too.
 *
 * `e-lond` (Xu, Ramdas, AISTATS 2024, eq. 4) holds under any dependence and finds less. The tests of
 * one lineage add up to Σ γ_n e_n: a mean of e-values is one however they depend (Vovk, Wang, Annals of
 * Statistics 49, 2021, section 3), and the running sum never exceeds what it will be in the end. The
 * lineage is a discovery from the moment the sum reaches 1 / (α γ_j (R + 1)).
 *
 * A discovery is for good.
 */
export interface Lineage {
  /** Place among the hypotheses, from 1. */
  readonly index: number;
  /** Tests so far, and its exchanges at the last of them. */
  readonly tests: number;
  readonly volume: number;
  /** ln of the running e-value; −∞ before the first test. */
  readonly logE: number;
  readonly discovered: boolean;
  /** Accounts of the last look, and which look that was. */
  readonly accounts: readonly string[];
  readonly seen: number;
}

export interface AxisState {
  readonly online: OnlineState;
  readonly lineages: readonly Lineage[];
}

/** All that is remembered from look to look; plain data. */
export interface LookState {
  readonly looks: number;
  readonly axes: Readonly<Record<Axis, AxisState>>;
}

export const LIVE_PROCEDURES = ['lond', 'e-lond'] as const;
export type LiveProcedure = (typeof LIVE_PROCEDURES)[number];

/** Growth of its traffic after which a lineage is tested again: looking often costs nothing. */
const GROWN = 1.25;
/** A lineage is found again by at least this much of the smaller of both sets. */
const SAME = 0.5;
/** A lineage that was not found for as many looks is not looked for any more. */
const FORGOTTEN = 1_000;
/** Lineages remembered; the least recently seen are forgotten first, discoveries last. */
const MOST = 20_000;

/** ln p below which there is no more to say; keeps every number of the state finite. */
const LEAST = -1e6;

export const startLooks = (level: number): LookState => ({
  looks: 0,
  axes: {
    network: { online: startOnline(level), lineages: [] },
    intent: { online: startOnline(level), lineages: [] },
  },
});

/** Σ 1 / (n ln² n) from n = 2 on, rounded up. */
const SUM = 2.1098;
/** ln γ_n: positive shares that fall as slowly as a sum of 1 allows. */
const logShare = (n: number): number =>
  -Math.log(SUM) - Math.log(n + 1) - 2 * Math.log(Math.log(n + 1));

const logAdd = (a: number, b: number): number => {
  const most = Math.max(a, b);
  return most === Number.NEGATIVE_INFINITY ? most : most + Math.log1p(Math.exp(-Math.abs(a - b)));
};

/** For each set the place of the lineage that it continues, or −1; no lineage continues twice. */
const matchLineages = (
  lineages: readonly Lineage[],
  sets: readonly (readonly string[])[],
): number[] => {
  const byAccount = new Map<string, number[]>();
  lineages.forEach((lineage, l) => {
    for (const id of lineage.accounts) {
      const list = byAccount.get(id);
      if (list === undefined) byAccount.set(id, [l]);
      else list.push(l);
    }
  });
  const pairs: { readonly set: number; readonly lineage: number; readonly same: number }[] = [];
  sets.forEach((accounts, set) => {
    const shared = new Map<number, number>();
    for (const id of accounts)
      for (const l of byAccount.get(id) ?? []) shared.set(l, (shared.get(l) ?? 0) + 1);
    for (const [lineage, both] of shared) {
      const known = lineages[lineage]!.accounts.length;
      if (both <= SAME * Math.min(known, accounts.length)) continue;
      pairs.push({ set, lineage, same: both / (known + accounts.length - both) });
    }
  });
  pairs.sort((a, b) => b.same - a.same || a.set - b.set || a.lineage - b.lineage);
  const found = new Array<number>(sets.length).fill(-1);
  const taken = new Set<number>();
  for (const { set, lineage } of pairs) {
    if (found[set] !== -1 || taken.has(lineage)) continue;
    found[set] = lineage;
    taken.add(lineage);
  }
  return found;
};

const kept = (lineages: readonly Lineage[], look: number): readonly Lineage[] => {
  const alive = lineages.filter((l) => look - l.seen <= FORGOTTEN);
  if (alive.length <= MOST) return alive;
  return [...alive]
    .sort((a, b) => Number(b.discovered) - Number(a.discovered) || b.seen - a.seen)
    .slice(0, MOST);
};

/** A set at one look, by the names of its accounts. */
export interface NamedSet {
  readonly accounts: readonly string[];
  /** Exchanges of its accounts. */
  readonly volume: number;
  readonly logP: number;
}

/** The hypotheses of one axis after one more look, and which of the sets are discoveries. */
export const testAxis = (
  state: AxisState,
  sets: readonly NamedSet[],
  look: number,
  procedure: LiveProcedure,
): { readonly state: AxisState; readonly discovered: ReadonlySet<number> } => {
  const matched = matchLineages(
    state.lineages,
    sets.map((s) => s.accounts),
  );
  const lineages: Lineage[] = [...state.lineages];
  let { tested, rejected } = state.online;
  /** Lineages tested at this look, with ln of what α (R + 1) has to reach. */
  const needs = new Map<number, number>();
  const places = sets.map(({ accounts, volume, logP }, i) => {
    let at = matched[i]!;
    if (at < 0) {
      tested += 1;
      at = lineages.length;
      const logE = Number.NEGATIVE_INFINITY;
      lineages.push({
        index: tested,
        tests: 0,
        volume: 0,
        logE,
        discovered: false,
        accounts,
        seen: look,
      });
    }
    const known = lineages[at]!;
    if (known.tests > 0 && volume < GROWN * known.volume) {
      lineages[at] = { ...known, accounts, seen: look };
      return at;
    }
    const tests = known.tests + 1;
    const p = Math.max(LEAST, logP);
    const logE = logAdd(known.logE, logShare(tests) + logEvalueOf(p));
    lineages[at] = { ...known, tests, volume, logE, accounts, seen: look };
    const share = logShare(known.index);
    needs.set(at, procedure === 'e-lond' ? -logE - share : p - share - logShare(tests));
    return at;
  });
  // Each discovery raises the level of all others, so they are gone through until none is new.
  for (let before = -1; before !== rejected; ) {
    before = rejected;
    for (const [at, need] of needs) {
      if (lineages[at]!.discovered) continue;
      if (need > Math.log(state.online.level * (rejected + 1))) continue;
      lineages[at] = { ...lineages[at]!, discovered: true };
      rejected += 1;
    }
  }
  return {
    state: {
      online: { level: state.online.level, tested, rejected },
      lineages: kept(lineages, look),
    },
    discovered: new Set(places.flatMap((at, i) => (lineages[at]!.discovered ? [i] : []))),
  };
};

/** What `judge` asks at one look: it changes nothing but its own state. */
export const createLook = (
  before: LookState,
  { ids, profiles }: Pick<Population, 'ids' | 'profiles'>,
  procedure: LiveProcedure,
): { readonly decide: Decide; readonly after: () => LookState } => {
  const looks = before.looks + 1;
  let axes = before.axes;
  return {
    decide: (axis: Axis, tested: readonly TestedSet[], level: number) => {
      // The level of an axis is chosen once: another one later would have no meaning.
      const state = axes[axis].online.tested === 0 ? withLevel(axes[axis], level) : axes[axis];
      const named = tested.map(({ accounts, logP }) => ({
        accounts: accounts.map((a) => ids[a]!),
        volume: accounts.reduce((sum, a) => sum + profiles[a]!.exchanges, 0),
        logP,
      }));
      const result = testAxis(state, named, looks, procedure);
      axes = { ...axes, [axis]: result.state };
      return result.discovered;
    },
    after: () => ({ looks, axes }),
  };
};

const withLevel = ({ online, lineages }: AxisState, level: number): AxisState => ({
  online: { ...online, level },
  lineages,
});
