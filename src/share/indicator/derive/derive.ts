/** From the findings of a scan report to STIX objects that may leave; pure, and the same for the same report. */
import { createHash } from 'node:crypto';
import { canonicalJson } from '../../../base/canonical-json.ts';
import type { CampaignReport, ScanReport } from '../../../detect/report/report.ts';
import { uuidV5 } from '../../stix/sco-id.ts';
import { TLP2_MARKINGS } from '../../stix/tlp.ts';
import type { Bundle, Campaign, Indicator, Relationship, StixObject } from '../../stix/types.ts';
import { buildFingerprint, type Particulars } from '../profile/build.ts';
import {
  EXTENSION_DEFINITIONS,
  kindOfExtension,
  PROFILE_NAMESPACE,
} from '../profile/extension-definitions.ts';
import { bucketOf, INDICATOR_KINDS, PROCEDURES, pBucketOf } from '../profile/words.ts';
import { SALT_BYTES } from '../sketch/sketch.ts';
import { actorsOf } from './actors.ts';
import { fingerprintOf } from './fingerprint.ts';
import type { LeftOut } from './left-out.ts';
import { type DeriveOptions, type Made, without } from './made.ts';
import { signaturesOf } from './signatures.ts';

export interface Derived {
  readonly bundle: Bundle;
  readonly leftOut: readonly LeftOut[];
}

const EPOCH = '1970-01-01T00:00:00.000Z';

const idOf = (type: string, content: object): string =>
  `${type}--${uuidV5(PROFILE_NAMESPACE, canonicalJson(content))}`;

/** Days, not seconds: when exactly an account was first active is nobody else's business. */
const dayOf = (time: string): string => `${time.slice(0, 10)}T00:00:00.000Z`;

const nextDay = (time: string): string =>
  new Date(Date.parse(dayOf(time)) + 86_400_000).toISOString();

/**
 * One salt for all sketches of a report, so that a recipient hashes each prompt once. It follows from the
 * report's campaigns; a salt is public anyway.
 */
const saltOf = (report: ScanReport): Uint8Array =>
  createHash('sha256')
    .update(`stillwatch sketch salt\0${report.campaigns.map((c) => c.id).join('\0')}`)
    .digest()
    .subarray(0, SALT_BYTES);

const procedureOf = (name: string): Particulars['calibration']['procedure'] =>
  PROCEDURES.find((known) => known === name) ?? 'benjamini-hochberg';

const particularsOf = (
  report: ScanReport,
  campaign: CampaignReport,
  options: DeriveOptions,
  created: string,
): Particulars | undefined => {
  const accounts = bucketOf(campaign.accounts.length);
  const exchanges = bucketOf(campaign.exchanges);
  if (accounts === undefined || exchanges === undefined) return undefined;
  return {
    permitted_action: options.permit,
    evidence: { accounts, exchanges },
    k_anonymity: options.k,
    calibration: {
      id: campaign.decided_by?.calibration ?? report.calibration.id,
      level: campaign.decided_by?.level ?? report.fdr,
      procedure: procedureOf(campaign.decided_by?.procedure ?? report.procedure),
    },
    axes: {
      network: pBucketOf(campaign.network.p_value),
      intent: pBucketOf(campaign.intent.p_value),
    },
    created,
    created_by_ref: options.createdBy,
    validDays: options.validDays,
    object_marking_refs: [TLP2_MARKINGS[options.tlp].id],
  };
};

const fingerprintsOf = (campaign: CampaignReport, particulars: Particulars): Made => {
  const pattern = fingerprintOf(campaign);
  return pattern === undefined
    ? { indicators: [], leftOut: [without('attack-fingerprint', 'FEW_SIGNALS')] }
    : { indicators: [buildFingerprint(particulars, pattern)], leftOut: [] };
};

const campaignObject = (
  campaign: CampaignReport,
  options: DeriveOptions,
  created: string,
): Campaign => {
  const id = idOf('campaign', { campaign: campaign.id, created_by: options.createdBy ?? null });
  return {
    type: 'campaign',
    spec_version: '2.1',
    id,
    ...(options.createdBy === undefined ? {} : { created_by_ref: options.createdBy }),
    created,
    modified: created,
    name: `Campaign ${id.slice('campaign--'.length, 'campaign--'.length + 8)}`,
    first_seen: dayOf(campaign.first_seen),
    last_seen: nextDay(campaign.last_seen),
    objective: campaign.verdict === 'distillation' ? 'distillation' : 'account-resale',
    object_marking_refs: [TLP2_MARKINGS[options.tlp].id],
  };
};

const indicates = (from: Indicator, to: Campaign): Relationship => ({
  type: 'relationship',
  spec_version: '2.1',
  id: idOf('relationship', { from: from.id, to: to.id, type: 'indicates' }),
  ...(from.created_by_ref === undefined ? {} : { created_by_ref: from.created_by_ref }),
  created: from.created,
  modified: from.created,
  relationship_type: 'indicates',
  source_ref: from.id,
  target_ref: to.id,
  object_marking_refs: from.object_marking_refs!,
});

const madeOf = (
  campaign: CampaignReport,
  particulars: Particulars,
  options: DeriveOptions,
  salt: Uint8Array,
): readonly Made[] => {
  const actors = actorsOf(campaign, particulars, options);
  // A network without intent is no distillation: what its accounts ask is not shared.
  if (campaign.verdict !== 'distillation') return [actors];
  return [
    fingerprintsOf(campaign, particulars),
    signaturesOf(campaign, particulars, options, salt),
    actors,
  ];
};

/** Objects in the order: markings, extension definitions, then each campaign with its indicators. */
export const deriveIndicators = (report: ScanReport, options: DeriveOptions): Derived => {
  const created = options.at ?? report.read.last ?? EPOCH;
  const leftOut: LeftOut[] = [];
  const objects: StixObject[] = [];
  const kinds = new Set<string>();
  for (const campaign of report.campaigns) {
    const add = (list: readonly Omit<LeftOut, 'campaign'>[]) =>
      leftOut.push(...list.map((item) => ({ campaign: campaign.id, ...item })));
    const particulars = particularsOf(report, campaign, options, created);
    if (campaign.verdict === 'review') {
      add([without('campaign', 'VERDICT_REVIEW')]);
      continue;
    }
    if (particulars === undefined || campaign.accounts.length < options.k) {
      add([without('campaign', 'BELOW_K')]);
      continue;
    }
    const made = madeOf(campaign, particulars, options, options.salt ?? saltOf(report));
    add(made.flatMap((m) => m.leftOut));
    const indicators = made.flatMap((m) => m.indicators);
    if (indicators.length === 0) continue;
    const about = campaignObject(campaign, options, created);
    objects.push(about);
    for (const indicator of indicators) {
      for (const id of Object.keys(indicator.extensions!)) kinds.add(kindOfExtension(id)!);
      objects.push(indicator, indicates(indicator, about));
    }
  }
  const definitions = INDICATOR_KINDS.filter((kind) => kinds.has(kind)).map(
    (kind) => EXTENSION_DEFINITIONS[kind],
  );
  const all = objects.length === 0 ? [] : [TLP2_MARKINGS[options.tlp], ...definitions, ...objects];
  const bundle: Bundle = {
    type: 'bundle',
    id: idOf(
      'bundle',
      all.map((object) => object.id),
    ),
    // 2.12: a list that is there is not empty.
    ...(all.length === 0 ? {} : { objects: all }),
  };
  return { bundle, leftOut };
};
