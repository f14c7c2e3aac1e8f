/** Parses comparison expressions and object paths (STIX 2.1, sections 9.6 and 9.7). */
import { quote } from '../diagnostic.ts';
import { isTypeName } from '../identifier.ts';
import { addressBlock } from './address.ts';
import {
  type Comparison,
  type Constant,
  isJoined,
  type ObjectPath,
  type OrderOperator,
  type PathStep,
  type TextOperator,
} from './ast.ts';
import { accept, type Cursor, expect, nested, peek, sees, take, unexpected } from './cursor.ts';
import { failAt } from './tokens.ts';

const ORDER = new Set<string>(['=', '!=', '<', '<=', '>', '>=']);
const TEXT = new Set<string>(['LIKE', 'MATCHES', 'ISSUBSET', 'ISSUPERSET']);
const PROPERTY = /^[A-Za-z_][A-Za-z0-9_]*$/;
const MAX_INDEX = 1_000_000;

const parseName = (cursor: Cursor): PathStep => {
  const token = take(cursor);
  if (token.kind === 'string' && token.text !== '') return { name: token.text };
  if (token.kind === 'word' && PROPERTY.test(token.text)) return { name: token.text };
  if (token.kind === 'word') {
    // 9.7: names with a hyphen or full stop are enclosed in apostrophes.
    failAt(
      'PATTERN_NAME',
      token.at,
      '9.7',
      `${quote(token.text)} must be enclosed in apostrophes.`,
    );
  }
  return failAt('PATTERN_NAME', token.at, '9.7', 'Expected the name of a property.');
};

const parseIndex = (cursor: Cursor): PathStep => {
  if (accept(cursor, '*')) return { every: true };
  const token = take(cursor);
  const index = token.kind === 'integer' ? Number(token.text) : -1;
  if (index < 0 || index > MAX_INDEX || token.text.startsWith('-')) {
    failAt('PATTERN_NAME', token.at, '9.7.2', `Expected an index from 0 to ${MAX_INDEX} or *.`);
  }
  return { index };
};

export const parsePath = (cursor: Cursor): ObjectPath => {
  const type = take(cursor);
  if (type.kind !== 'word' || !isTypeName(type.text)) {
    failAt(
      'PATTERN_NAME',
      type.at,
      '9.7',
      `Expected the type of an object, found ${quote(type.text)}.`,
    );
  }
  expect(cursor, ':', '9.7');
  const steps = [parseName(cursor)];
  for (;;) {
    if (accept(cursor, '.')) steps.push(parseName(cursor));
    else if (accept(cursor, '[')) {
      steps.push(parseIndex(cursor));
      expect(cursor, ']', '9.7.2');
    } else return { type: type.text, steps };
  }
};

const parseConstant = (cursor: Cursor): Constant => {
  const token = take(cursor);
  switch (token.kind) {
    case 'string':
      return { kind: 'string', value: token.text };
    case 'integer':
      if (!Number.isSafeInteger(Number(token.text))) {
        failAt('PATTERN_CONSTANT', token.at, '2.10', 'An integer is within ±(2^53 − 1).');
      }
      return { kind: 'integer', text: token.text };
    case 'float':
      if (!Number.isFinite(Number(token.text))) {
        failAt('PATTERN_CONSTANT', token.at, '2.6', 'The number is too large.');
      }
      return { kind: 'float', text: token.text };
    case 'hex':
    case 'binary':
    case 'timestamp':
      return { kind: token.kind, text: token.text };
    case 'word':
      if (token.text === 'true' || token.text === 'false') {
        return { kind: 'boolean', value: token.text === 'true' };
      }
      break;
  }
  cursor.next -= 1;
  return unexpected(cursor, 'a constant', '9.2');
};

const familyOf = (constant: Constant): string =>
  constant.kind === 'float' ? 'integer' : constant.kind;

const parseSet = (cursor: Cursor): readonly Constant[] => {
  const { at } = peek(cursor);
  expect(cursor, '(', '9.6.1');
  const values = [parseConstant(cursor)];
  while (accept(cursor, ',')) values.push(parseConstant(cursor));
  expect(cursor, ')', '9.6.1');
  if (new Set(values.map(familyOf)).size > 1) {
    failAt('PATTERN_CONSTANT', at, '9.6.1', 'The constants of a set are of one kind.');
  }
  return values;
};

const parseTest = (cursor: Cursor): Comparison => {
  const before = accept(cursor, 'NOT');
  if (accept(cursor, 'EXISTS')) {
    return { kind: 'exists', path: parsePath(cursor), negated: before };
  }
  if (before) unexpected(cursor, '"EXISTS"', '9.6.1');
  const path = parsePath(cursor);
  const negated = accept(cursor, 'NOT');
  if (accept(cursor, 'IN')) return { kind: 'in', path, negated, values: parseSet(cursor) };
  const token = peek(cursor);
  if (token.kind === 'symbol' && ORDER.has(token.text)) {
    cursor.next += 1;
    const { at } = peek(cursor);
    const constant = parseConstant(cursor);
    if (constant.kind === 'boolean' && token.text !== '=' && token.text !== '!=') {
      failAt('PATTERN_CONSTANT', at, '9.6.1', 'Booleans have no order.');
    }
    return { kind: 'compare', path, negated, operator: token.text as OrderOperator, constant };
  }
  if (token.kind === 'word' && TEXT.has(token.text)) {
    cursor.next += 1;
    const operator = token.text as TextOperator;
    const { at } = peek(cursor);
    const constant = parseConstant(cursor);
    checkText(operator, constant, at);
    return { kind: 'compare', path, negated, operator, constant };
  }
  return unexpected(cursor, 'a comparison operator', '9.6.1');
};

const checkText = (operator: TextOperator, constant: Constant, at: number): void => {
  if (constant.kind !== 'string') {
    failAt('PATTERN_CONSTANT', at, '9.6.1', `${operator} takes a string.`);
  } else if (operator.startsWith('IS') && addressBlock(constant.value) === undefined) {
    failAt('PATTERN_CONSTANT', at, '9.6.1', `${operator} takes an IP address or CIDR block.`);
  }
};

const parsePrimary = (cursor: Cursor): Comparison =>
  accept(cursor, '(') ? nested(cursor, '9.6', () => parseComparison(cursor)) : parseTest(cursor);

/** Types of object that can satisfy an expression. Empty for AND between different types. */
const typesOf = (test: Comparison): ReadonlySet<string> => {
  if (!isJoined(test)) return new Set([test.path.type]);
  const types = new Set<string>();
  test.operands.forEach((operand, i) => {
    const own = typesOf(operand);
    if (test.kind === 'or' || i === 0) for (const type of own) types.add(type);
    else for (const type of types) if (!own.has(type)) types.delete(type);
  });
  return types;
};

const parseAnd = (cursor: Cursor): Comparison => {
  const { at } = peek(cursor);
  const operands = [parsePrimary(cursor)];
  while (accept(cursor, 'AND')) operands.push(parsePrimary(cursor));
  if (operands.length === 1) return operands[0]!;
  const test: Comparison = { kind: 'and', operands };
  // 9.5: all operands of AND must be satisfiable with the same object.
  if (typesOf(test).size === 0) {
    failAt('PATTERN_TYPES', at, '9.5', 'Comparisons joined by AND start from one type of object.');
  }
  return test;
};

/** 9.5.3: AND binds more tightly than OR. */
export const parseComparison = (cursor: Cursor): Comparison => {
  const operands = [parseAnd(cursor)];
  while (sees(cursor, 'OR')) {
    cursor.next += 1;
    operands.push(parseAnd(cursor));
  }
  return operands.length === 1 ? operands[0]! : { kind: 'or', operands };
};
