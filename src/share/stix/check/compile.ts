/** Turns the tables of `../schema/` into checks: each kind becomes one closure, compiled once. */
import { quote } from '../diagnostic.ts';
import { splitIdentifier } from '../identifier.ts';
import type { KindData } from '../schema/kind.ts';
import { OPEN_VOCABULARIES } from '../schema/vocabularies.ts';
import { fractionDigits, timestampFault } from '../timestamp.ts';
import { type Check, wrongKind } from './check.ts';
import { dictionaryCheck, hashesCheck, listCheck } from './collections.ts';
import { extensionsCheck } from './extensions.ts';
import { FORMS } from './forms.ts';
import { checkJson } from './json-value.ts';
import { tableCheck } from './object.ts';
import { fault, type Sink, warn } from './sink.ts';

/** 2.15: a string is Unicode; half of a surrogate pair is none. */
const textCheck =
  (section: string, then: (text: string, sink: Sink) => void): Check =>
  (value, sink) => {
    if (typeof value !== 'string') wrongKind(sink, section, 'a string', value);
    else if (!value.isWellFormed()) {
      fault(sink, 'STIX_TEXT', '2.15', 'The text holds half of a surrogate pair.');
    } else then(value, sink);
  };

const stringCheck = (kind: Extract<KindData, { kind: 'string' }>): Check => {
  const { equals, form } = kind;
  if (equals !== undefined) {
    return textCheck('2.15', (text, sink) => {
      if (text !== equals) {
        fault(sink, 'STIX_NOT_ALLOWED', '3.2', `Expected "${equals}", found ${quote(text)}.`);
      }
    });
  }
  if (form === undefined) return textCheck('2.15', () => {});
  const { says, test } = FORMS[form];
  return textCheck('2.15', (text, sink) => {
    if (!test(text)) fault(sink, 'STIX_FORM', '2.15', `Expected ${says}, found ${quote(text)}.`);
  });
};

const numberCheck =
  (kind: Extract<KindData, { kind: 'integer' | 'float' }>): Check =>
  (value, sink) => {
    const whole = kind.kind === 'integer';
    const section = whole ? '2.10' : '2.6';
    const { min, max } = kind;
    if (typeof value !== 'number') {
      wrongKind(sink, section, whole ? 'an integer' : 'a number', value);
    } else if (whole ? !Number.isSafeInteger(value) : !Number.isFinite(value)) {
      // 2.10: beyond ±(2^53 − 1) an integer is not the same number for every reader.
      fault(
        sink,
        'STIX_RANGE',
        section,
        whole ? 'Expected an integer within ±(2^53 − 1).' : 'Expected a finite number.',
      );
    } else if ((min !== undefined && value < min) || (max !== undefined && value > max)) {
      const bounds = [min === undefined ? '' : `from ${min}`, max === undefined ? '' : `to ${max}`];
      fault(sink, 'STIX_RANGE', section, `Expected ${bounds.join(' ').trim()}, found ${value}.`);
    }
  };

const timestampCheck = (milliseconds: boolean): Check =>
  textCheck('2.16', (text, sink) => {
    const wrong = timestampFault(text);
    if (wrong !== undefined) fault(sink, 'STIX_TIMESTAMP', '2.16', `${quote(text)} ${wrong}.`);
    else if (milliseconds && fractionDigits(text) < 3) {
      fault(
        sink,
        'STIX_TIMESTAMP',
        '3.2',
        `${quote(text)} needs at least three digits of a second.`,
      );
    }
  });

// RFC 4648, section 4: groups of four, padded. Linear.
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
const HEX = /^(?:[0-9a-fA-F]{2})+$/;

const binaryCheck: Check = textCheck('2.1', (text, sink) => {
  if (!BASE64.test(text)) fault(sink, 'STIX_FORM', '2.1', 'Expected base64 with padding.');
});

const hexCheck: Check = textCheck('2.8', (text, sink) => {
  if (!HEX.test(text)) {
    fault(sink, 'STIX_FORM', '2.8', `Expected pairs of hexadecimal digits, found ${quote(text)}.`);
  } else if (/[A-F]/.test(text)) {
    // Intentional divergence: 2.8 wants lower case, and an example in 6.6 has capitals.
    warn(sink, 'STIX_FORM', '2.8', 'Hexadecimal digits are written in lower case.');
  }
});

const enumCheck = (values: readonly string[]): Check => {
  const allowed = new Set(values);
  return textCheck('2.4', (text, sink) => {
    if (!allowed.has(text)) {
      fault(
        sink,
        'STIX_NOT_ALLOWED',
        '2.4',
        `Expected one of ${values.join(', ')}; found ${quote(text)}.`,
      );
    }
  });
};

const vocabularyCheck = (name: keyof typeof OPEN_VOCABULARIES): Check => {
  const suggested = new Set(OPEN_VOCABULARIES[name].split(' '));
  return textCheck('2.14', (text, sink) => {
    if (text === '') fault(sink, 'STIX_EMPTY', '2.14', `A value of ${name} cannot be empty.`);
    // 2.14: values outside the vocabulary are allowed, those inside it preferred.
    else if (!suggested.has(text)) {
      warn(sink, 'STIX_VOCABULARY', '2.14', `${quote(text)} is not a value of ${name}.`);
    }
  });
};

const identifierCheck = (to: readonly string[] | undefined): Check => {
  const allowed = to === undefined ? undefined : new Set(to);
  return textCheck('2.9', (text, sink) => {
    const parts = splitIdentifier(text);
    if (parts === undefined) {
      fault(
        sink,
        'STIX_IDENTIFIER',
        '2.9',
        `${quote(text)} is not a type, two hyphens and a lower-case RFC 4122 UUID.`,
      );
    } else if (allowed !== undefined && !allowed.has(parts.type)) {
      fault(
        sink,
        'STIX_REFERENCE',
        '2.9',
        `Expected an identifier of ${[...allowed].join(' or ')}, found ${quote(parts.type)}.`,
      );
    }
  });
};

const booleanCheck: Check = (value, sink) => {
  if (typeof value !== 'boolean') wrongKind(sink, '2.2', 'true or false', value);
};

/** The check of a kind. */
export const compileKind = (kind: KindData): Check => {
  switch (kind.kind) {
    case 'boolean':
      return booleanCheck;
    case 'integer':
    case 'float':
      return numberCheck(kind);
    case 'string':
      return stringCheck(kind);
    case 'timestamp':
      return timestampCheck(kind.milliseconds === true);
    case 'binary':
      return binaryCheck;
    case 'hex':
      return hexCheck;
    case 'hashes':
      return hashesCheck;
    case 'dictionary':
      return dictionaryCheck(kind.of === undefined ? checkJson : compileKind(kind.of));
    case 'enum':
      return enumCheck(kind.values);
    case 'vocabulary':
      return vocabularyCheck(kind.name);
    case 'identifier':
      return identifierCheck(kind.to);
    case 'list':
      return listCheck(compileKind(kind.of));
    case 'object':
      return tableCheck(kind.table, compileKind);
    case 'extensions':
      return extensionsCheck(kind.known, compileKind);
    case 'json':
      return checkJson;
  }
};
