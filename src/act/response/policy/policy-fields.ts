/** The fields of a policy file, as docs/reference/policy.schema.json has them; a test ties the two. */
import {
  count,
  dictionary,
  fault,
  list,
  nullable,
  object,
  oneOf,
  orElse,
  type Parser,
  REFUSED,
  text,
  time,
  truth,
} from '../../../base/parse.ts';
import { type Obligations, SUBJECT_KINDS, type Subject } from '../decision.ts';
import { FAILS, type Fails } from '../gate.ts';
import { ACTING, type ActingAction, RULE_REASONS } from './policy.ts';

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A policy with a misspelt field would quietly be another policy: what is not known is a fault. */
const exactly =
  <T extends object>(fields: { readonly [K in keyof T & string]: Parser<T[K]> }): Parser<T> =>
  (value, path, faults) => {
    let unknown = 0;
    for (const name of isRecord(value) ? Object.keys(value) : [])
      if (!Object.hasOwn(fields, name)) {
        unknown += 1;
        const at = /^[\w-]{1,60}$/.test(name)
          ? `.${name}`
          : `[${JSON.stringify(name.slice(0, 60))}]`;
        fault(
          faults,
          `${path}${at}`.replace(/^\./, ''),
          `one of ${Object.keys(fields).join(', ')}`,
          'an unknown field',
        );
      }
    const parsed = object<T>(fields)(value, path, faults);
    return unknown > 0 ? REFUSED : parsed;
  };

const matching =
  (pattern: RegExp, expected: string): Parser<string> =>
  (value, path, faults) =>
    typeof value === 'string' && pattern.test(value)
      ? value
      : fault(faults, path, expected, typeof value === 'string' ? 'other text' : typeof value);

export const NAME = /^[a-z0-9][a-z0-9-]{0,63}$/;
export const LINE = /^(?=.*\S)[^\p{Cc}]{1,200}$/u;
export const PERCENT = /^(100|\d{1,2})(\.\d{1,3})?%$/;
export const DURATION = /^[1-9]\d{0,4}[smhd]$/;

const name = matching(NAME, 'a name of small letters, digits and hyphens, at most 64');
const line = matching(LINE, 'one line of text, at most 200 characters');
const UNITS: Readonly<Record<string, number>> = {
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

const converted =
  <A, B>(inner: Parser<A>, convert: (value: A) => B): Parser<B> =>
  (value, path, faults) => {
    const parsed = inner(value, path, faults);
    return parsed === REFUSED ? REFUSED : convert(parsed);
  };

/** Milliseconds. */
const duration = converted(
  matching(DURATION, 'a duration such as 30s, 15m, 24h or 7d'),
  (written) => Number(written.slice(0, -1)) * UNITS[written.at(-1)!]!,
);
const percent = converted(matching(PERCENT, 'a share such as 5%'), (written) =>
  Math.min(100, Number(written.slice(0, -1))),
);

const rate: Parser<number> = (value, path, faults) =>
  count(value, path, faults) === REFUSED || value === 0
    ? value === 0
      ? fault(faults, path, 'a whole number, 1 or more', '0')
      : REFUSED
    : (value as number);

const obligations = converted(
  exactly<{ readonly [K in keyof Required<Obligations>]: Obligations[K] | null }>({
    requests_per_minute: orElse(rate, null),
    output_tokens_per_minute: orElse(rate, null),
    max_output_tokens: orElse(rate, null),
    strip_reasoning: orElse(truth, null),
    strip_logprobs: orElse(truth, null),
  }),
  (given): Obligations =>
    Object.fromEntries(Object.entries(given).filter(([, value]) => value !== null)),
);

const DEFAULT_LADDER: Readonly<Record<ActingAction, Obligations>> = {
  verify: {},
  throttle: { requests_per_minute: 30 },
  restrict: { max_output_tokens: 1_024, strip_reasoning: true, strip_logprobs: true },
  suspend: {},
};
const HOUR = 3_600_000;
const DEFAULT_TTL: Readonly<Record<ActingAction, number>> = {
  verify: 24 * HOUR,
  throttle: 24 * HOUR,
  restrict: 24 * HOUR,
  suspend: 72 * HOUR,
};

const perAction = <T>(inner: Parser<T>, missing: Readonly<Record<ActingAction, T>>) =>
  exactly<Record<ActingAction, T>>({
    verify: orElse(inner, missing.verify),
    throttle: orElse(inner, missing.throttle),
    restrict: orElse(inner, missing.restrict),
    suspend: orElse(inner, missing.suspend),
  });

export interface RuleFields {
  readonly name: string;
  readonly owner: string | null;
  readonly when: string;
  readonly action: ActingAction;
  readonly reason: (typeof RULE_REASONS)[number];
  readonly ttl: number | null;
  readonly mode: 'shadow' | 'live' | { readonly rollout: number };
}

const mode: Parser<RuleFields['mode']> = (value, path, faults) =>
  isRecord(value)
    ? exactly<{ readonly rollout: number }>({ rollout: percent })(value, path, faults)
    : oneOf(['shadow', 'live'] as const)(value, path, faults);

const rule = exactly<RuleFields>({
  name,
  owner: orElse(line, null),
  when: text(2_000),
  action: oneOf(ACTING),
  reason: oneOf(RULE_REASONS),
  ttl: orElse(duration, null),
  mode,
});

interface AllowFields {
  readonly subject: Subject;
  readonly reason: string;
  readonly until: number;
}

const allow = exactly<AllowFields>({
  subject: exactly<Subject>({ kind: oneOf(SUBJECT_KINDS), value: line }),
  reason: line,
  until: converted(time, (written) => Date.parse(written)),
});

interface Defaults {
  readonly ttl: Readonly<Record<ActingAction, number>>;
  readonly fail: Fails;
  readonly fail_by_tier: Readonly<Record<string, Fails>>;
  readonly closed_action: ActingAction;
  readonly stale_after: number;
}

const NO_DEFAULTS: Defaults = {
  ttl: DEFAULT_TTL,
  fail: 'open',
  fail_by_tier: {},
  closed_action: 'verify',
  stale_after: 30_000,
};

const defaults = exactly<Defaults>({
  ttl: orElse(perAction(duration, DEFAULT_TTL), NO_DEFAULTS.ttl),
  fail: orElse(oneOf(FAILS), NO_DEFAULTS.fail),
  fail_by_tier: orElse(dictionary(oneOf(FAILS)), NO_DEFAULTS.fail_by_tier),
  closed_action: orElse(oneOf(ACTING), NO_DEFAULTS.closed_action),
  stale_after: orElse(duration, NO_DEFAULTS.stale_after),
});

interface LargeCustomerFields {
  readonly tiers: readonly string[];
  readonly exchanges: number | null;
}

/** Where a policy says nothing, caution: an unattended suspension of a large customer is the worst fault. */
const DEFAULT_LARGE: LargeCustomerFields = { tiers: ['enterprise'], exchanges: 1_000_000 };

export interface PolicyFields {
  readonly version: 1;
  readonly name: string;
  readonly owner: string;
  readonly defaults: Defaults;
  readonly ladder: Readonly<Record<ActingAction, Obligations>>;
  readonly rules: readonly RuleFields[];
  readonly allow: readonly AllowFields[];
  readonly large_customer: LargeCustomerFields;
  readonly sample_to_review: number;
}

export const policyFields: Parser<PolicyFields> = exactly<PolicyFields>({
  version: oneOf([1] as const),
  name,
  owner: line,
  defaults: orElse(defaults, NO_DEFAULTS),
  ladder: orElse(perAction(obligations, DEFAULT_LADDER), DEFAULT_LADDER),
  rules: list(rule, 200),
  allow: orElse(list(allow, 10_000), []),
  large_customer: orElse(
    exactly<LargeCustomerFields>({
      tiers: orElse(list(line, 100), DEFAULT_LARGE.tiers),
      exchanges: orElse(nullable(rate), DEFAULT_LARGE.exchanges),
    }),
    DEFAULT_LARGE,
  ),
  sample_to_review: orElse(percent, 5),
});
