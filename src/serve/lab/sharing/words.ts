/** What a lab says of somebody else's indicators: seen here, or wrong. Coarse, and once for each indicator. */
import { canonicalJson } from '../../../base/canonical-json.ts';
import { PROFILE_NAMESPACE } from '../../../share/indicator/profile/extension-definitions.ts';
import { COUNT_STEPS, type REASONS } from '../../../share/sharing/firewall/context-objects.ts';
import { uuidV5 } from '../../../share/stix/sco-id.ts';
import type { Json } from '../../../share/taxii/resources.ts';

export type Reason = (typeof REASONS)[number];

const DAY = 86_400_000;

const dayOf = (ms: number): string => new Date(Math.floor(ms / DAY) * DAY).toISOString();

const common = (type: string, about: string, created: string, marked: Json) => ({
  type,
  spec_version: '2.1',
  // The hub knows it by the lab and this id: said again, it is the same word.
  id: `${type}--${uuidV5(PROFILE_NAMESPACE, canonicalJson({ type, about }))}`,
  created,
  modified: created,
  // For all who may see what it speaks of: said to fewer, it would not count.
  ...(marked.object_marking_refs === undefined
    ? {}
    : { object_marking_refs: marked.object_marking_refs }),
});

/** @param accounts that the indicator hit among those that were confirmed */
export const sightingOf = (indicator: Json, accounts: number, now: number): Json => ({
  ...common('sighting', String(indicator.id), new Date(now).toISOString(), indicator),
  sighting_of_ref: indicator.id,
  first_seen: dayOf(now),
  last_seen: dayOf(now + DAY),
  count: COUNT_STEPS.findLast((step) => step <= Math.max(1, accounts))!,
  summary: true,
});

export const disputeOf = (indicator: Json, reason: Reason, now: number): Json => ({
  ...common('opinion', String(indicator.id), new Date(now).toISOString(), indicator),
  opinion: 'disagree',
  object_refs: [indicator.id],
  explanation: reason,
});
