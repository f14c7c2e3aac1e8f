/** What is wrong with a STIX object: coded, with the path to it, and the section it breaks. */

/**
 * Every code, once. `docs/reference/stix.md` lists the same ones; a test fails when the two differ.
 */
export const STIX_CODES = {
  STIX_NOT_AN_OBJECT: 'A JSON object was expected.',
  STIX_TYPE_MALFORMED: 'The type is not a lower-case name of 3 to 250 characters.',
  STIX_TYPE_UNKNOWN: 'The type is not one of STIX 2.1, and no extension declares it.',
  STIX_PROPERTY_MISSING: 'A required property is absent.',
  STIX_PROPERTY_UNKNOWN: 'The property is not defined for this object.',
  STIX_PROPERTY_NAME: 'The name of the property is malformed or reserved.',
  STIX_KIND: 'The value is of the wrong JSON type.',
  STIX_RANGE: 'The number is out of its range.',
  STIX_FORM: 'The text does not have the form that the property needs.',
  STIX_NOT_ALLOWED: 'The value is not one of a closed list.',
  STIX_VOCABULARY: 'The value is not one that the open vocabulary suggests.',
  STIX_EMPTY: 'A list or dictionary is empty.',
  STIX_IDENTIFIER: 'The identifier is not a type, two hyphens and an RFC 4122 UUID.',
  STIX_REFERENCE: 'The reference points at an object of a type that is not allowed here.',
  STIX_TIMESTAMP: 'The timestamp is not a valid RFC 3339 time in UTC.',
  STIX_ORDER: 'Two timestamps are in the wrong order.',
  STIX_REQUIRES: 'A property needs, or forbids, another one.',
  STIX_AT_LEAST_ONE: 'None of a group of properties is present.',
  STIX_HASH: 'The hash does not have the length and alphabet of its algorithm.',
  STIX_DICTIONARY_KEY: 'The key of a dictionary is malformed.',
  STIX_SELECTOR: 'The selector is malformed or selects nothing in this object.',
  STIX_MARKING: 'The marking contradicts the definition it stands for.',
  STIX_EXTENSION: 'The extension is malformed or not declared.',
  STIX_PATTERN: 'The pattern cannot be parsed.',
  STIX_RELATIONSHIP: 'The relationship joins objects that it should not.',
  STIX_DEPRECATED: 'The property is deprecated.',
  STIX_DUPLICATE: 'The same version of an object occurs twice with different content.',
  STIX_TEXT: 'The text holds half of a surrogate pair.',
  STIX_TOO_DEEP: 'Values are nested too deeply.',
  STIX_TOO_LARGE: 'The object holds too many values.',
  STIX_TOO_MANY_FAULTS: 'There are more faults than are reported.',
} as const;

export type StixCode = keyof typeof STIX_CODES;

export interface Diagnostic {
  readonly code: StixCode;
  /** Where, as a JSON path from the object: `$.external_references[0].url`. */
  readonly path: string;
  /** Section of STIX 2.1 (Errata 01, 2 April 2025) that is broken. */
  readonly section: string;
  /** One sentence for a person. It quotes at most 80 characters of input. */
  readonly message: string;
}

const PLAIN_KEY = /^[A-Za-z_][A-Za-z0-9_]*$/;
const LONGEST_KEY = 64;
const LONGEST_QUOTE = 80;

/** Input quoted in a message: bounded, and in JSON's escapes. */
export const quote = (text: string): string =>
  JSON.stringify(text.length > LONGEST_QUOTE ? `${text.slice(0, LONGEST_QUOTE)}…` : text);

export const jsonPath = (steps: readonly (string | number)[]): string => {
  let path = '$';
  for (const step of steps) {
    if (typeof step === 'number') path += `[${step}]`;
    else if (PLAIN_KEY.test(step) && step.length <= LONGEST_KEY) path += `.${step}`;
    else path += `[${quote(step)}]`;
  }
  return path;
};
