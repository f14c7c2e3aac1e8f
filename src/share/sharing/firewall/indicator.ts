/**
 * The allow-list for indicators: those of the distillation profile, which is closed itself, and what
 * leaving demands beyond it: coarse numbers, published words, and no fine times.
 */
import { EXTENSION_IDS, kindOfExtension } from '../../indicator/profile/extension-definitions.ts';
import {
  type DistillationIndicator,
  parseDistillationIndicator,
} from '../../indicator/profile/indicator.ts';
import type { FingerprintPattern } from '../../indicator/profile/pattern.ts';
import { contributed, inOrder, MAY } from './common.ts';
import { DETECTORS } from './detectors.ts';
import { type FirewallCode, refuse, refuseAtPath, type Walk } from './fault.ts';
import { timestamp } from './forms.ts';
import { allOf, objectOf, oneOf, type Shape } from './shape.ts';
import { template } from './template.ts';

/** What the profile checks to the last character is not checked a second time here. */
const byProfile: Shape = () => {};

const frame: Shape = allOf(
  objectOf(
    {
      ...contributed('indicator'),
      pattern: byProfile,
      pattern_type: oneOf(['stix', 'stillwatch']),
      pattern_version: oneOf(['2.1', '1']),
      indicator_types: byProfile,
      valid_from: timestamp,
      valid_until: timestamp,
      external_references: byProfile,
      extensions: byProfile,
    },
    { ...MAY, name: byProfile },
  ),
  inOrder('created', 'modified'),
  inOrder('valid_from', 'valid_until'),
);

/** Every text in it has one of the profile's closed forms. */
const closeAll = (value: unknown, walk: Walk): void => {
  if (typeof value === 'string') walk.closed.add(walk.path.join('\0'));
  else if (typeof value === 'object' && value !== null)
    for (const [name, inside] of Object.entries(value)) {
      // As in the second line, where a list's steps are numbers: joined, both are the same text.
      walk.path.push(name);
      closeAll(inside, walk);
      walk.path.pop();
    }
};

const at = (walk: Walk, steps: readonly (string | number)[], check: () => void): void => {
  walk.path.push(...steps);
  check();
  walk.path.length -= steps.length;
};

const isRounded = (value: number, digits: number): boolean =>
  Number(value.toPrecision(digits)) === value;

/** A finer bound would describe the sender's traffic, not the campaign. */
const SIGNAL_DIGITS = 4;
const COUNT_DIGITS = 2;

const coarse = (walk: Walk, value: number | undefined, digits: number): void => {
  if (value !== undefined && !isRounded(value, digits))
    refuse(walk, 'FIREWALL_RANGE', `Only ${digits} significant digits may leave.`);
};

const fingerprint = ({ min_accounts, min_exchanges, ranges }: FingerprintPattern, walk: Walk) => {
  at(walk, ['pattern', 'min_accounts'], () => coarse(walk, min_accounts, COUNT_DIGITS));
  at(walk, ['pattern', 'min_exchanges'], () => coarse(walk, min_exchanges, COUNT_DIGITS));
  for (const [i, { min, max }] of ranges.entries()) {
    at(walk, ['pattern', 'ranges', i, 'min'], () => coarse(walk, min, SIGNAL_DIGITS));
    at(walk, ['pattern', 'ranges', i, 'max'], () => coarse(walk, max, SIGNAL_DIGITS));
  }
};

const beyondTheProfile = (indicator: DistillationIndicator, walk: Walk): void => {
  const { kind, object, extension, pattern } = indicator;
  const techniques = (object.external_references ?? []).map(({ external_id }) => external_id);
  if (new Set(techniques).size < techniques.length)
    at(walk, ['external_references'], () =>
      refuse(walk, 'FIREWALL_VALUE', 'A technique is named twice.'),
    );
  at(walk, ['extensions', EXTENSION_IDS[kind], 'calibration', 'level'], () =>
    coarse(walk, extension.calibration.level, COUNT_DIGITS),
  );
  if (pattern.kind === 'attack-fingerprint') fingerprint(pattern, walk);
  if (pattern.kind === 'query-signature') {
    const { template: text, match } = pattern;
    at(walk, ['pattern', 'match', 'min_containment'], () =>
      coarse(walk, match.min_containment, COUNT_DIGITS),
    );
    if (text === undefined) return;
    at(walk, ['pattern', 'template'], () => {
      template(text, walk);
      for (const { code, sentence, finds } of DETECTORS)
        if (finds(text)) refuse(walk, code, sentence);
    });
  }
};

/** The firewall's word for a fault of the profile. */
const CODES: Readonly<Record<string, FirewallCode>> = {
  PROFILE_ABSENT: 'FIREWALL_EXTENSION',
  PROFILE_SEVERAL: 'FIREWALL_EXTENSION',
  PROFILE_MISSING: 'FIREWALL_MISSING',
  PROFILE_UNKNOWN: 'FIREWALL_PROPERTY',
  PROFILE_TYPE: 'FIREWALL_TYPE',
  PROFILE_RANGE: 'FIREWALL_RANGE',
  PROFILE_FORM: 'FIREWALL_FORM',
  PROFILE_NOT_ALLOWED: 'FIREWALL_VALUE',
  PROFILE_LENGTH: 'FIREWALL_LENGTH',
  PROFILE_ORDER: 'FIREWALL_ORDER',
  PROFILE_BLOCK: 'FIREWALL_BLOCK',
  PROFILE_TOKEN: 'FIREWALL_TOKEN',
  PROFILE_TEMPLATE: 'FIREWALL_TEMPLATE',
  PROFILE_TOO_MANY_FAULTS: 'FIREWALL_FAULTS',
};

const codeOf = (code: string): FirewallCode => {
  if (Object.hasOwn(CODES, code)) return CODES[code]!;
  return code.startsWith('PROFILE_PATTERN') ? 'FIREWALL_PATTERN' : 'FIREWALL_PROFILE';
};

const profile: Shape = (value, walk) => {
  const { indicator, diagnostics } = parseDistillationIndicator(value);
  if (indicator !== undefined) {
    closeAll(value, walk);
    return beyondTheProfile(indicator, walk);
  }
  // STIX's own messages may quote the value; a refusal is kept as a record and must not.
  for (const { code, path, message } of diagnostics)
    refuseAtPath(
      walk,
      path,
      codeOf(code),
      code.startsWith('STIX_') ? `It is not as STIX has it (${code}).` : `${message} (${code})`,
    );
};

/** Extensions of other kinds are named one by one: the profile speaks of its own only. */
const extensions: Shape = (value, walk) => {
  const given = (value as { readonly extensions?: unknown }).extensions;
  if (typeof given !== 'object' || given === null) return;
  for (const id of Object.keys(given))
    if (kindOfExtension(id) === undefined)
      at(walk, ['extensions', id], () =>
        refuse(walk, 'FIREWALL_EXTENSION', 'This extension does not leave.'),
      );
};

export const indicator: Shape = allOf(frame, extensions, profile);
