/**
 * The language of the allow-list. A shape says all that a value may be; whatever no shape mentions is
 * refused. Every shape goes on after a fault, so that all faults are reported at once.
 */
import { closeHere, type FirewallCode, refuse, refuseAt, type Walk } from './fault.ts';

export type Shape = (value: unknown, walk: Walk) => void;

const kindOf = (value: unknown): string => {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
};

const wrongType = (walk: Walk, expected: string, value: unknown): void =>
  refuse(walk, 'FIREWALL_TYPE', `${expected} belongs here, and not ${kindOf(value)}.`);

/** Exactly one of these values. */
export const oneOf =
  (values: readonly (string | number | boolean)[]): Shape =>
  (value, walk) => {
    if (values.some((one) => one === value)) closeHere(walk);
    else
      refuse(
        walk,
        'FIREWALL_VALUE',
        values.length <= 12
          ? `Only ${values.map((one) => JSON.stringify(one)).join(', ')} may stand here.`
          : `Only one of ${values.length} listed values may stand here.`,
      );
  };

export const is = (value: string | number | boolean): Shape => oneOf([value]);

/** A text of a closed form. `test` is linear and sees at most `longest` characters. */
export const form =
  (
    says: string,
    longest: number,
    test: (text: string) => boolean,
    code: FirewallCode = 'FIREWALL_FORM',
  ): Shape =>
  (value, walk) => {
    if (typeof value !== 'string') wrongType(walk, `A text (${says})`, value);
    else if (value.length > longest)
      refuse(walk, 'FIREWALL_LENGTH', `The text is longer than ${longest} characters.`);
    else if (!test(value)) refuse(walk, code, `Only ${says} may stand here.`);
    else closeHere(walk);
  };

export const integer =
  (min: number, max: number): Shape =>
  (value, walk) => {
    if (typeof value !== 'number') wrongType(walk, 'A whole number', value);
    else if (!Number.isSafeInteger(value) || value < min || value > max)
      refuse(walk, 'FIREWALL_RANGE', `Only a whole number from ${min} to ${max} may stand here.`);
  };

/** A number of at most `digits` decimals: more would carry what nobody asked for. */
export const decimal =
  (min: number, max: number, digits: number): Shape =>
  (value, walk) => {
    if (typeof value !== 'number') wrongType(walk, 'A number', value);
    else if (!(value >= min && value <= max) || Number(value.toFixed(digits)) !== value)
      refuse(
        walk,
        'FIREWALL_RANGE',
        `Only a number from ${min} to ${max} with at most ${digits} decimals may stand here.`,
      );
  };

export const truth: Shape = (value, walk) => {
  if (typeof value !== 'boolean') wrongType(walk, 'true or false', value);
};

/** A list of `min` to `max` items, none twice. */
export const listOf =
  (item: Shape, max: number, min = 1): Shape =>
  (value, walk) => {
    if (!Array.isArray(value)) {
      wrongType(walk, 'A list', value);
      return;
    }
    if (value.length < min || value.length > max)
      refuse(walk, 'FIREWALL_LENGTH', `A list of ${min} to ${max} may stand here.`);
    const seen = new Set<unknown>();
    for (const [i, one] of value.slice(0, max).entries()) {
      walk.path.push(i);
      if (seen.has(one)) refuse(walk, 'FIREWALL_VALUE', 'The same stands in the list before.');
      seen.add(one);
      item(one, walk);
      walk.path.pop();
    }
  };

export interface Fields {
  readonly [name: string]: Shape;
}

export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' &&
  value !== null &&
  !Array.isArray(value) &&
  // A parsed value has Object's own prototype; anything else has members that no check would see.
  Object.getPrototypeOf(value) === Object.prototype;

/** Exactly these properties: the first set must be there, the second may be. */
export const objectOf = (required: Fields, optional: Fields = {}): Shape => {
  const fields = new Map([...Object.entries(required), ...Object.entries(optional)]);
  const needed = Object.keys(required);
  return (value, walk) => {
    if (!isObject(value)) {
      wrongType(walk, 'An object', value);
      return;
    }
    for (const name of Object.keys(value)) {
      const shape = fields.get(name);
      if (shape === undefined) {
        refuseAt(walk, name, 'FIREWALL_PROPERTY', 'No property of this name may leave.');
        continue;
      }
      walk.path.push(name);
      shape(value[name], walk);
      walk.path.pop();
    }
    for (const name of needed)
      if (!Object.hasOwn(value, name))
        refuseAt(
          walk,
          name,
          'FIREWALL_MISSING',
          'Without this property the object does not leave.',
        );
  };
};

/** Several checks of one value; each reports what it finds. */
export const allOf =
  (...shapes: readonly Shape[]): Shape =>
  (value, walk) => {
    for (const shape of shapes) shape(value, walk);
  };

/** A further check of an object that is known to be one. */
export const rule =
  (check: (object: Readonly<Record<string, unknown>>, walk: Walk) => void): Shape =>
  (value, walk) => {
    if (isObject(value)) check(value, walk);
  };
