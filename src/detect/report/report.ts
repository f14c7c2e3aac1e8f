/** The result of a scan: the JSON contract of `stillwatch scan --json` (docs/reference/report.md). */

export const VERDICTS = ['distillation', 'account-network', 'review', 'clear'] as const;
export type Verdict = (typeof VERDICTS)[number];
export const AXES = ['network', 'intent'] as const;
export type Axis = (typeof AXES)[number];

export interface AxisScore {
  /** 0 (nothing) to 1 (as strong as evidence gets); monotone in the evidence. */
  readonly score: number;
  readonly p_value: number;
}

/** Percentiles of a signal over the ordinary groups, whichever side of them speaks for the axis. */
export interface SignalBaseline {
  /** Null where the report does not say. */
  readonly p1: number | null;
  readonly p50: number;
  readonly p99: number;
  /** Ordinary groups in which it was measured; with 0 the percentiles are 0 and say nothing. Null: not said. */
  readonly groups: number | null;
}

export const SIDES = ['above', 'below'] as const;
export type Side = (typeof SIDES)[number];

export interface EvidenceItem {
  /** Name of the signal, as in docs/reference/signals.md. */
  readonly signal: string;
  readonly axis: Axis;
  readonly value: number;
  readonly baseline: SignalBaseline;
  /** The side of ordinary that speaks for the axis. */
  readonly speaks: Side;
  /** Share of the axis score, in the score's own log-odds units; negative speaks against. */
  readonly contribution: number;
  /** One plain sentence a reviewer can read aloud. */
  readonly says: string;
}

export interface FamilyReport {
  /** The template; slots are written ⟨…⟩. Content of the slots never leaves the scan. */
  readonly template: string;
  readonly exchanges: number;
  readonly accounts: number;
  readonly distinct_prompts: number;
  /** How the family asks; null where the report does not say. */
  readonly asks: FamilyAsks | null;
}

/** What can be said of a family beyond its template, and how many accounts each word of that rests on. */
export interface FamilyAsks {
  /** Fewest accounts that use any one word of the template. */
  readonly word_accounts: number;
  /** Accounts outside the campaign whose sample holds a prompt of the family's topics. */
  readonly outside_accounts: number;
  /** Languages of at least a tenth of its prompts, most frequent first. */
  readonly languages: readonly string[];
  /** Elicitation families of at least a tenth of its prompts, most frequent first. */
  readonly elicitation: readonly string[];
}

/** Where or by what accounts connect, and how many of them do: of the campaign, and of all others. */
export interface SharedObservable {
  readonly value: string;
  readonly accounts: number;
  readonly outside: number;
}

/** What at least two accounts of a campaign have in common on the network; most frequent first, at most 50. */
export interface ObservablesReport {
  /** /24 of IPv4, /48 of IPv6. */
  readonly address_blocks: readonly SharedObservable[];
  readonly autonomous_systems: readonly SharedObservable[];
  /** TLS fingerprints (JA4). */
  readonly clients: readonly SharedObservable[];
}

export interface LinkReport {
  readonly a: string;
  readonly b: string;
  /** Log-likelihood ratio (natural log) that one operator runs both. */
  readonly llr: number;
  /** The kinds of evidence behind it, strongest first: 'payment', 'sign-up', 'family', … */
  readonly kinds: readonly string[];
}

/** Exchanges by account and time step; rows in the order of `accounts`, bounded in both directions. */
export interface TimelineReport {
  /** RFC 3339. */
  readonly start: string;
  readonly step_ms: number;
  readonly accounts: readonly string[];
  readonly counts: readonly (readonly number[])[];
}

export interface CampaignReport {
  readonly id: string;
  readonly verdict: Exclude<Verdict, 'clear'>;
  readonly accounts: readonly string[];
  readonly exchanges: number;
  readonly first_seen: string;
  readonly last_seen: string;
  readonly segment: string;
  readonly network: AxisScore;
  readonly intent: AxisScore;
  readonly families: readonly FamilyReport[];
  readonly evidence: readonly EvidenceItem[];
  /** The strongest links, at most 400. */
  readonly links: readonly LinkReport[];
  readonly timeline: TimelineReport;
  /** Sentences: what would change this verdict. */
  readonly would_change: readonly string[];
  /** Null where the report does not say. */
  readonly decided_by: DecisionReport | null;
  /** Null where the report does not say. */
  readonly observables: ObservablesReport | null;
}

export interface AccountReport {
  readonly account_id: string;
  readonly verdict: Exclude<Verdict, 'clear'>;
  readonly campaign: string | null;
  readonly exchanges: number;
  readonly network: AxisScore;
  readonly intent: AxisScore;
}

export interface RejectedRow {
  readonly source: string;
  /** 1-based; null when the source has no lines. */
  readonly line: number | null;
  readonly reason: string;
}

export interface ReadReport {
  readonly exchanges: number;
  readonly accounts: number;
  readonly rejected: number;
  readonly duplicates: number;
  /** RFC 3339, or null when nothing was read. */
  readonly first: string | null;
  readonly last: string | null;
  /** Rejected rows by reason code. */
  readonly reasons: Readonly<Record<string, number>>;
  /** The first rejected rows, at most 20. */
  readonly quarantine: readonly RejectedRow[];
}

/** Ids of what was fitted or chosen before this log was seen. */
export interface ModelsReport {
  /** The intent model (docs/reference/model.md). */
  readonly intent: string;
  /** What turned prompts into points (docs/concepts/prompt-families.md). */
  readonly embedding: string;
}

/** The calibration that a p-value rests on. */
export interface AxisCalibrationReport {
  /** Segment whose benign groups were compared with, the parent it borrowed from, or 'all'. */
  readonly pool: string;
  readonly groups: number;
  readonly borrowed: boolean;
  /** True where the p-value is below 1 / (1 + groups) and so rests on a fitted tail. */
  readonly extrapolated: boolean;
}

/** By what a finding was decided. */
export interface DecisionReport {
  /** False discovery rate of all findings, and the half of it that each axis spends. */
  readonly level: number;
  readonly axis_level: number;
  readonly procedure: string;
  readonly calibration: string;
  readonly calibration_version: number;
  readonly model: string;
  /** Null: the accounts outside the set were compared with. */
  readonly network: AxisCalibrationReport | null;
  readonly intent: AxisCalibrationReport;
}

export interface DriftAlarm {
  readonly segment: string;
  readonly signal: string;
  /** Accounts that were watched. */
  readonly accounts: number;
  /** ln of the largest value of the test martingale. */
  readonly log_evidence: number;
}

/** Does the traffic still fit the baseline? */
export interface DriftReport {
  /** Chance of any alarm if nothing changed, however long it is watched. */
  readonly false_alarms: number;
  readonly tests: number;
  readonly alarms: readonly DriftAlarm[];
}

export interface ScanReport {
  readonly version: 1;
  readonly tool: string;
  readonly read: ReadReport;
  readonly fdr: number;
  readonly calibration: {
    readonly id: string;
    readonly version: number;
    readonly source: string;
    /** Benign groups compared with, and groups left out because they may belong to a campaign. */
    readonly groups: number;
    readonly left_out: number;
  };
  readonly models: ModelsReport;
  /** 'benjamini-hochberg' or 'benjamini-yekutieli'. */
  readonly procedure: string;
  /** Null without a baseline: there is nothing to drift from. */
  readonly drift: DriftReport | null;
  readonly campaigns: readonly CampaignReport[];
  /** Every account whose verdict is not `clear`. */
  readonly accounts: readonly AccountReport[];
  /** What this scan could not see, in sentences. */
  readonly limits: readonly string[];
}
