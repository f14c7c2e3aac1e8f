/**
 * What a suite hands on: numbers, and the tables and charts that show them. The terminal, the page and
 * the JSON are three views of the same section, so none of them can say anything of its own.
 */

export interface Table {
  readonly caption: string;
  readonly head: readonly string[];
  /** Same length as `head`. */
  readonly rows: readonly (readonly string[])[];
}

/** One measured share with its 95 % interval; `x` is a number on a line, a name in a row. */
export interface Point {
  readonly x: number | string;
  /** Which line or group of rows it belongs to. */
  readonly series: string;
  /** 0 … 1, or null when there was nothing to count. */
  readonly value: number | null;
  readonly low: number | null;
  readonly high: number | null;
}

export interface Chart {
  /** `rows`: one named row per point, grouped by series; `lines`: one line per series over x. */
  readonly kind: 'rows' | 'lines';
  readonly title: string;
  readonly x: string;
  readonly y: string;
  /** Only for lines. */
  readonly logX?: boolean;
  /** A line at this share, to compare with. */
  readonly target?: number;
  readonly points: readonly Point[];
}

export interface Section {
  readonly suite: string;
  readonly title: string;
  /** The question it answers, in one sentence. */
  readonly question: string;
  /** The answer, in sentences made from the numbers. */
  readonly answers: readonly string[];
  readonly method: readonly string[];
  readonly limits: readonly string[];
  /** Worlds measured, and worlds the suite asks for; smaller while it is not finished. */
  readonly done: number;
  readonly planned: number;
  readonly tables: readonly Table[];
  readonly charts: readonly Chart[];
  /** Every number behind the tables. */
  readonly data: unknown;
}

/** The whole of an evaluation: the JSON of `stillwatch evaluate --suite … --json`. */
export interface EvaluationReport {
  readonly version: 1;
  readonly kind: 'stillwatch-evaluation';
  /** Digest of the code that was measured and of the corpora it was measured on. */
  readonly code: string;
  readonly corpora: readonly { readonly name: string; readonly sha256: string | null }[];
  /** Whether prompts came from files or from the built-in grammars. */
  readonly prompts: 'files' | 'grammars';
  readonly level: number;
  /** Id of the baseline and of the intent model that were given; null for what is built in. */
  readonly baseline: string | null;
  readonly model: string | null;
  readonly seeds: readonly number[];
  /** Ordinary accounts of each world. */
  readonly ordinary: number;
  readonly sections: readonly Section[];
  /** What no suite can show. */
  readonly limits: readonly string[];
}
