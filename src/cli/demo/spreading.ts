/** From A's finding to decisions elsewhere: noted when it happens, told after the hour in which it did. */
import type { Clients } from '../../prove/demo/client.ts';
import type { Operator } from '../../prove/demo/operator.ts';
import type { DemoWorld } from '../../prove/demo/world.ts';
import type { DemoLab } from './lab.ts';
import { type Published, publishedBy } from './shared.ts';
import type { Stage } from './stage.ts';
import type { ActedOn, Detected, StoryEvent } from './story-types.ts';
import { isHydraOf } from './sums.ts';
import type { Traffic } from './traffic.ts';
import { type FirstDecision, watchFindings, watchShared } from './watch.ts';

export interface Spreading {
  readonly begun: () => boolean;
  readonly note: (hour: number) => Promise<void>;
  readonly detected: () => Detected | null;
  readonly published: () => Published | null;
  readonly acted: () => readonly ActedOn[];
}

export interface SpreadingParts {
  readonly world: DemoWorld;
  readonly stage: Stage;
  readonly operator: Operator;
  readonly traffic: Traffic;
  readonly clients: Clients;
  readonly tell: (event: StoryEvent) => void;
}

/** What must not be found in anything that leaves A. */
const secretsOf = ({ hydra, institute }: DemoWorld): readonly string[] => [
  ...hydra.hands.A.accounts.flatMap((one) => [
    one.account_id,
    ...(one.payment_fingerprint === undefined ? [] : [one.payment_fingerprint]),
  ]),
  institute.account,
  institute.card,
];

export const watchSpreading = (parts: SpreadingParts): Spreading => {
  const { world, stage, operator, traffic, clients, tell } = parts;
  const { a, others } = stage;
  const found = watchFindings(a);
  const shared = new Map(
    others.map((lab) => [lab.name, watchShared(lab, isHydraOf(world, lab.name))]),
  );
  let detected: Detected | null = null;
  let published: Published | null = null;
  const acted: ActedOn[] = [];

  const actedAt = async (
    lab: DemoLab,
    one: FirstDecision,
    from: number,
    hours_later: number,
  ): Promise<ActedOn> => {
    const decided = lab.service.deciding.book
      .inForce(Date.now())
      .filter(({ reason, mode }) => reason === 'SHARED_INTELLIGENCE' && mode === 'live');
    const row = world.hydra.hands[lab.name].rows.find(
      ({ account_id }) => account_id === one.account,
    );
    const reply = row === undefined ? undefined : await clients.send(lab.gateway.url, row);
    return {
      lab: lab.name,
      ms: one.at - from,
      hours_later,
      accounts: new Set(decided.map(({ subject }) => subject.value)).size,
      confirmed: (lab.sharing()?.status().confirmed ?? 0) > 0,
      refused_at_gateway: reply?.header('x-stillwatch-action') !== undefined,
    };
  };
  return {
    begun: () => found() !== null,
    note: async (hour) => {
      const first = found();
      if (first === null) return;
      if (detected === null) {
        const { campaign } = first.finding;
        const hydra = isHydraOf(world, 'A');
        detected = {
          exchanges: traffic.tally('A').lost,
          planned: operator.planned('A'),
          accounts: campaign.accounts.length,
          hydra_accounts: campaign.accounts.filter((id) => hydra.has(id)).length,
          hours: hour,
          network_p: campaign.network.p_value,
          intent_p: campaign.intent.p_value,
        };
        tell({ event: 'detected', ...detected });
      }
      if (published === null) {
        published = publishedBy(a, secretsOf(world));
        if (published !== null) tell({ event: 'published', ...published });
      }
      for (const lab of others) {
        const one = shared.get(lab.name)!();
        if (one === null || acted.some((known) => known.lab === lab.name)) continue;
        const told = await actedAt(lab, one, first.at, hour - detected.hours);
        acted.push(told);
        tell({ event: 'acted', ...told });
      }
    },
    detected: () => detected,
    published: () => published,
    acted: () => acted,
  };
};
