import { clumpsLogP, type NetworkEvidence } from '../campaign/network-evidence.ts';
import type { Relay, Search } from '../campaign/search.ts';
import type { EvidenceItem, Verdict } from '../report/report.ts';
import { explainEvidence } from './evidence.ts';
import { benjaminiHochberg } from './false-discovery.ts';
import { viewGroup } from './group-view.ts';
import type { IntentModel } from './intent-model.ts';
import { findReleases, type Releases } from './profile-signals.ts';
import {
  intentLogOdds,
  intentReference,
  measureSignals,
  type Reference,
  referenceOf,
} from './reference.ts';
import type { GroupView } from './signals.ts';
import { logTailP } from './tail-p-value.ts';

export interface AxisFinding {
  /** 0 … 1, monotone in the evidence. */
  readonly score: number;
  /** Natural logarithm of the p-value. */
  readonly logP: number;
}

/** A verdict on one set of accounts with all that it rests on. */
export interface Finding {
  readonly verdict: Exclude<Verdict, 'clear'>;
  readonly accounts: readonly number[];
  readonly topics: readonly number[];
  /** Log-odds of each member, parallel to `accounts`; empty where members were not weighed. */
  readonly memberOdds: readonly number[];
  readonly network: AxisFinding;
  readonly intent: AxisFinding;
  readonly evidence: readonly EvidenceItem[];
  /** What the axes were computed from, for the evidence pack. */
  readonly basis: {
    readonly values: Readonly<Record<string, number>>;
    readonly network: NetworkEvidence;
    /** The set of accounts on which identity was tested. */
    readonly tested: readonly number[];
    /** True where the operation was found by moved conversations and not by content. */
    readonly relay: boolean;
  };
}

export interface JudgeOptions {
  /** False discovery rate, 0 … 1. */
  readonly level: number;
  readonly model: IntentModel;
  /** From a baseline file; otherwise the population is its own reference. */
  readonly reference?: Reference | undefined;
}

export interface Judgement {
  readonly findings: readonly Finding[];
  readonly reference: Reference;
  /** ln p of every set tested on the network axis. */
  readonly hypotheses: readonly number[];
}

/** Natural log p at which the network score reaches 1 − 1/e. */
const SCORE_SCALE = 6;

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
export const networkScore = (logP: number): number => 1 - Math.exp(logP / SCORE_SCALE);

const judgeIntent = (
  values: Readonly<Record<string, number>>,
  reference: Reference,
  model: IntentModel,
): AxisFinding => {
  const odds = intentLogOdds(model, values);
  return { score: sigmoid(odds), logP: logTailP(odds, intentReference(reference, model)) };
};

/** Kinds of identifier that only people who pass conversations on leave behind. */
const movesConversations = ({ clumps }: NetworkEvidence, level: number): boolean =>
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
 * candidates that content chose, at the declared false discovery rate. The intent axis is then
 * tested among the operations that passed, at the same rate. `distillation` needs both; what moves
 * conversations between accounts without intent is an account network; the rest is for review.
 */
export const judge = (search: Search, options: JudgeOptions): Judgement => {
  const { level, model } = options;
  const releases = findReleases(search.population.profiles, search.population.firstSeen);
  const reference = options.reference ?? referenceOf(search, releases, model);
  const hypotheses = [...search.candidates, ...search.relays].map((h) => h.logP);
  const rejected = benjaminiHochberg(hypotheses, level);
  const indexOf = new Map(search.candidates.map((c, i) => [c, i]));
  const networks = search.operations.filter((op) => rejected.has(indexOf.get(op.candidate)!));
  const measured = networks.map((op) =>
    measureSignals(viewOf(search, releases, op.group, op.network)),
  );
  const intents = measured.map((values) => judgeIntent(values, reference, model));
  const intentional = benjaminiHochberg(
    intents.map((intent) => intent.logP),
    level,
  );
  const findings = networks.map((op, i): Finding => {
    const { logP, network } = op.candidate;
    const values = measured[i]!;
    const relays = movesConversations(network, level);
    return {
      verdict: intentional.has(i) ? 'distillation' : relays ? 'account-network' : 'review',
      accounts: op.group.accounts,
      topics: op.group.topics,
      memberOdds: op.group.membership.map((m) => m.total),
      network: { score: networkScore(logP), logP },
      intent: intents[i]!,
      evidence: explainEvidence(values, reference, model, op.network),
      basis: { values, network, tested: op.candidate.group.accounts, relay: false },
    };
  });
  search.relays.forEach((relay, i) => {
    if (!rejected.has(search.candidates.length + i)) return;
    if (findings.some((f) => overlaps(f.accounts, relay.accounts))) return;
    findings.push(judgeRelay(search, relay, releases, reference, model));
  });
  return { findings, reference, hypotheses };
};

const viewOf = (
  search: Search,
  releases: Releases,
  group: { readonly accounts: readonly number[]; readonly topics: readonly number[] },
  network: NetworkEvidence,
): GroupView =>
  viewGroup(search.population, search.table, search.families.topicOf, releases, group, network);

/** A relay was found by identity alone, so its intent is judged over everything it asks. */
const judgeRelay = (
  search: Search,
  relay: Relay,
  releases: Releases,
  reference: Reference,
  model: IntentModel,
): Finding => {
  const topics = Array.from({ length: search.families.draws.topics }, (_, t) => t);
  const group = { accounts: relay.accounts, topics };
  const values = measureSignals(viewOf(search, releases, group, relay.network));
  return {
    verdict: 'account-network',
    accounts: relay.accounts,
    topics: [],
    memberOdds: [],
    network: { score: networkScore(relay.logP), logP: relay.logP },
    intent: judgeIntent(values, reference, model),
    evidence: explainEvidence(values, reference, model, relay.network),
    basis: { values, network: relay.network, tested: relay.accounts, relay: true },
  };
};
