/** Runs a world hour by hour: memory holds its accounts and one hour, never its exchanges. */
import { createRandom, uint32 } from '../../base/random.ts';
import { resolveOptions, type WorldRequest } from './options.ts';
import { planWorld, type WorldPlan } from './plan.ts';
import { type Clock, type Counters, render } from './render.ts';
import type { AccountRow, LabelRow, TrafficRow } from './rows.ts';
import { DAY, HOUR } from './schedule.ts';
import { type Account, type Due, openSession, runUntil, type Stream } from './stream.ts';

export interface World {
  readonly plan: WorldPlan;
  /** In the order of time; one pass only. */
  readonly exchanges: Iterable<TrafficRow>;
  /** In the order of their opaque ids. */
  readonly accounts: readonly AccountRow[];
  readonly labels: readonly LabelRow[];
}

const accountRow = ({ id, identity }: Account): AccountRow => ({
  account_id: id,
  created_at: new Date(Math.floor(identity.createdAt)).toISOString(),
  payment_fingerprint: identity.card ?? undefined,
  email_domain: identity.emailDomain,
  tier: identity.tier,
  organization_id: identity.organization ?? undefined,
  attestation: identity.attestation ?? undefined,
});

const labelRow = ({ id, label, campaign, group }: Account): LabelRow => ({
  account_id: id,
  label,
  campaign,
  group,
});

/** Hears of each row whether an operator harvested with it: the answer no row may carry. */
export type RowWatcher = (row: TrafficRow, harvest: boolean) => void;

/** Rows of the whole world, oldest first. Changes the streams of the plan: run it once. */
export function* runWorld(plan: WorldPlan, watch?: RowWatcher): Generator<TrafficRow> {
  const { options, streams } = plan;
  const hours = options.days * 24;
  const clock: Clock = {
    start: options.start,
    releaseAt: plan.cast.releaseAt,
    salt: uint32(createRandom(options.seed, 'ids')),
  };
  const counters: Counters = { rows: 0, conversations: 0 };
  const calendar: Stream[][] = Array.from({ length: hours }, () => []);
  const enter = (stream: Stream): void => {
    calendar[Math.floor(stream.nextAt / HOUR)]?.push(stream);
  };
  for (const stream of streams) if (openSession(stream)) enter(stream);
  const end = options.days * DAY;
  for (let hour = 0; hour < hours; hour++) {
    const due: Due[] = [];
    const until = Math.min(end, (hour + 1) * HOUR);
    for (const stream of calendar[hour]!) if (runUntil(stream, until, due)) enter(stream);
    calendar[hour] = [];
    due.sort((a, b) => a.at - b.at);
    for (let i = 0; i < due.length; i++) {
      const row = render(due[i]!, clock, counters);
      watch?.(row, due[i]!.stream.harvest);
      yield row;
    }
  }
}

/** A world in memory: plans it, and yields its rows as they are asked for. Throws USAGE. */
export const simulate = (request: WorldRequest, watch?: RowWatcher): World => {
  const plan = planWorld(resolveOptions(request));
  const accounts = plan.cast.accounts.toSorted((a, b) => (a.id < b.id ? -1 : 1));
  return {
    plan,
    exchanges: runWorld(plan, watch),
    accounts: accounts.map(accountRow),
    labels: accounts.map(labelRow),
  };
};
