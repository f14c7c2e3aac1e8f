/** The syntax tree of a STIX pattern (STIX 2.1, section 9). Frozen data; `parse` makes it, `print` unmakes it. */

export type Constant =
  | { readonly kind: 'string'; readonly value: string }
  /** `text` keeps the digits as written, so that printing changes nothing. */
  | { readonly kind: 'integer' | 'float'; readonly text: string }
  | { readonly kind: 'boolean'; readonly value: boolean }
  /** `text` is what stands between the apostrophes. */
  | { readonly kind: 'hex' | 'binary' | 'timestamp'; readonly text: string };

/** 9.7: a property name or dictionary key, a list index, or every item of a list. */
export type PathStep =
  | { readonly name: string }
  | { readonly index: number }
  | { readonly every: true };

export interface ObjectPath {
  readonly type: string;
  /** The first step is a name. */
  readonly steps: readonly PathStep[];
}

export type OrderOperator = '=' | '!=' | '<' | '<=' | '>' | '>=';
export type TextOperator = 'LIKE' | 'MATCHES' | 'ISSUBSET' | 'ISSUPERSET';

/** 9.6. AND and OR hold two or more operands. */
export type Comparison = JoinedComparison | Test;

export interface JoinedComparison {
  readonly kind: 'and' | 'or';
  readonly operands: readonly Comparison[];
}

/** One comparison of one object path. */
export type Test =
  | {
      readonly kind: 'compare';
      readonly path: ObjectPath;
      readonly negated: boolean;
      readonly operator: OrderOperator | TextOperator;
      readonly constant: Constant;
    }
  | {
      readonly kind: 'in';
      readonly path: ObjectPath;
      readonly negated: boolean;
      readonly values: readonly Constant[];
    }
  | { readonly kind: 'exists'; readonly path: ObjectPath; readonly negated: boolean };

export const isJoined = (test: Comparison): test is JoinedComparison =>
  test.kind === 'and' || test.kind === 'or';

/** 9.5.1 */
export type Qualifier =
  | { readonly kind: 'within'; readonly seconds: string }
  | { readonly kind: 'repeats'; readonly times: number }
  | { readonly kind: 'start-stop'; readonly start: string; readonly stop: string };

/** 9.5. AND, OR and FOLLOWEDBY hold two or more operands. */
export type Pattern =
  | { readonly kind: 'observation'; readonly test: Comparison }
  | { readonly kind: 'and' | 'or' | 'followedby'; readonly operands: readonly Pattern[] }
  | {
      readonly kind: 'qualified';
      readonly operand: Pattern;
      readonly qualifiers: readonly Qualifier[];
    };

/** Every code of a pattern that cannot be used, once. */
export const PATTERN_CODES = {
  PATTERN_SYNTAX: 'Something else was expected here.',
  PATTERN_CONSTANT: 'A constant is malformed or of a kind that its operator does not take.',
  PATTERN_NAME: 'A type or property name is malformed.',
  PATTERN_QUALIFIER: 'A qualifier is repeated or its bounds make no sense.',
  PATTERN_TYPES: 'Comparisons joined by AND start from different types of object.',
  PATTERN_TOO_LARGE: 'The pattern is longer or nested deeper than the bound.',
  PATTERN_REGEX: 'The regular expression is malformed, or needs more than linear time.',
  PATTERN_TOO_COSTLY: 'Matching needs more steps than the bound.',
} as const;

export interface PatternFault {
  readonly code: keyof typeof PATTERN_CODES;
  /** Position in the pattern, in UTF-16 code units from 0. */
  readonly at: number;
  /** Section of STIX 2.1. */
  readonly section: string;
  readonly message: string;
}
