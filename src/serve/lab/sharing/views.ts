/** Indicators of others as a policy sees them, and as the operator does. */
import type { IndicatorFacts } from '../../../act/response/facts.ts';
import { mildest, type PermittedAction } from '../../../share/indicator/profile/words.ts';
import type { Json } from '../../../share/taxii/resources.ts';
import type { Incoming } from './incoming.ts';
import type { KeptGroup } from './kept.ts';
import type { Verification } from './verify.ts';

export interface IncomingView {
  readonly object: Json;
  readonly arrived: string;
  readonly standing: IndicatorFacts['standing'];
  readonly permitted_action: PermittedAction | 'none';
  readonly campaigns: readonly string[];
  readonly hits: number;
  readonly known_good_hits: number;
  readonly verification: KeptGroup['outcome'] | null;
  readonly confirmed_here: boolean;
  readonly accounts: readonly string[];
}

export interface Seen {
  readonly incoming: Incoming;
  readonly verification: Verification;
}

const MOST_NAMED = 1000;

/** When an indicator of others ends, epoch ms. */
export const endIn = (incoming: Incoming, id: string): number =>
  Date.parse(incoming.parsed(id)!.object.valid_until!);

/** What holds of an account by indicators that may be acted on. */
export const factsAbout = (
  { incoming, verification }: Seen,
  account: string,
  now: number,
): readonly IndicatorFacts[] =>
  verification.of(account).flatMap((id): IndicatorFacts[] => {
    const until = endIn(incoming, id);
    const confirmed = verification.confirmedAt(id, account);
    const { status, ceiling } = incoming.standing(id, confirmed, now);
    if (ceiling === 'none' || until <= now) return [];
    const permitted = incoming.parsed(id)!.extension.permitted_action;
    return [
      {
        id,
        standing: status,
        permitted_action: mildest(permitted, ceiling),
        confirmed_here: confirmed !== null,
        until,
      },
    ];
  });

export const viewOf = (
  { incoming, verification }: Seen,
  id: string,
  isKnownGood: (account: string) => boolean,
  now: number,
): IncomingView => {
  const { object, arrived } = incoming.get(id)!;
  const accounts = [...verification.hits(id)];
  const confirmed = verification.confirmedAt(id, null);
  const { status, ceiling } = incoming.standing(id, confirmed, now);
  const campaigns = incoming.groupsOf(id);
  return {
    object,
    arrived: new Date(arrived).toISOString(),
    standing: status,
    permitted_action: ceiling,
    campaigns,
    hits: accounts.length,
    known_good_hits: accounts.filter(isKnownGood).length,
    verification: campaigns.flatMap((group) => verification.group(group)?.outcome ?? [])[0] ?? null,
    confirmed_here: confirmed !== null,
    accounts: accounts.sort().slice(0, MOST_NAMED),
  };
};
