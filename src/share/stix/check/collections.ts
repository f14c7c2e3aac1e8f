/** Lists, dictionaries and hashes (STIX 2.1, sections 2.12, 2.3 and 2.7). */
import { quote } from '../diagnostic.ts';
import { type Check, isRecord, wrongKind } from './check.ts';
import { isAlgorithmName, isHashValue, isKnownAlgorithm } from './hashes.ts';
import { admit, fault, faultAt, type Sink, warnAt } from './sink.ts';

// 2.3: ASCII letters, digits, hyphen and underscore, at most 250 of them.
const DICTIONARY_KEY = /^[A-Za-z0-9_-]{1,250}$/;

export const isDictionaryKey = (key: string): boolean =>
  DICTIONARY_KEY.test(key) && key !== '__proto__';

export const listCheck =
  (item: Check): Check =>
  (value, sink) => {
    if (!Array.isArray(value)) {
      wrongKind(sink, '2.12', 'a list', value);
      return;
    }
    // 2.12: a property without values is left out, never written as an empty list.
    if (value.length === 0) fault(sink, 'STIX_EMPTY', '2.12', 'The list is empty.');
    for (let i = 0; i < value.length && !sink.full; i += 1) {
      if (!admit(sink)) return;
      sink.path.push(i);
      item(value[i], sink);
      sink.path.pop();
    }
  };

const eachEntry = (
  value: unknown,
  sink: Sink,
  section: string,
  see: (key: string, item: unknown) => void,
): void => {
  if (!isRecord(value)) {
    wrongKind(sink, section, 'a dictionary', value);
    return;
  }
  const keys = Object.keys(value);
  if (keys.length === 0) fault(sink, 'STIX_EMPTY', section, 'The dictionary is empty.');
  for (const key of keys) {
    if (sink.full || !admit(sink)) return;
    see(key, value[key]);
  }
};

export const dictionaryCheck =
  (item: Check): Check =>
  (value, sink) =>
    eachEntry(value, sink, '2.3', (key, held) => {
      sink.path.push(key);
      if (!isDictionaryKey(key)) {
        fault(
          sink,
          'STIX_DICTIONARY_KEY',
          '2.3',
          `${quote(key)} is not 1 to 250 of a-z, A-Z, 0-9, - and _.`,
        );
      }
      item(held, sink);
      sink.path.pop();
    });

export const hashesCheck: Check = (value, sink) =>
  eachEntry(value, sink, '2.7', (algorithm, hash) => {
    if (!isAlgorithmName(algorithm)) {
      faultAt(
        sink,
        algorithm,
        'STIX_DICTIONARY_KEY',
        '2.7',
        `${quote(algorithm)} cannot name a hash.`,
      );
    } else if (typeof hash !== 'string') {
      sink.path.push(algorithm);
      wrongKind(sink, '2.7', 'a string', hash);
      sink.path.pop();
    } else if (!isKnownAlgorithm(algorithm)) {
      warnAt(
        sink,
        algorithm,
        'STIX_VOCABULARY',
        '2.7',
        `${quote(algorithm)} is not a value of hash-algorithm-ov.`,
      );
      if (!hash.isWellFormed()) {
        faultAt(sink, algorithm, 'STIX_TEXT', '2.15', 'The text holds half of a surrogate pair.');
      }
    } else if (!isHashValue(algorithm, hash)) {
      faultAt(sink, algorithm, 'STIX_HASH', '10.7', `${quote(hash)} is not a ${algorithm} value.`);
    }
  });
