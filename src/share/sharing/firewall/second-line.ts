/** Looks into every text, name and list of an object, whatever the allow-list made of its place. */
import { DETECTORS, LONGEST_SCANNED } from './detectors.ts';
import { isClosed, refuse, type Walk } from './fault.ts';

/** Deeper than the deepest object that may leave. */
const DEEPEST = 12;
const MOST_NUMBERS = 16;
const LONGEST_NAME = 100;
/** Names that reach the machinery of JavaScript where an object is built without care. */
const DANGEROUS = new Set(['__proto__', 'constructor', 'prototype']);

const look = (text: string, walk: Walk): void => {
  if (!text.isWellFormed()) refuse(walk, 'FIREWALL_INVISIBLE', 'It holds half a character.');
  const seen = text.slice(0, LONGEST_SCANNED);
  for (const { code, sentence, finds } of DETECTORS) if (finds(seen)) refuse(walk, code, sentence);
};

const lookAtName = (name: string, top: boolean, walk: Walk): void => {
  if (DANGEROUS.has(name) || name.length > LONGEST_NAME || !/^[\x21-\x7e]*$/.test(name))
    refuse(walk, 'FIREWALL_NAME', 'No property that may leave has such a name.');
  if (name === 'extensions' && !top)
    refuse(walk, 'FIREWALL_EXTENSION', 'An extension inside another does not leave.');
};

export const secondLine = (value: unknown, walk: Walk, depth = 0): void => {
  if (depth > DEEPEST) refuse(walk, 'FIREWALL_DEPTH', 'It is nested too deeply.');
  else if (typeof value === 'string') {
    if (!isClosed(walk)) look(value, walk);
  } else if (Array.isArray(value)) {
    if (value.filter((one) => typeof one === 'number').length > MOST_NUMBERS)
      refuse(walk, 'FIREWALL_NUMBERS', `It is a list of more than ${MOST_NUMBERS} numbers.`);
    for (const [i, one] of value.entries()) {
      walk.path.push(i);
      secondLine(one, walk, depth + 1);
      walk.path.pop();
    }
  } else if (typeof value === 'object' && value !== null) {
    for (const name of Object.keys(value)) {
      walk.path.push(name);
      lookAtName(name, depth === 0, walk);
      secondLine((value as Readonly<Record<string, unknown>>)[name], walk, depth + 1);
      walk.path.pop();
    }
  }
};
