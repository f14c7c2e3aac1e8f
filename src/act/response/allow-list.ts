import type { Decision } from './decision.ts';
import { type Facts, subjectOf } from './facts.ts';
import { maskOf, parseBlock } from './gate/address.ts';
import type { AllowEntry, Policy } from './policy/policy.ts';
import { contentUuid } from './policy/stable-hash.ts';

/** The entry that covers an account, its organization or the subject itself. */
export const allowedBy = (
  entries: readonly AllowEntry[],
  facts: Facts,
  now: number,
): AllowEntry | null => {
  const asked = subjectOf(facts);
  const { id, organization } = facts.account;
  const covers = ({ subject: { kind, value } }: AllowEntry): boolean => {
    if (kind === 'account' && value === id) return true;
    if (kind === 'organization' && value === organization) return true;
    if (kind !== asked.kind) return false;
    return value === asked.value || (kind === 'address' && isInside(asked.value, value));
  };
  return entries.find((entry) => now < entry.until && covers(entry)) ?? null;
};

/** Whether a block lies wholly in another. */
const isInside = (inner: string, outer: string): boolean => {
  const a = parseBlock(inner);
  const b = parseBlock(outer);
  if (a === null || b === null || a.bits !== b.bits || a.prefix < b.prefix) return false;
  for (let w = 0; 32 * w < b.prefix; w++)
    if (((a.words[w]! ^ b.words[w]!) & maskOf(b.prefix - 32 * w)) !== 0) return false;
  return true;
};

/** The allow-list of a policy as decisions, so that the gate knows it too. */
export const allowDecisions = (policy: Policy, now: number): Decision[] =>
  policy.allow
    .filter(({ until }) => now < until)
    .map(({ subject, until }) => ({
      id: `decision--${contentUuid(['allow', policy.name, subject.kind, subject.value, until])}`,
      subject,
      action: 'allow',
      reason: 'ALLOW_LISTED',
      obligations: {},
      mode: 'live',
      from: now,
      until,
      owner: policy.owner,
      rule: null,
      policy: policy.version,
      rests_on: [],
    }));
