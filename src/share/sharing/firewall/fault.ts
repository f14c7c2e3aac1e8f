/** Why something may not leave: coded, with its place, and one sentence that never repeats the content. */
import { jsonPath } from '../../stix/diagnostic.ts';

/** Every code of a refusal, once. `docs/reference/firewall.md` lists the same ones; a test ties them. */
export const FIREWALL_CODES = {
  FIREWALL_KIND: 'Objects of this kind do not leave.',
  FIREWALL_PROPERTY: 'The property is not one that may leave.',
  FIREWALL_MISSING: 'A property without which nobody can judge the object is absent.',
  FIREWALL_TYPE: 'The value is of the wrong JSON type.',
  FIREWALL_VALUE: 'The value is not one of a closed list.',
  FIREWALL_FORM: 'The text does not have the closed form that this place demands.',
  FIREWALL_RANGE: 'The number is out of its range, or finer than its buckets.',
  FIREWALL_LENGTH: 'The text or list is longer, or shorter, than may leave.',
  FIREWALL_WORD: 'A template holds a word that is not in the published vocabulary.',
  FIREWALL_TEMPLATE: 'A template is not made of words, slots and marks.',
  FIREWALL_BLOCK: 'An address block is finer than may leave, or wider than can be meant.',
  FIREWALL_TOKEN: 'An identifier is not a blinded token.',
  FIREWALL_HASH: 'A plain hash stands where nothing of that kind may be.',
  FIREWALL_PATTERN: 'The pattern compares something that may not leave.',
  FIREWALL_PROFILE: 'The indicator is not one of the distillation profile.',
  FIREWALL_EXTENSION: 'The extension is not one that may leave.',
  FIREWALL_REFERENCE: 'The reference is not an identifier of a kind that may leave.',
  FIREWALL_MARKING:
    'A marking is not a level of TLP or a sharing group, or no level is among them.',
  FIREWALL_ORDER: 'Two values contradict each other.',
  FIREWALL_HUB_ONLY: 'Only the hub itself says who it is.',
  FIREWALL_NAME: 'A property has a name that no JSON object should have.',
  FIREWALL_DEPTH: 'Values are nested more deeply than anything that may leave.',
  FIREWALL_SIZE: 'The object is larger than anything that may leave.',
  FIREWALL_EMAIL: 'It contains an e-mail address.',
  FIREWALL_PHONE: 'It contains a telephone number.',
  FIREWALL_ACCOUNT_NUMBER: 'It contains a card or bank account number.',
  FIREWALL_MONEY: 'It contains an amount of money.',
  FIREWALL_SECRET: 'It contains what looks like a key or password.',
  FIREWALL_BLOB: 'It contains encoded bytes of unknown content.',
  FIREWALL_NUMBERS: 'It contains a list of numbers.',
  FIREWALL_URL: 'It contains a web address.',
  FIREWALL_LOOKALIKE: 'It mixes alphabets, so that one letter may pass for another.',
  FIREWALL_INVISIBLE: 'It contains characters that nobody sees.',
  FIREWALL_FAULTS: 'There are more faults than are listed.',
} as const;

export type FirewallCode = keyof typeof FIREWALL_CODES;

export interface FirewallFault {
  readonly code: FirewallCode;
  /** JSON path from the object: `$.extensions["…"].action`. */
  readonly path: string;
  readonly sentence: string;
}

/** Faults that are listed; what follows them is one fault that says so. */
const LISTED = 100;

/** Where a check is, and what it has found. */
export interface Walk {
  readonly path: (string | number)[];
  readonly faults: FirewallFault[];
  /** Places whose text was found to have a machine's closed form: detectors for prose would misread it. */
  readonly closed: Set<string>;
}

export const newWalk = (): Walk => ({ path: [], faults: [], closed: new Set() });

export const closeHere = ({ path, closed }: Walk): void => {
  closed.add(path.join('\0'));
};
export const isClosed = ({ path, closed }: Walk): boolean => closed.has(path.join('\0'));

export const refuseAtPath = (
  { faults }: Walk,
  path: string,
  code: FirewallCode,
  sentence: string,
): void => {
  if (faults.length > LISTED) return;
  faults.push(
    faults.length < LISTED
      ? { code, path, sentence }
      : { code: 'FIREWALL_FAULTS', path: '$', sentence: 'There are more faults than these.' },
  );
};

/** A name that no schema has may be content itself, and a path is kept as a record. */
const shown = (step: string | number): string | number =>
  typeof step === 'number' || /^(?:[a-z0-9_]{1,40}|extension-definition--[0-9a-f-]{36})$/.test(step)
    ? step
    : '…';

export const refuse = (walk: Walk, code: FirewallCode, sentence: string): void =>
  refuseAtPath(walk, jsonPath(walk.path.map(shown)), code, sentence);

export const refuseAt = (
  walk: Walk,
  step: string | number,
  code: FirewallCode,
  sentence: string,
): void => {
  walk.path.push(step);
  refuse(walk, code, sentence);
  walk.path.pop();
};
