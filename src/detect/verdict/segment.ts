import type { AccountRecord } from '../exchange/exchange.ts';
import type { Profile } from '../profile/profile.ts';
import { templateConcentration, temporalRegularity } from './profile-signals.ts';

/**
 * Segments of use. A finding is compared with the honest use that looks most like it: what is rare
 * among people may be ordinary among document pipelines.
 */
export const SEGMENTS = [
  'people',
  'education',
  'multi-user-platform',
  'agents-and-coding',
  'single-purpose-product',
  'document-processing',
  'batch-and-evaluation',
] as const;
export type Segment = (typeof SEGMENTS)[number];

/** Where a segment with too few groups of its own borrows: first from its parent, then from all. */
export type SegmentPool = Segment | 'persons' | 'programs' | 'all';
export const PARENTS: Readonly<Record<Segment, 'persons' | 'programs'>> = {
  people: 'persons',
  education: 'persons',
  'multi-user-platform': 'persons',
  'agents-and-coding': 'programs',
  'single-purpose-product': 'programs',
  'document-processing': 'programs',
  'batch-and-evaluation': 'programs',
};

/** End users behind one account from which on it is an application and not a person. */
const PLATFORM_END_USERS = 20;
const MOSTLY = 0.5;
const RARELY = 0.1;
/** Characters of a typical prompt that carries a document. */
const DOCUMENT_CHARACTERS = 1_500;
/** Exchanges per active hour that nobody types. */
const BATCH_RATE = 40;
const ROUND_THE_CLOCK = 0.85;
const ONE_PURPOSE = 0.2;
const PRODUCT_EXCHANGES = 200;
/** Domains of schools and universities: edu, edu.xx, ac.xx. */
const SCHOOL = /(?:^|\.)(?:edu|edu\.[a-z]{2}|ac\.[a-z]{2})$/;

const medianPromptCharacters = ({ promptLengths }: Profile): number => {
  let total = 0;
  for (const count of promptLengths.counts) total += count;
  let below = 0;
  for (let i = 0; i < promptLengths.keys.length; i++) {
    below += promptLengths.counts[i]!;
    // Keys are quarter steps of log₂ of the characters.
    if (below * 2 >= total) return 2 ** ((promptLengths.keys[i]! + 0.5) / 4);
  }
  return 0;
};

const activeHours = ({ activity }: Profile): number => {
  const hours = new Set<number>();
  for (const bin of activity.bins.keys) hours.add(Math.floor((bin * activity.width) / 3_600_000));
  return Math.max(1, hours.size);
};

/** The segment that a profile looks like. Rules, not a model: anybody can check them by hand. */
export const inferSegment = (profile: Profile, emailDomain: string | null): Segment => {
  const { exchanges } = profile;
  const continued = profile.continued / Math.max(1, exchanges);
  if ((profile.endUsers?.keys.length ?? 0) >= PLATFORM_END_USERS) {
    return templateConcentration(profile) >= ONE_PURPOSE
      ? 'single-purpose-product'
      : 'multi-user-platform';
  }
  if (profile.withTools >= MOSTLY * exchanges) return 'agents-and-coding';
  if (emailDomain !== null && SCHOOL.test(emailDomain.toLowerCase())) return 'education';
  if (continued >= RARELY) return 'people';
  if (medianPromptCharacters(profile) >= DOCUMENT_CHARACTERS) return 'document-processing';
  if (exchanges / activeHours(profile) >= BATCH_RATE) return 'batch-and-evaluation';
  if (
    exchanges >= PRODUCT_EXCHANGES &&
    temporalRegularity(profile) >= ROUND_THE_CLOCK &&
    templateConcentration(profile) >= ONE_PURPOSE
  )
    return 'single-purpose-product';
  return 'people';
};

const DECLARED: ReadonlySet<string> = new Set(SEGMENTS);

/** The declared segment where it is one of ours; otherwise the one that the profile looks like. */
export const segmentOf = (profile: Profile, record: AccountRecord | null): Segment =>
  record?.segment != null && DECLARED.has(record.segment)
    ? (record.segment as Segment)
    : inferSegment(profile, record?.emailDomain ?? null);

/** The segment of most members; of two equally common ones, the first in the list above. */
export const segmentOfMembers = (segments: readonly Segment[]): Segment => {
  const counts = SEGMENTS.map((segment) => segments.filter((s) => s === segment).length);
  return SEGMENTS[counts.indexOf(Math.max(...counts))]!;
};
