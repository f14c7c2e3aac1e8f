/** A policy file, read: YAML with a bound on size and aliases, every fault at its line, then conditions compiled. */
import { type Document, isScalar, LineCounter, parseDocument } from 'yaml';
import { StillwatchError } from '../../../base/errors.ts';
import { noFaults, REFUSED } from '../../../base/parse.ts';
import { parseBlock } from '../gate/address.ts';
import { type Condition, compileCondition } from './condition.ts';
import type { Policy, Rule } from './policy.ts';
import { type PolicyFields, policyFields, type RuleFields } from './policy-fields.ts';
import { digestHex } from './stable-hash.ts';

/** What can be wrong inside a policy; the error that carries them is POLICY_INVALID. */
export const POLICY_FAULTS = {
  POLICY_SYNTAX: 'Write YAML 1.2; quote texts that hold `: ` or begin with a special character.',
  POLICY_FIELD: 'See docs/reference/policy.md for the fields and their values.',
  POLICY_CONDITION:
    'Write a CEL expression over finding, account and indicator that gives true or false.',
  POLICY_DUPLICATE: 'Give every rule a name of its own: rollouts and reports go by it.',
  POLICY_ADDRESS: 'Write an address, or a block such as 192.0.2.0/24.',
  POLICY_LADDER: 'Give the action at least one obligation in `ladder`, or use another action.',
} as const;
export type PolicyFaultCode = keyof typeof POLICY_FAULTS;

export interface PolicyFault {
  readonly code: PolicyFaultCode;
  /** 1-based. */
  readonly line: number;
  readonly column: number;
  /** Such as `rules[0].when`; empty for the whole file. */
  readonly path: string;
  readonly message: string;
  readonly remedy: string;
}

export type PolicyRead = { readonly policy: Policy } | { readonly faults: readonly PolicyFault[] };

export const MAX_POLICY_LENGTH = 1_000_000;
const MAX_ALIASES = 100;
const MAX_NESTING = 64;
const LISTED = 50;

type Path = readonly (string | number)[];

/** `rules[0].ttl["a b"]` as steps. */
const stepsOf = (path: string): Path =>
  [...path.matchAll(/\[(\d+)\]|\[("(?:[^"\\]|\\.)*")\]|([\w-]+)/g)].map(
    ([, index, quoted, name]) =>
      index !== undefined
        ? Number(index)
        : quoted !== undefined
          ? String(JSON.parse(quoted))
          : name!,
  );

const FAULT_TEXT = /^((?:\$|[\w.-]|\[\d+\]|\["(?:[^"\\]|\\.)*"\])+): (.*)$/su;

const reader = (text: string) => {
  const lines = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: lines,
    stringKeys: true,
    prettyErrors: false,
    resolveKnownTags: false,
    logLevel: 'silent',
  });
  const faults: PolicyFault[] = [];
  const note = (code: PolicyFaultCode, offset: number, path: string, message: string): void => {
    const { line, col } = lines.linePos(offset);
    faults.push({
      code,
      line: Math.max(1, line),
      column: Math.max(1, col),
      path,
      message,
      remedy: POLICY_FAULTS[code],
    });
  };
  return { document, faults, note };
};

/** Brackets open at once, in quotes or not: deeper than any policy is written. */
const isDeep = (text: string): boolean => {
  let depth = 0;
  for (const bracket of text.matchAll(/[[\]{}]/g)) {
    depth += '[{'.includes(bracket[0]) ? 1 : -1;
    if (depth > MAX_NESTING) return true;
  }
  return false;
};

/** Where a path stands, or the nearest of its parents that is there. */
const offsetOf = (document: Document, path: Path): number => {
  for (let length = path.length; length >= 0; length--) {
    const node: unknown = document.getIn(path.slice(0, length), true);
    const range = (node as { readonly range?: readonly number[] | null } | undefined)?.range;
    if (range?.[0] !== undefined) return range[0];
  }
  return 0;
};

/** The offset of a character of a condition, exact where it is written on one line. */
const conditionOffset = (document: Document, path: Path, at: number): number => {
  const node: unknown = document.getIn(path, true);
  const start = offsetOf(document, path);
  if (!isScalar(node) || (node.type !== 'PLAIN' && !String(node.type).startsWith('QUOTE')))
    return start;
  return start + at + (node.type === 'PLAIN' ? 0 : 1);
};

type Note = ReturnType<typeof reader>['note'];

const compileRules = (
  fields: PolicyFields,
  document: Document,
  note: Note,
): Map<RuleFields, Condition> => {
  const conditions = new Map<RuleFields, Condition>();
  const names = new Set<string>();
  for (const [i, rule] of fields.rules.entries()) {
    const at = (field: string) => offsetOf(document, ['rules', i, field]);
    if (names.has(rule.name))
      note(
        'POLICY_DUPLICATE',
        at('name'),
        `rules[${i}].name`,
        `a rule before is called ${rule.name}`,
      );
    names.add(rule.name);
    const ladder = fields.ladder[rule.action];
    if (
      (rule.action === 'throttle' || rule.action === 'restrict') &&
      Object.keys(ladder).length === 0
    )
      note(
        'POLICY_LADDER',
        at('action'),
        `rules[${i}].action`,
        `ladder.${rule.action} asks for nothing`,
      );
    const compiled = compileCondition(rule.when);
    if ('holds' in compiled) conditions.set(rule, compiled);
    else {
      const where = conditionOffset(document, ['rules', i, 'when'], compiled.fault.at);
      note(
        'POLICY_CONDITION',
        where,
        `rules[${i}].when`,
        `${compiled.fault.message} (character ${compiled.fault.at + 1} of the condition)`,
      );
    }
  }
  return conditions;
};

const policyOf = (fields: PolicyFields, conditions: ReadonlyMap<RuleFields, Condition>): Policy => {
  const { name, owner, defaults, ladder, allow, large_customer, sample_to_review } = fields;
  const digest = digestHex(fields);
  return {
    name,
    owner,
    version: `${name}@${digest.slice(0, 12)}`,
    digest,
    fail: {
      default: defaults.fail,
      by_tier: defaults.fail_by_tier,
      closed_action: defaults.closed_action,
      stale_after: defaults.stale_after,
    },
    ladder,
    rules: fields.rules.map(
      (rule): Rule => ({
        name: rule.name,
        owner: rule.owner ?? owner,
        when: conditions.get(rule)!,
        action: rule.action,
        reason: rule.reason,
        ttl: rule.ttl ?? defaults.ttl[rule.action],
        mode: rule.mode,
      }),
    ),
    allow,
    large_customer,
    sample_to_review,
  };
};

/** All faults at once. Never throws. */
export const readPolicy = (text: string): PolicyRead => {
  const one = (message: string): PolicyRead => ({
    faults: [
      {
        code: 'POLICY_SYNTAX',
        line: 1,
        column: 1,
        path: '',
        message,
        remedy: POLICY_FAULTS.POLICY_SYNTAX,
      },
    ],
  });
  if (text.length > MAX_POLICY_LENGTH) return one(`longer than ${MAX_POLICY_LENGTH} characters`);
  if (isDeep(text)) return one(`nested deeper than ${MAX_NESTING}`);
  try {
    const { document, faults, note } = reader(text);
    for (const error of [...document.errors, ...document.warnings].slice(0, LISTED))
      note('POLICY_SYNTAX', error.pos[0], '', error.message.slice(0, 300));
    if (faults.length > 0) return { faults };
    const found = noFaults();
    const fields = policyFields(document.toJS({ maxAliasCount: MAX_ALIASES }), '', found);
    for (const line of found.list) {
      const [, path = '', message = line] = FAULT_TEXT.exec(line) ?? [];
      const steps = path === '$' ? [] : stepsOf(path);
      note('POLICY_FIELD', offsetOf(document, steps), path === '$' ? '' : path, message);
    }
    if (fields === REFUSED) return { faults };
    for (const [i, { subject }] of fields.allow.entries())
      if (subject.kind === 'address' && parseBlock(subject.value) === null)
        note(
          'POLICY_ADDRESS',
          offsetOf(document, ['allow', i, 'subject', 'value']),
          `allow[${i}].subject.value`,
          'no address',
        );
    const conditions = compileRules(fields, document, note);
    return faults.length > 0 ? { faults } : { policy: policyOf(fields, conditions) };
  } catch (error) {
    // Too many aliases, or nesting that exhausts the stack.
    return one(`cannot be read: ${(error as Error).message.slice(0, 300)}`);
  }
};

/** The same for who needs a policy and nothing else. @throws StillwatchError POLICY_INVALID */
export const policyFrom = (text: string, called: string): Policy => {
  const read = readPolicy(text);
  if ('policy' in read) return read.policy;
  const [first] = read.faults;
  throw new StillwatchError(
    'POLICY_INVALID',
    `${called}:${first!.line}:${first!.column}: ${first!.code}: ${first!.path} ${first!.message}` +
      (read.faults.length > 1 ? ` (and ${read.faults.length - 1} more)` : ''),
    `\`stillwatch policy check ${called}\` lists all faults.`,
  );
};
