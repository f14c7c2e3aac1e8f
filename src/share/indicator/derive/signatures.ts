/** Query signatures of the prompt families of a campaign. */
import type { CampaignReport, FamilyReport } from '../../../detect/report/report.ts';
import { ELICITATION_FAMILIES, LANGUAGES } from '../../../detect/profile/prompt-scan/families.ts';
import type { Indicator } from '../../stix/types.ts';
import { buildSignature, type Particulars } from '../profile/build.ts';
import { isTemplate } from '../profile/pattern.ts';
import { bucketOf } from '../profile/words.ts';
import { sketchOf } from '../sketch/sketch.ts';
import { type DeriveOptions, type Made, without } from './made.ts';
import type { LeftOutCode } from './left-out.ts';

/** Of the sketch, in a prompt that counts; docs/reference/indicators.md measures what it costs. */
export const MIN_CONTAINMENT = 0.75;
/** Prompts of one account that make it a hit: one alone may be a pupil's homework. */
export const MIN_EXCHANGES = 3;

/** Accounts outside the campaign for each one inside that a signature may have at home. */
export const MOST_OUTSIDE = 0.25;

const known = <T extends string>(names: readonly T[], given: readonly string[]): T[] =>
  names.filter((name) => given.includes(name));

const signatureOf = (
  family: FamilyReport,
  particulars: Particulars,
  { k, containment = MIN_CONTAINMENT, mask }: DeriveOptions,
  salt: Uint8Array,
): Indicator | LeftOutCode => {
  const { template, asks } = family;
  const accounts = bucketOf(family.accounts);
  const exchanges = bucketOf(family.exchanges);
  if (asks === null) return 'NOT_IN_REPORT';
  if (family.accounts < k || accounts === undefined || exchanges === undefined) return 'BELOW_K';
  if (asks.word_accounts < k) return 'WORDS_BELOW_K';
  // A family that ordinary accounts ask of too is everyday language: it would hit them first.
  if (asks.outside_accounts > family.accounts * MOST_OUTSIDE) return 'SHARED_WITH_OTHERS';
  if (!isTemplate(template)) return 'TEMPLATE_UNFIT';
  const sketch = sketchOf(template, salt);
  if (sketch === undefined) return 'TOO_FEW_SHINGLES';
  // The sketch keeps what the template must not show.
  const shown = mask === undefined ? template : mask(template);
  return buildSignature(
    { ...particulars, evidence: { accounts, exchanges } },
    {
      ...(isTemplate(shown) ? { template: shown } : {}),
      sketch,
      match: { min_containment: containment, min_exchanges: MIN_EXCHANGES },
    },
    {
      languages: known(LANGUAGES, asks.languages),
      elicitation: known(ELICITATION_FAMILIES, asks.elicitation),
    },
  );
};

export const signaturesOf = (
  campaign: CampaignReport,
  particulars: Particulars,
  options: DeriveOptions,
  salt: Uint8Array,
): Made => {
  const indicators: Indicator[] = [];
  const refused = new Map<LeftOutCode, number>();
  for (const family of campaign.families) {
    const made = signatureOf(family, particulars, options, salt);
    if (typeof made === 'string') refused.set(made, (refused.get(made) ?? 0) + 1);
    else indicators.push(made);
  }
  return {
    indicators,
    leftOut: [...refused].map(([code, count]) => without('query-signature', code, count)),
  };
};
