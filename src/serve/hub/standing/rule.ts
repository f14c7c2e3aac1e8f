/** The rule that this hub declares: the numbers of corroboration, of which an operator may set two. */
import { StillwatchError } from '../../../base/errors.ts';
import { type CorroborationRule, DAY, RULE } from '../../../share/corroboration/rule.ts';
import type { Member } from '../../store/records.ts';
import type { Records, RecordsWriter } from '../../store/store.ts';
import { sinceOf } from '../members/since.ts';

const QUORUM = 'standing-quorum';
const PROBATION = 'standing-probation-days';

export const ruleOf = async (records: Pick<Records, 'get'>): Promise<CorroborationRule> => {
  const [quorum, days] = [
    await records.get('setting', QUORUM),
    await records.get('setting', PROBATION),
  ];
  return {
    ...RULE,
    ...(quorum === undefined ? {} : { quorum: Number(quorum) }),
    ...(days === undefined ? {} : { probation: Number(days) * DAY }),
  };
};

export interface RuleChange {
  readonly quorum?: number | undefined;
  readonly probationDays?: number | undefined;
}

/** @throws StillwatchError `USAGE` */
export const setRule = async (
  records: RecordsWriter,
  { quorum, probationDays }: RuleChange,
): Promise<void> => {
  if (quorum !== undefined) {
    // With one, a single member could lift what another contributed.
    if (!Number.isInteger(quorum) || quorum < 2 || quorum > 100)
      throw new StillwatchError(
        'USAGE',
        'The quorum is not 2 to 100',
        'Give a whole number of members.',
      );
    await records.put('setting', QUORUM, quorum);
  }
  if (probationDays !== undefined) {
    if (!Number.isInteger(probationDays) || probationDays < 0 || probationDays > 3650)
      throw new StillwatchError(
        'USAGE',
        'The probation is not 0 to 3650 days',
        'Give a whole number of days.',
      );
    await records.put('setting', PROBATION, probationDays);
  }
};

/**
 * Whether a member's word counts: a founder's at once, a member's when it has been vetted for the time of
 * probation; nobody else's, ever.
 */
export const weighs = async (
  records: Pick<Records, 'get'>,
  member: Pick<Member, 'id' | 'tier' | 'vetting' | 'created'>,
  { probation }: CorroborationRule,
  now: number,
): Promise<boolean> => {
  if (member.vetting !== 'vetted') return false;
  if (member.tier === 'founder') return true;
  if (member.tier !== 'member') return false;
  const { member: since = member.created } = await sinceOf(records, member);
  return now - since >= probation;
};
