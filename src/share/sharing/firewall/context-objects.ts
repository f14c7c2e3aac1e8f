/** The allow-list for what stands around indicators: who is behind them, who saw them, who disputes them. */
import { canonicalJson } from '../../../base/canonical-json.ts';
import { TLP_BY_ID } from '../../stix/tlp.ts';
import { contributed, inOrder, MAY, SUBJECTS, versioned } from './common.ts';
import { refuse } from './fault.ts';
import { idOf, timestamp } from './forms.ts';
import { allOf, form, isObject, is, listOf, objectOf, oneOf, type Shape } from './shape.ts';

/** Names of campaigns say nothing but which: the hub's members call them what they like at home. */
const campaignName: Shape = form('a name such as "Campaign 1f6e0a2b"', 25, (text) =>
  /^Campaign [0-9a-f]{8,16}$/.test(text),
);

/** What a campaign is after. */
export const OBJECTIVES = [
  'distillation',
  'reasoning-extraction',
  'preference-data',
  'rewriting',
  'synthetic-data',
  'tool-use-data',
  'account-resale',
  'unknown',
] as const;

export const campaign: Shape = allOf(
  objectOf(
    { ...contributed('campaign'), name: campaignName },
    { ...MAY, first_seen: timestamp, last_seen: timestamp, objective: oneOf(OBJECTIVES) },
  ),
  inOrder('created', 'modified'),
  inOrder('first_seen', 'last_seen'),
);

/**
 * To whom operators may be said to be affiliated. A closed list of kinds: who is meant by name is for
 * the forum's people to say, under the rules of their own counsel, and not for an object that travels.
 */
export const AFFILIATIONS = [
  'an unknown party',
  'a model developer',
  'a data vendor',
  'an account reseller',
  'a relay service',
  'an academic group',
  'a government programme',
] as const;

/** Graded attribution: always of operators, always with the confidence of whoever says it. */
export const intrusionSet: Shape = allOf(
  objectOf(
    {
      ...contributed('intrusion-set'),
      name: oneOf(AFFILIATIONS.map((whom) => `Operators affiliated with ${whom}`)),
      confidence: oneOf([5, 15, 30, 50, 70, 85]),
    },
    {
      ...Object.fromEntries(Object.entries(MAY).filter(([name]) => name !== 'confidence')),
      first_seen: timestamp,
      last_seen: timestamp,
      goals: listOf(oneOf(OBJECTIVES), 5),
      resource_level: oneOf(['individual', 'club', 'team', 'organization', 'government']),
      primary_motivation: oneOf([
        'organizational-gain',
        'personal-gain',
        'dominance',
        'unpredictable',
      ]),
    },
  ),
  inOrder('created', 'modified'),
  inOrder('first_seen', 'last_seen'),
);

/** How many: the lower ends of buckets, so that no count tells the size of a business. */
export const COUNT_STEPS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000] as const;

/** No `where_sighted_refs` and no observed data: the first would name a member, the second its customers. */
export const sighting: Shape = allOf(
  objectOf(
    {
      ...contributed('sighting'),
      sighting_of_ref: idOf('indicator', 'campaign', 'intrusion-set'),
    },
    {
      ...MAY,
      first_seen: timestamp,
      last_seen: timestamp,
      count: oneOf([0, ...COUNT_STEPS]),
      summary: oneOf([true, false]),
    },
  ),
  inOrder('created', 'modified'),
  inOrder('first_seen', 'last_seen'),
);

/** Why somebody disputes or supports; a code, because an explanation would be free text. */
export const REASONS = [
  'seen-as-campaign',
  'matched-known-good',
  'shared-infrastructure',
  'too-broad',
  'duplicate',
  'expired',
  'appeal-upheld',
  'could-not-verify',
  'verified-independently',
] as const;

export const opinion: Shape = allOf(
  objectOf(
    {
      ...contributed('opinion'),
      opinion: oneOf(['strongly-disagree', 'disagree', 'neutral', 'agree', 'strongly-agree']),
      object_refs: listOf(idOf('indicator', 'campaign', 'intrusion-set', 'relationship'), 20),
    },
    { ...MAY, explanation: oneOf(REASONS) },
  ),
  inOrder('created', 'modified'),
);

export const note: Shape = allOf(
  objectOf(
    {
      ...contributed('note'),
      content: oneOf(REASONS),
      object_refs: listOf(idOf(...SUBJECTS, 'relationship', 'sighting', 'opinion'), 20),
    },
    MAY,
  ),
  inOrder('created', 'modified'),
);

/** Which kinds may be joined how; nothing else is said about anybody. */
const ENDS: Readonly<Record<string, readonly (readonly [string, string])[]>> = {
  indicates: [
    ['indicator', 'campaign'],
    ['indicator', 'intrusion-set'],
    ['indicator', 'attack-pattern'],
  ],
  'attributed-to': [['campaign', 'intrusion-set']],
  uses: [
    ['campaign', 'attack-pattern'],
    ['intrusion-set', 'attack-pattern'],
  ],
  'derived-from': SUBJECTS.map((kind) => [kind, kind] as const),
  'duplicate-of': SUBJECTS.map((kind) => [kind, kind] as const),
  'related-to': [
    ['indicator', 'indicator'],
    ['campaign', 'campaign'],
  ],
};

const joinsWhatItMay: Shape = (value, walk) => {
  if (!isObject(value)) return;
  const kinds = Object.hasOwn(ENDS, String(value.relationship_type))
    ? ENDS[String(value.relationship_type)]!
    : [];
  const [from, to] = [value.source_ref, value.target_ref].map((ref) => String(ref).split('--')[0]);
  if (kinds.length > 0 && !kinds.some(([source, target]) => source === from && target === to))
    refuse(walk, 'FIREWALL_REFERENCE', 'A relationship of this type does not join these kinds.');
};

export const relationship: Shape = allOf(
  objectOf(
    {
      ...contributed('relationship'),
      relationship_type: oneOf(Object.keys(ENDS)),
      source_ref: idOf(...SUBJECTS),
      target_ref: idOf(...SUBJECTS),
    },
    { ...MAY, start_time: timestamp, stop_time: timestamp },
  ),
  joinsWhatItMay,
  inOrder('created', 'modified'),
  inOrder('start_time', 'stop_time'),
);

/** The techniques of MITRE ATLAS that describe distillation and what it needs. */
export const ATLAS_TECHNIQUE = /^AML\.T\d{4}(?:\.\d{3})?$/;

const atlasReference: Shape = objectOf({
  source_name: is('mitre-atlas'),
  external_id: form('the number of a technique of MITRE ATLAS', 13, (text) =>
    ATLAS_TECHNIQUE.test(text),
  ),
});

/** Named by its number alone: the words for it are MITRE's, and everybody has them. */
export const attackPattern: Shape = allOf(
  objectOf(
    {
      ...contributed('attack-pattern'),
      name: form('the number of a technique of MITRE ATLAS', 13, (text) =>
        ATLAS_TECHNIQUE.test(text),
      ),
      external_references: listOf(atlasReference, 1),
    },
    MAY,
  ),
  (value, walk) => {
    if (!isObject(value) || !Array.isArray(value.external_references)) return;
    const [reference] = value.external_references as readonly unknown[];
    if (isObject(reference) && reference.external_id !== value.name)
      refuse(walk, 'FIREWALL_ORDER', 'Its name and its reference are different techniques.');
  },
  inOrder('created', 'modified'),
);

/** An object that is the same for everybody: it leaves only if it is that very object. */
export const constant =
  (known: ReadonlyMap<string, object>, what: string): Shape =>
  (value, walk) => {
    const same = isObject(value) && typeof value.id === 'string' ? known.get(value.id) : undefined;
    if (same === undefined) return refuse(walk, 'FIREWALL_VALUE', `It is not ${what}.`);
    if (canonicalJson(same) !== canonicalJson(value))
      return refuse(walk, 'FIREWALL_VALUE', `It has the id of ${what}, and another content.`);
    for (const name of Object.keys(same)) walk.closed.add(name);
  };

/** Levels of TLP only. A sharing group is made at the hub, and objects name it by its id. */
export const markingDefinition: Shape = constant(TLP_BY_ID, 'a marking definition of TLP');

/** Only the hub says who it is. */
export const hubIdentity: Shape = objectOf({
  ...versioned('identity'),
  name: form('the name of a hub, of letters, digits and dots', 100, (text) =>
    /^[A-Za-z0-9][A-Za-z0-9 .:/_-]*$/.test(text),
  ),
  identity_class: is('system'),
});
