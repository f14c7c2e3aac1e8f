/** Writes a pattern as text. `parsePattern(printPattern(p))` is `p` again. */
import {
  type Comparison,
  type Constant,
  isJoined,
  type ObjectPath,
  type Pattern,
  type Qualifier,
} from './ast.ts';

const quoted = (text: string): string => `'${text.replace(/[\\']/g, '\\$&')}'`;

const PLAIN = /^[A-Za-z_][A-Za-z0-9_]*$/;

const PREFIX = { hex: 'h', binary: 'b', timestamp: 't' } as const;

export const printConstant = (constant: Constant): string => {
  switch (constant.kind) {
    case 'string':
      return quoted(constant.value);
    case 'boolean':
      return String(constant.value);
    case 'integer':
    case 'float':
      return constant.text;
    default:
      return `${PREFIX[constant.kind]}'${constant.text}'`;
  }
};

export const printPath = (path: ObjectPath): string => {
  let text = `${path.type}:`;
  path.steps.forEach((step, i) => {
    if ('index' in step) text += `[${step.index}]`;
    else if ('every' in step) text += '[*]';
    else {
      // `h`, `b` and `t` before an apostrophe would begin a constant, so only plain names go bare.
      text += `${i === 0 ? '' : '.'}${PLAIN.test(step.name) ? step.name : quoted(step.name)}`;
    }
  });
  return text;
};

const printTest = (test: Comparison): string => {
  if (isJoined(test)) {
    const word = test.kind === 'and' ? ' AND ' : ' OR ';
    return test.operands
      .map((operand) => {
        const tighter = test.kind === 'or' && operand.kind === 'and';
        return isJoined(operand) && !tighter ? `(${printTest(operand)})` : printTest(operand);
      })
      .join(word);
  }
  const not = test.negated ? 'NOT ' : '';
  if (test.kind === 'exists') return `${not}EXISTS ${printPath(test.path)}`;
  if (test.kind === 'in') {
    return `${printPath(test.path)} ${not}IN (${test.values.map(printConstant).join(', ')})`;
  }
  return `${printPath(test.path)} ${not}${test.operator} ${printConstant(test.constant)}`;
};

const printQualifier = (qualifier: Qualifier): string => {
  switch (qualifier.kind) {
    case 'within':
      return `WITHIN ${qualifier.seconds} SECONDS`;
    case 'repeats':
      return `REPEATS ${qualifier.times} TIMES`;
    case 'start-stop':
      return `START t'${qualifier.start}' STOP t'${qualifier.stop}'`;
  }
};

/** Rank of an operator; a tighter one needs no parentheses inside a looser one (9.5.3). */
const RANK = { followedby: 0, or: 1, and: 2, qualified: 3, observation: 4 } as const;

const WORD = { followedby: ' FOLLOWEDBY ', or: ' OR ', and: ' AND ' } as const;

export const printPattern = (pattern: Pattern): string => {
  if (pattern.kind === 'observation') return `[${printTest(pattern.test)}]`;
  const inside = (operand: Pattern): string => {
    const text = printPattern(operand);
    return RANK[operand.kind] > RANK[pattern.kind] ? text : `(${text})`;
  };
  if (pattern.kind === 'qualified') {
    return [inside(pattern.operand), ...pattern.qualifiers.map(printQualifier)].join(' ');
  }
  return pattern.operands.map(inside).join(WORD[pattern.kind]);
};
