/**
 * The firewall: what may leave a lab for the hub, and the hub for its members. A closed allow-list for
 * each kind of object decides; whatever it does not name is refused. Detectors look at the rest.
 */
import { canonicalJson } from '../../../base/canonical-json.ts';
import { EXTENSION_DEFINITIONS } from '../../indicator/profile/extension-definitions.ts';
import {
  attackPattern,
  campaign,
  constant,
  hubIdentity,
  intrusionSet,
  markingDefinition,
  note,
  opinion,
  relationship,
  sighting,
} from './context-objects.ts';
import { type FirewallFault, newWalk, refuse, refuseAt, type Walk } from './fault.ts';
import { indicator } from './indicator.ts';
import { secondLine } from './second-line.ts';
import { isObject, type Shape } from './shape.ts';

/** Bytes of canonical JSON of one object: far above any that the allow-list can spell. */
export const MOST_BYTES = 65_536;

const extensionDefinition: Shape = constant(
  new Map(Object.values(EXTENSION_DEFINITIONS).map((definition) => [definition.id, definition])),
  'an extension definition of the distillation profile',
);

/** Every kind that may leave, and no other. */
export const ALLOWED: ReadonlyMap<string, Shape> = new Map([
  ['indicator', indicator],
  ['campaign', campaign],
  ['intrusion-set', intrusionSet],
  ['sighting', sighting],
  ['opinion', opinion],
  ['note', note],
  ['relationship', relationship],
  ['attack-pattern', attackPattern],
  ['marking-definition', markingDefinition],
  ['extension-definition', extensionDefinition],
  ['identity', hubIdentity],
]);

/** Kinds of which there is one object for everybody: they are never somebody's contribution. */
export const CONSTANT_KINDS: ReadonlySet<string> = new Set([
  'marking-definition',
  'extension-definition',
]);

/** Who is speaking: a member may say what it saw, the hub alone may say who it is. */
export type Speaker = 'member' | 'hub';

export type Checked =
  | { readonly allowed: true; readonly faults: readonly [] }
  | { readonly allowed: false; readonly faults: readonly FirewallFault[] };

const sizeOf = (value: unknown): number | undefined => {
  try {
    return Buffer.byteLength(canonicalJson(value));
  } catch {
    return undefined;
  }
};

const look = (value: unknown, speaker: Speaker, walk: Walk): void => {
  if (!isObject(value)) {
    refuse(walk, 'FIREWALL_TYPE', 'What leaves is a STIX object.');
    return;
  }
  const size = sizeOf(value);
  if (size === undefined) {
    refuse(
      walk,
      'FIREWALL_DEPTH',
      'It has no canonical form: it is nested too deeply, or holds what JSON does not.',
    );
    return;
  }
  if (size > MOST_BYTES) {
    refuse(walk, 'FIREWALL_SIZE', `It has ${size} bytes; the bound is ${MOST_BYTES}.`);
    return;
  }
  const shape = typeof value.type === 'string' ? ALLOWED.get(value.type) : undefined;
  if (shape === undefined)
    refuseAt(walk, 'type', 'FIREWALL_KIND', 'Objects of this kind do not leave.');
  else {
    shape(value, walk);
    if (value.type === 'identity' && speaker !== 'hub')
      refuseAt(walk, 'type', 'FIREWALL_HUB_ONLY', 'Only the hub publishes an identity: its own.');
  }
  secondLine(value, walk);
};

/** Whether an object may leave, and everything that stands against it. Never throws. */
export const checkLeaving = (value: unknown, speaker: Speaker = 'member'): Checked => {
  const walk = newWalk();
  look(value, speaker, walk);
  return walk.faults.length === 0
    ? { allowed: true, faults: [] }
    : { allowed: false, faults: walk.faults };
};
