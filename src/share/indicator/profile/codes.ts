/** What can be wrong with an indicator of the distillation profile, beyond what is wrong with its STIX. */
import type { StixCode } from '../../stix/diagnostic.ts';

/** Every code, once. docs/reference/distillation-profile.md lists the same ones, which a test compares. */
export const PROFILE_CODES = {
  PROFILE_NOT_INDICATOR: 'The object is not an indicator.',
  PROFILE_ABSENT: 'The indicator carries no extension of the distillation profile.',
  PROFILE_SEVERAL: 'The indicator carries more than one kind of the profile, or another extension.',
  PROFILE_MISSING: 'A required property is absent.',
  PROFILE_UNKNOWN: 'The property has no place in the profile.',
  PROFILE_TYPE: 'The value is of the wrong JSON type.',
  PROFILE_RANGE: 'The number is out of its range.',
  PROFILE_FORM: 'The text does not have the form that the property needs.',
  PROFILE_NOT_ALLOWED: 'The value is not one of a closed list.',
  PROFILE_LENGTH: 'A list or text is empty or too long.',
  PROFILE_ORDER: 'A list is not sorted, or holds something twice.',
  PROFILE_PATTERN_TYPE: 'The pattern type does not fit the kind.',
  PROFILE_PATTERN_JSON: 'The pattern is not JSON, or past its bounds.',
  PROFILE_PATTERN_NOT_CANONICAL: 'The pattern is not in its one spelling (RFC 8785).',
  PROFILE_PATTERN_SHAPE: 'The STIX pattern is more than a list of addresses and systems.',
  PROFILE_BLOCK: 'The address block is too narrow, too wide, or has bits beyond its length.',
  PROFILE_TOKEN: 'The text is no blinded token.',
  PROFILE_SIGNAL: 'No signal has this name, axis and revision.',
  PROFILE_BOUNDS: 'The range is empty or open on both sides.',
  PROFILE_HOLD: 'More signals must hold than there are, or none at all.',
  PROFILE_TEMPLATE: 'The template holds something that must be a slot.',
  PROFILE_SKETCH: 'The sketch contradicts itself or the template.',
  PROFILE_K: 'The evidence is fewer accounts than the k-anonymity that is claimed.',
  PROFILE_ACTION: 'The permitted action is stronger than this kind of evidence can carry.',
  PROFILE_EXPIRY: 'The indicator has no end, or one too far away.',
  PROFILE_TECHNIQUE: 'No technique of MITRE ATLAS is named, or it is malformed.',
  PROFILE_TOO_MANY_FAULTS: 'There are more faults than are reported.',
} as const;

export type ProfileCode = keyof typeof PROFILE_CODES;

export interface ProfileDiagnostic {
  readonly code: ProfileCode | StixCode;
  /** JSON path from the object: `$.extensions["extension-definition--…"].axes.intent`. */
  readonly path: string;
  /** One sentence. It never repeats what the object holds. */
  readonly message: string;
}
