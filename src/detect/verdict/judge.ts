import { clumpsLogP, type NetworkEvidence } from '../campaign/network-evidence.ts';
import type { Search } from '../campaign/search.ts';
import type { Axis, EvidenceItem, Verdict } from '../report/report.ts';
import {
  type AxisFinding,
  type IntentFinding,
  intentAxis,
  type Kind,
  networkAxis,
  networkScore,
} from './axes.ts';
import { explainEvidence } from './evidence.ts';
import { type Procedure, reject } from './false-discovery.ts';
import { viewGroup } from './group-view.ts';
import type { IntentModel } from './intent-model.ts';
import { findReleases, type Releases } from './profile-signals.ts';
import {
  intentLogOdds,
  measureSignals,
  type Reference,
  referenceOf,
  segmentsOf,
} from './reference.ts';
import { type Segment, segmentOfMembers } from './segment.ts';
import type { GroupView } from './signals.ts';

/** A verdict on one set of accounts with all that it rests on. */
export interface Finding {
  readonly verdict: Exclude<Verdict, 'clear'>;
  readonly accounts: readonly number[];
  readonly topics: readonly number[];
  /** Log-odds of each member, parallel to `accounts`; empty where members were not weighed. */
  readonly memberOdds: readonly number[];
  readonly segment: Segment;
  readonly network: AxisFinding;
  readonly intent: IntentFinding;
  readonly evidence: readonly EvidenceItem[];
  /** What the axes were computed from, for the evidence pack. */
  readonly basis: {
    readonly values: Readonly<Record<string, number>>;
    readonly network: NetworkEvidence;
    /** The set of accounts on which identity was tested, and its segment. */
    readonly tested: readonly number[];
    readonly testedSegment: Segment;
    /** True where the operation was found by moved conversations and not by content. */
    readonly relay: boolean;
  };
}

/** What each of the two axes spends of a declared level. */
export const axisLevel = (level: number): number => level / 2;

/** A set of accounts with the natural logarithm of its p-value on one axis. */
export interface TestedSet {
  readonly accounts: readonly number[];
  readonly logP: number;
}

/** Which of the sets tested on an axis, at a level, are discoveries: their places in the list. */
export type Decide = (
  axis: Axis,
  tested: readonly TestedSet[],
  level: number,
) => ReadonlySet<number>;

export interface JudgeOptions {
  /** False discovery rate, 0 … 1. */
  readonly level: number;
  readonly procedure?: Procedure | undefined;
  /** Instead of `procedure`, where one look is not all: it remembers what it decided before. */
  readonly decide?: Decide | undefined;
  readonly model: IntentModel;
  /** From a baseline file; otherwise the population is its own reference. */
  readonly reference?: Reference | undefined;
}

export interface Judgement {
  readonly findings: readonly Finding[];
  readonly reference: Reference;
  readonly procedure: Procedure;
  /** ln p of every set tested on the network axis. */
  readonly hypotheses: readonly number[];
}

/** Kinds of identifier that only people who pass conversations on leave behind. */
export const movesConversations = (
  { clumps }: Pick<NetworkEvidence, 'clumps'>,
  level: number,
): boolean =>
  clumps.some(
    (clump) =>
      (clump.kind === 'hand-off' || clump.kind === 'end-user') &&
      clumpsLogP(clump) < Math.log(level),
  );

const overlaps = (a: readonly number[], b: readonly number[]): boolean => {
  const inA = new Set(a);
  return b.filter((x) => inA.has(x)).length > 0.5 * Math.min(a.length, b.length);
};

/**
 * Verdicts on what the search found. The network axis goes first: identity is tested on all
 * candidates that content chose. The intent axis is then tested among the operations that passed.
 * `distillation` needs both; what moves conversations between accounts without intent is an account
 * network; the rest is for review.
 *
 * Each axis spends half of the declared level. A false `distillation` is no network, and then it is
 * one of the false discoveries of the first step, or no extraction, and then one of the second: their
 * shares add up to the level at most.
 */
export const judge = (search: Search, options: JudgeOptions): Judgement => {
  const { model, procedure = 'benjamini-hochberg' } = options;
  const decide: Decide =
    options.decide ??
    ((_, sets, at) =>
      reject(
        sets.map((set) => set.logP),
        at,
        procedure,
      ));
  const level = axisLevel(options.level);
  const releases = findReleases(search.population.profiles, search.population.firstSeen);
  const reference = options.reference ?? referenceOf(search, releases, model);
  const segments = segmentsOf(search);
  const kindOf = (accounts: readonly number[]): Kind => ({
    members: accounts.length,
    segment: segmentOfMembers(accounts.map((a) => segments[a]!)),
  });
  const tested = search.candidates.map((c) =>
    networkAxis(c.logP, kindOf(c.group.accounts), reference),
  );
  const sets: readonly TestedSet[] = [
    ...search.candidates.map((c, i) => ({
      accounts: c.group.accounts,
      logP: tested[i]!.logP,
    })),
    ...search.relays,
  ];
  const hypotheses = sets.map((h) => h.logP);
  const rejected = decide('network', sets, level);
  const indexOf = new Map(search.candidates.map((c, i) => [c, i]));
  const networks = search.operations.filter((op) => rejected.has(indexOf.get(op.candidate)!));
  const measured = networks.map((op) =>
    measureSignals(viewOf(search, releases, op.group, op.network)),
  );
  const judgeIntent = (
    values: Readonly<Record<string, number>>,
    accounts: readonly number[],
  ): IntentFinding => intentAxis(intentLogOdds(model, values), kindOf(accounts), reference, model);
  const intents = measured.map((values, i) => judgeIntent(values, networks[i]!.group.accounts));
  const intentional = decide(
    'intent',
    intents.map(({ logP }, i) => ({ accounts: networks[i]!.group.accounts, logP })),
    level,
  );
  const findings = networks.map((op, i): Finding => {
    const { network, group } = op.candidate;
    const values = measured[i]!;
    const relays = movesConversations(network, level);
    return {
      verdict: intentional.has(i) ? 'distillation' : relays ? 'account-network' : 'review',
      accounts: op.group.accounts,
      topics: op.group.topics,
      memberOdds: op.group.membership.map((m) => m.total),
      segment: kindOf(op.group.accounts).segment,
      network: tested[indexOf.get(op.candidate)!]!,
      intent: intents[i]!,
      evidence: explainEvidence(values, reference, model, op.network),
      basis: {
        values,
        network,
        tested: group.accounts,
        testedSegment: kindOf(group.accounts).segment,
        relay: false,
      },
    };
  });
  search.relays.forEach((relay, i) => {
    if (!rejected.has(search.candidates.length + i)) return;
    if (findings.some((f) => overlaps(f.accounts, relay.accounts))) return;
    // Found by identity alone: its intent is measured over everything it asks, and shown.
    const topics = Array.from({ length: search.families.draws.topics }, (_, t) => t);
    const group = { accounts: relay.accounts, topics };
    const values = measureSignals(viewOf(search, releases, group, relay.network));
    const { segment } = kindOf(relay.accounts);
    findings.push({
      verdict: 'account-network',
      accounts: relay.accounts,
      topics: [],
      memberOdds: [],
      segment,
      network: { score: networkScore(relay.logP), logP: relay.logP, calibration: null },
      intent: judgeIntent(values, relay.accounts),
      evidence: explainEvidence(values, reference, model, relay.network),
      basis: {
        values,
        network: relay.network,
        tested: relay.accounts,
        testedSegment: segment,
        relay: true,
      },
    });
  });
  return { findings, reference, procedure, hypotheses };
};

const viewOf = (
  search: Search,
  releases: Releases,
  group: { readonly accounts: readonly number[]; readonly topics: readonly number[] },
  network: NetworkEvidence,
): GroupView =>
  viewGroup(search.population, search.table, search.families.topicOf, releases, group, network);
