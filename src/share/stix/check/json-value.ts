/** Any JSON, where the specification says nothing more: bounded in depth and number, and sound text. */
import { isRecord } from './check.ts';
import { admit, fault, type Sink } from './sink.ts';

const textFault = (sink: Sink): void =>
  fault(sink, 'STIX_TEXT', '2.15', 'The text holds half of a surrogate pair.');

export const checkJson = (value: unknown, sink: Sink): void => {
  switch (typeof value) {
    case 'string':
      if (!value.isWellFormed()) textFault(sink);
      return;
    case 'boolean':
      return;
    case 'number':
      if (!Number.isFinite(value)) fault(sink, 'STIX_RANGE', '2.6', 'Expected a finite number.');
      return;
    case 'object':
      break;
    default:
      fault(sink, 'STIX_KIND', '2', `JSON has no ${typeof value}.`);
      return;
  }
  if (value === null) {
    // 2: no type of STIX holds null; a property without value is left out.
    fault(sink, 'STIX_KIND', '2', 'null is not a value; leave the property out.');
    return;
  }
  if (sink.path.length >= sink.bounds.maxDepth) {
    fault(sink, 'STIX_TOO_DEEP', '2', `Nested deeper than ${sink.bounds.maxDepth} levels.`);
    return;
  }
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length && !sink.full; i += 1) {
      if (!admit(sink)) return;
      sink.path.push(i);
      checkJson(value[i], sink);
      sink.path.pop();
    }
  } else if (isRecord(value)) {
    for (const key of Object.keys(value)) {
      if (sink.full || !admit(sink)) return;
      sink.path.push(key);
      if (!key.isWellFormed()) textFault(sink);
      else if (key === '__proto__') {
        fault(sink, 'STIX_PROPERTY_NAME', '3.1', 'A property cannot be named __proto__.');
      }
      checkJson(value[key], sink);
      sink.path.pop();
    }
  }
};
