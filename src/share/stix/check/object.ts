/** The check of one table: each property by its kind, then the rules over several properties. */
import { quote } from '../diagnostic.ts';
import type { KindData, Rule, Table } from '../schema/kind.ts';
import { compareTimestamps, isTimestamp } from '../timestamp.ts';
import { type Check, isRecord, wrongKind } from './check.ts';
import { checkJson } from './json-value.ts';
import { NAMED_RULES } from './named-rules.ts';
import { admit, fault, faultAt, type Sink, warnAt } from './sink.ts';

/** A rule over one object, compiled. */
export type RuleCheck = (object: { readonly [key: string]: unknown }, sink: Sink) => void;

const has = (object: object, name: string): boolean => Object.hasOwn(object, name);

// 3.1 and 7.3.2: a letter, then letters, digits and underscores; 3 to 250 of them. Intentional
// divergence: capitals pass, because properties in use carry canonical names of other standards.
const PROPERTY_NAME = /^[A-Za-z][A-Za-z0-9_]{2,249}$/;

// 3.8: kept for future versions of the specification.
const RESERVED = new Set(['severity', 'username', 'phone_number', 'action']);

const COMMON = new Set([
  'type',
  'spec_version',
  'id',
  'object_marking_refs',
  'granular_markings',
  'defanged',
  'extensions',
]);

const orderRule = (
  rule: Extract<Rule, { rule: 'not-before' | 'after' }>,
  section: string,
): RuleCheck => {
  const { later, earlier } = rule;
  const equalIsFine = rule.rule === 'not-before';
  return (object, sink) => {
    const a = object[earlier];
    const b = object[later];
    // A timestamp that is none has its own fault.
    if (typeof a !== 'string' || typeof b !== 'string' || !isTimestamp(a) || !isTimestamp(b))
      return;
    const order = compareTimestamps(b, a);
    if (order < 0 || (order === 0 && !equalIsFine)) {
      const wanted = equalIsFine ? 'at or after' : 'after';
      faultAt(sink, later, 'STIX_ORDER', section, `${later} must be ${wanted} ${earlier}.`);
    }
  };
};

export const compileRule = (rule: Rule, table: Table): RuleCheck => {
  const { section } = table;
  switch (rule.rule) {
    case 'at-least-one':
      return (object, sink) => {
        if (!rule.of.some((name) => has(object, name))) {
          fault(
            sink,
            'STIX_AT_LEAST_ONE',
            section,
            `At least one of ${rule.of.join(', ')} is needed.`,
          );
        }
      };
    case 'at-most-one':
      return (object, sink) => {
        if (rule.of.filter((name) => has(object, name)).length > 1) {
          fault(
            sink,
            'STIX_REQUIRES',
            section,
            `Only one of ${rule.of.join(', ')} may be present.`,
          );
        }
      };
    case 'requires':
      return (object, sink) => {
        const missing = rule.needs.filter((name) => !has(object, name));
        if (has(object, rule.property) && missing.length > 0) {
          faultAt(
            sink,
            rule.property,
            'STIX_REQUIRES',
            section,
            `${rule.property} needs ${missing.join(' and ')}.`,
          );
        }
      };
    case 'at-least-one-of-table': {
      const own = Object.keys(table.properties).filter((name) => !COMMON.has(name));
      return (object, sink) => {
        if (!own.some((name) => has(object, name)) && !has(object, 'extensions')) {
          fault(sink, 'STIX_AT_LEAST_ONE', section, 'At least one property of its own is needed.');
        }
      };
    }
    case 'not-before':
    case 'after':
      return orderRule(rule, section);
    case 'named':
      return NAMED_RULES[rule.name];
  }
};

/** Whether names beyond the table are admitted at the top of this object, and how. */
export type Unknown = 'refuse' | 'warn' | 'allow';

/** Checks a value against a table. `unknown` says what becomes of properties it does not have. */
export const tableCheck = (
  table: Table,
  compileKind: (kind: KindData) => Check,
): ((value: unknown, sink: Sink, unknown?: Unknown) => void) => {
  const checks = new Map<string, Check>();
  const needed: string[] = [];
  for (const [name, property] of Object.entries(table.properties)) {
    checks.set(name, compileKind(property.kind));
    if (property.required) needed.push(name);
  }
  const rules = table.rules.map((rule) => compileRule(rule, table));
  return (value, sink, unknown = 'refuse') => {
    if (!isRecord(value)) {
      wrongKind(sink, table.section, 'an object', value);
      return;
    }
    for (const name of Object.keys(value)) {
      if (sink.full || !admit(sink)) return;
      sink.path.push(name);
      const check = checks.get(name);
      if (check !== undefined) check(value[name], sink);
      else checkUnknown(name, value[name], sink, table, unknown);
      sink.path.pop();
    }
    for (const name of needed) {
      if (!has(value, name)) {
        faultAt(sink, name, 'STIX_PROPERTY_MISSING', table.section, `${name} is required.`);
      }
    }
    for (const rule of rules) rule(value, sink);
  };
};

const checkUnknown = (
  name: string,
  value: unknown,
  sink: Sink,
  table: Table,
  unknown: Unknown,
): void => {
  if (unknown === 'refuse') {
    fault(sink, 'STIX_PROPERTY_UNKNOWN', table.section, `${quote(name)} is not a property here.`);
    return;
  }
  if (!PROPERTY_NAME.test(name)) {
    fault(sink, 'STIX_PROPERTY_NAME', '3.1', `${quote(name)} is not 3 to 250 of a-z, 0-9 and _.`);
    return;
  }
  if (RESERVED.has(name)) {
    fault(sink, 'STIX_PROPERTY_NAME', '3.8', `${name} is reserved for future versions.`);
    return;
  }
  if (unknown === 'warn') {
    sink.path.pop();
    warnAt(
      sink,
      name,
      'STIX_PROPERTY_UNKNOWN',
      '11.1',
      `${quote(name)} is a custom property; an extension is preferred.`,
    );
    sink.path.push(name);
  }
  checkJson(value, sink);
};
