/**
 * Conditions in the Common Expression Language (https://github.com/google/cel-spec): typed against
 * the facts, compiled once, bounded in cost. A fact that is not known is absent, so that an expression
 * which needs it fails, and a failed expression makes no rule fire: it is an error that is counted, and
 * never a score of 0.
 */
import { type ASTNode, Environment } from '@marcbachmann/cel-js';
import type { AccountFacts, FindingFacts, IndicatorFacts } from '../facts.ts';

const AXIS = { score: 'double', p_value: 'double' };

/** The names and types that a condition may use; docs/reference/policy.md lists them. */
export const CONDITION_FACTS = {
  finding: {
    verdict: 'string',
    network: AXIS,
    intent: AXIS,
    level: 'double',
    accounts: 'int',
    exchanges: 'int',
  },
  account: {
    tier: 'string',
    segment: 'string',
    organization: 'string',
    exchanges: 'int',
    organization_exchanges: 'int',
    age_days: 'double',
    attestation: 'string',
    known_good: 'bool',
  },
  indicator: { standing: 'string', permitted_action: 'string', confirmed_here: 'bool' },
} as const;

export const MAX_CONDITION_LENGTH = 2_000;
const LIMITS = {
  maxAstNodes: 300,
  maxDepth: 24,
  maxListElements: 64,
  maxMapEntries: 0,
  maxCallArguments: 3,
};

/**
 * Everything else is refused by name. `matches` is, for its regular expressions can take exponential
 * time; macros are, for nested ones multiply the cost. What is left costs at most one step per node
 * and one per character of the texts compared.
 */
const CALLS = new Set([
  'has',
  'size',
  'startsWith',
  'endsWith',
  'contains',
  'double',
  'int',
  'string',
]);

const environment = new Environment({ limits: LIMITS })
  .registerVariable({ name: 'finding', schema: CONDITION_FACTS.finding })
  .registerVariable({ name: 'account', schema: CONDITION_FACTS.account })
  .registerVariable({ name: 'indicator', schema: CONDITION_FACTS.indicator });

export interface ConditionFault {
  readonly message: string;
  /** Offset in the text of the condition. */
  readonly at: number;
}

export interface Condition {
  readonly text: string;
  /** @returns whether it holds, or why that cannot be said. */
  readonly holds: (facts: ConditionFacts) => boolean | { readonly failed: string };
}

export interface ConditionFacts {
  readonly finding: FindingFacts | null;
  readonly account: AccountFacts;
  readonly indicator: IndicatorFacts | null;
  readonly now: number;
}

/** The first call that is not allowed. */
const forbidden = (node: unknown): { readonly name: string; readonly at: number } | null => {
  if (Array.isArray(node)) {
    for (const one of node) {
      const found = forbidden(one);
      if (found !== null) return found;
    }
    return null;
  }
  if (typeof node !== 'object' || node === null) return null;
  const { op, args, start } = node as ASTNode & { readonly start?: number };
  if (op === 'call' || op === 'rcall') {
    const name = String((args as readonly unknown[])[0]);
    if (!CALLS.has(name)) return { name, at: start ?? 0 };
  }
  return forbidden(args);
};

const known = (fields: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null));

const DAY = 86_400_000;
const axis = ({ score, p_value }: FindingFacts['network']) => ({ score, p_value });
const NO_AXIS = { score: 0, p_value: 1 };

/** Without a finding an account is clear; without an indicator its standing is `none`. */
const contextOf = ({ finding, account, indicator, now }: ConditionFacts) => ({
  finding:
    finding === null
      ? {
          verdict: 'clear',
          network: NO_AXIS,
          intent: NO_AXIS,
          level: 0,
          accounts: 0n,
          exchanges: 0n,
        }
      : {
          verdict: finding.verdict,
          network: axis(finding.network),
          intent: axis(finding.intent),
          level: finding.level,
          accounts: BigInt(finding.accounts),
          exchanges: BigInt(finding.exchanges),
        },
  account: known({
    tier: account.tier,
    segment: account.segment,
    organization: account.organization,
    exchanges: BigInt(account.exchanges),
    organization_exchanges:
      account.organization_exchanges === null ? null : BigInt(account.organization_exchanges),
    age_days: account.created_at === null ? null : (now - account.created_at) / DAY,
    attestation: account.attestation,
    known_good: account.known_good,
  }),
  indicator:
    indicator === null
      ? { standing: 'none', permitted_action: 'none', confirmed_here: false }
      : {
          standing: indicator.standing,
          permitted_action: indicator.permitted_action,
          confirmed_here: indicator.confirmed_here,
        },
});

const faultOf = (error: unknown): ConditionFault => {
  const { summary, message, range } = error as {
    readonly summary?: string;
    readonly message?: string;
    readonly range?: { readonly start: number };
  };
  return { message: summary ?? message ?? 'cannot be read', at: range?.start ?? 0 };
};

export const compileCondition = (text: string): Condition | { readonly fault: ConditionFault } => {
  if (text.length > MAX_CONDITION_LENGTH)
    return { fault: { message: `longer than ${MAX_CONDITION_LENGTH} characters`, at: 0 } };
  try {
    const parsed = environment.parse(text);
    const call = forbidden(parsed.ast);
    if (call !== null)
      return {
        fault: {
          message: `${call.name}() is not allowed; there are ${[...CALLS].join(', ')}`,
          at: call.at,
        },
      };
    const checked = parsed.check();
    if (!checked.valid) return { fault: faultOf(checked.error) };
    if (checked.type !== 'bool')
      return { fault: { message: `is of type ${checked.type}, and must be bool`, at: 0 } };
    return {
      text,
      holds: (facts) => {
        try {
          const value: unknown = parsed(contextOf(facts));
          return typeof value === 'boolean' ? value : { failed: 'did not give true or false' };
        } catch (error) {
          return { failed: faultOf(error).message };
        }
      },
    };
  } catch (error) {
    return { fault: faultOf(error) };
  }
};
