/** Turns a comparison expression into a function over one object (STIX 2.1, sections 9.6 and 9.7). */
import { RE2JS } from 're2js';
import { type AddressBlock, addressBlock, contains } from './address.ts';
import {
  type Comparison,
  isJoined,
  type ObjectPath,
  type PathStep,
  type PatternFault,
  type Test,
} from './ast.ts';
import { type Budget, spend } from './budget.ts';
import type { Observation, Seen } from './observation.ts';
import { PatternError } from './tokens.ts';
import { compareValue, holds, isBinaryName, isLike, octetsOf } from './values.ts';

/** Whether an object of an observation satisfies a comparison expression. */
export type ObjectTest = (root: Seen, observation: Observation, budget: Budget) => boolean;

/** Whether one value does. */
type ValueTest = (value: unknown, budget: Budget) => boolean;

const isReferenceName = (name: string): boolean => name.endsWith('_ref') || name.endsWith('_refs');

/** Whether any value at a path passes: `[*]` tries every item (9.7.2). */
const anyAt = (
  value: unknown,
  steps: readonly PathStep[],
  from: number,
  name: string,
  observation: Observation,
  budget: Budget,
  passes: ValueTest,
): boolean => {
  spend(budget, 1);
  const step = steps[from];
  if (step === undefined) return passes(value, budget);
  const inside = (next: unknown, called: string) =>
    anyAt(next, steps, from + 1, called, observation, budget, passes);
  if ('name' in step) {
    // 9.7.4: a step beyond a reference goes on in the object referred to, if this observation has it.
    const here =
      typeof value === 'string' && isReferenceName(name) ? observation.objects.get(value) : value;
    if (typeof here !== 'object' || here === null || Array.isArray(here)) return false;
    return Object.hasOwn(here, step.name) ? inside((here as Seen)[step.name], step.name) : false;
  }
  if (!Array.isArray(value)) return false;
  if ('index' in step) return step.index < value.length && inside(value[step.index], name);
  return value.some((item) => inside(item, name));
};

const lastName = (path: ObjectPath): string => {
  for (let i = path.steps.length - 1; i >= 0; i -= 1) {
    const step = path.steps[i]!;
    if ('name' in step) return step.name;
  }
  return '';
};

/** Text for LIKE and MATCHES: normalized (9.6.1), or octets for binary properties (9.6.4). */
const textOf = (name: string, value: unknown): string | undefined => {
  if (typeof value !== 'string') return undefined;
  return isBinaryName(name) ? octetsOf(name, value)?.octets : value.normalize('NFC');
};

const textTest =
  (name: string, cost: number, test: (text: string) => boolean): ValueTest =>
  (value, budget) => {
    const text = textOf(name, value);
    if (text === undefined) return false;
    spend(budget, 1 + (text.length >> 4) * cost);
    return test(text);
  };

const blockTest =
  (test: (block: AddressBlock) => boolean): ValueTest =>
  (value) => {
    const block = typeof value === 'string' ? addressBlock(value) : undefined;
    return block !== undefined && test(block);
  };

const regexTest = (name: string, source: string): ValueTest => {
  let regex: RE2JS;
  try {
    // 9.6.1: the search function, with DOTALL. Intentional divergence from PCRE: no back-references
    // and no look-around, because they cannot be matched in linear time.
    regex = RE2JS.compile(source, RE2JS.DOTALL);
  } catch {
    const fault: PatternFault = {
      code: 'PATTERN_REGEX',
      at: 0,
      section: '9.6.1',
      message: 'The regular expression is malformed, or uses back-references or look-around.',
    };
    throw new PatternError(fault);
  }
  return textTest(name, 1 + (source.length >> 4), (text) => regex.matcher(text).find());
};

const valueTest = (test: Test): ValueTest => {
  const name = lastName(test.path);
  if (test.kind === 'exists') return () => true;
  if (test.kind === 'in') {
    return (value, budget) => {
      spend(budget, test.values.length);
      return test.values.some((constant) => compareValue(name, value, constant) === 0);
    };
  }
  const { operator, constant } = test;
  const text = constant.kind === 'string' ? constant.value : '';
  switch (operator) {
    case 'LIKE': {
      const pattern = text.normalize('NFC');
      return textTest(name, 1 + pattern.length, (found) => isLike(found, pattern));
    }
    case 'MATCHES':
      return regexTest(name, text);
    case 'ISSUBSET': {
      const outer = addressBlock(text)!;
      return blockTest((block) => contains(outer, block));
    }
    case 'ISSUPERSET': {
      const inner = addressBlock(text)!;
      return blockTest((block) => contains(block, inner));
    }
    default:
      return (value) => holds(operator, compareValue(name, value, constant));
  }
};

const compileTest = (test: Test): ObjectTest => {
  const { type, steps } = test.path;
  const plain = valueTest(test);
  if (test.kind === 'exists') {
    return (root, observation, budget) =>
      root.type === type && anyAt(root, steps, 0, '', observation, budget, plain) !== test.negated;
  }
  // 9.6: what is not present is false, with NOT too; so NOT turns the test of each value around.
  const passes: ValueTest = test.negated ? (value, budget) => !plain(value, budget) : plain;
  return (root, observation, budget) =>
    root.type === type && anyAt(root, steps, 0, '', observation, budget, passes);
};

/** Throws `PatternError` for a regular expression that cannot be used. */
export const compileComparison = (test: Comparison): ObjectTest => {
  if (!isJoined(test)) return compileTest(test);
  const operands = test.operands.map(compileComparison);
  // 9.5: every operand is tried on the same object.
  return test.kind === 'and'
    ? (root, observation, budget) => operands.every((one) => one(root, observation, budget))
    : (root, observation, budget) => operands.some((one) => one(root, observation, budget));
};
