/** What customers and reviewers do: file, assign, note, decide, settle. */
import { randomUUID } from 'node:crypto';
import type { Case } from '../../../act/casework/case.ts';
import { decideAppeal, fileAppeal } from '../../../act/casework/casework.ts';
import type { Ruling, Surroundings } from '../../../act/casework/effects.ts';
import { StillwatchError } from '../../../base/errors.ts';
import type { Deciding } from '../deciding/deciding.ts';
import { caseIdOf } from './desk.ts';

export interface Complaint {
  readonly decision_id: string;
  readonly statement: string;
  readonly contact: string | null;
  readonly by: string;
}

const unknown = (what: 'decision' | 'proposal', remedy: string): StillwatchError =>
  new StillwatchError('DECISION_UNKNOWN', `there is no ${what} of that id`, remedy);

/** @throws StillwatchError DECISION_UNKNOWN, APPEAL_TOO_LATE, APPEAL_REPEATED, CASE_EVENT_INVALID */
export const file = async (deciding: Deciding, complaint: Complaint): Promise<Case> => {
  const { book, desk, now } = deciding;
  const kept = await book.get(complaint.decision_id);
  // Nobody outside was ever told of a decision in shadow.
  if (kept === undefined || kept.decision.mode !== 'live' || kept.decision.action === 'allow')
    throw unknown('decision', 'Give the decision id as the refusal quotes it.');
  const { contact, by, statement } = complaint;
  const event = fileAppeal(`case--${randomUUID()}`, kept.decision, { statement, by }, now());
  return desk.append(event, async (records) => {
    if (contact !== null) await records.put('case-contact', event.case, { contact, at: event.at });
  });
};

export const assign = (
  { desk, now }: Deciding,
  id: string,
  to: string,
  by: string,
): Promise<Case> => {
  desk.casework.need(id);
  return desk.append({ type: 'assigned', case: id, at: now(), by, to });
};

export const note = (
  { desk, now }: Deciding,
  id: string,
  text: string,
  by: string,
): Promise<Case> => {
  desk.casework.need(id);
  return desk.append({ type: 'noted', case: id, at: now(), by, text });
};

/**
 * The customer does not want it any more, or it was filed by mistake; it can be filed again. Other cases are
 * dismissed: something waits for their outcome.
 * @throws StillwatchError CASE_UNKNOWN, CASE_STEP_REFUSED
 */
export const withdraw = async ({ desk, now }: Deciding, id: string, by: string): Promise<Case> => {
  if (desk.casework.need(id).kind !== 'appeal')
    throw new StillwatchError(
      'CASE_STEP_REFUSED',
      `${id} is no appeal`,
      'Decide it: `stillwatch lab appeal decide --outcome dismissed`.',
    );
  return desk.append({ type: 'withdrawn', case: id, at: now(), by });
};

interface Words {
  readonly by: string;
  /** For the record of the lab. */
  readonly reason: string;
  /** For the customer. */
  readonly told: string;
}

/** Who decides a case that nobody has takes it first. */
const take = async (deciding: Deciding, one: Case, by: string): Promise<Case> =>
  one.status === 'open' ? assign(deciding, one.id, by, by) : one;

/** Campaigns that an account was linked to: by this lab's findings, and by what others shared. */
const campaignsAround = (
  { core, sharing }: Deciding,
  account: string,
): Surroundings['campaigns'] => {
  const found = core
    .findings()
    .filter(({ campaign }) => campaign.accounts.includes(account))
    .map(({ id }) => ({ id, grounds: [id] }));
  const hub = sharing();
  const shared = new Map<string, string[]>();
  for (const { id } of hub?.indicatorFacts({ id: account }) ?? [])
    for (const campaign of hub!.campaignsOf(id))
      shared.set(campaign, [...(shared.get(campaign) ?? []), id]);
  return [...found, ...[...shared].map(([id, grounds]) => ({ id, grounds }))];
};

/**
 * Decides an appeal: the event with its effects is durable first, then the effects are carried out. Grounds
 * that are found wrong count no more, for nobody.
 */
export const rule = (
  deciding: Deciding,
  id: string,
  { by, reason, told, ...ruling }: Ruling & Words,
): Promise<Case> =>
  deciding.serial(async () => {
    const { desk, book, now } = deciding;
    const one = await take(deciding, desk.casework.need(id), by);
    const kept = await book.get(one.about);
    if (kept === undefined) throw unknown('decision', 'It was deleted; withdraw the case.');
    const { decision } = kept;
    const { value: account } = decision.subject;
    const sharing = deciding.sharing();
    const campaigns = campaignsAround(deciding, account);
    const grounds = campaigns.flatMap((campaign) => campaign.grounds);
    const event = decideAppeal(
      one,
      { ...ruling, by, reason, told },
      {
        decision,
        standing: book.inForce(now()),
        campaigns,
        shared:
          sharing?.sharedBecauseOf([...new Set([...decision.rests_on, ...grounds])], account) ?? [],
        theirs: decision.rests_on.filter(
          (ground) => sharing?.isTheirs(ground) ?? ground.startsWith('indicator--'),
        ),
        lifted: desk.casework.lifted(),
      },
      now(),
    );
    desk.casework.check(event);
    const wrong = ruling.outcome === 'overturned' && ruling.wrong === 'grounds';
    const discredited = deciding.discredit(wrong ? decision.rests_on : [], id);
    const decided = await desk.append(event, discredited.also);
    discredited.taken();
    await deciding.effects.run(decided);
    if (wrong) await deciding.dismissResting(decision.rests_on, id);
    return decided;
  });

/** Decides a case that is no appeal. A sampled decision that was wrong is lifted. */
export const review = (
  deciding: Deciding,
  id: string,
  outcome: 'approved' | 'dismissed',
  { by, reason }: Pick<Words, 'by' | 'reason'>,
): Promise<Case> =>
  deciding.serial(async () => {
    const { desk, now } = deciding;
    const one = await take(deciding, desk.casework.need(id), by);
    const lifts =
      one.kind === 'sample' && outcome === 'dismissed' && !desk.casework.lifted().has(one.about);
    const decided = await desk.append({
      type: 'decided',
      ...{ case: id, at: now(), by, outcome, reason, told: reason },
      effects: lifts ? [{ effect: 'lift', decisions: [one.about] }] : [],
    });
    await deciding.effects.run(decided);
    return decided;
  });

/** @throws StillwatchError DECISION_UNKNOWN, and those of `review` */
export const settleProposal = async (
  deciding: Deciding,
  proposal: string,
  outcome: 'approved' | 'dismissed',
  words: Pick<Words, 'by' | 'reason'>,
): Promise<Case> => {
  const { desk } = deciding;
  const id = caseIdOf(proposal);
  if (desk.casework.get(id) === undefined)
    throw unknown('proposal', '`stillwatch lab proposals list` lists those that wait.');
  return review(deciding, id, outcome, words);
};
