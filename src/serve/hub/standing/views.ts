/** A standing as it is published: with all that it was computed from. */
import type { CorroborationRule } from '../../../share/corroboration/rule.ts';
import { standingOf } from '../../../share/corroboration/standing.ts';
import { publishStanding, type PublishedStanding } from '../../../share/corroboration/published.ts';
import type { Records } from '../../store/store.ts';
import { asSubject, statementsOf } from './judge.ts';
import { type KeptSubject, wordsOf } from './kept.ts';

export const viewOf = async (
  records: Pick<Records, 'list'>,
  object: string,
  subject: KeptSubject,
  rule: CorroborationRule,
  now: number,
): Promise<PublishedStanding> => {
  const statements = statementsOf(await wordsOf(records, object));
  const given = asSubject(subject);
  const standing = standingOf(given, statements, now, rule);
  return publishStanding({ object, rule, now, subject: given, statements, standing });
};
