/**
 * The story of the demo, from the start of the services to the ledger. It goes through the parts as anybody
 * else would: requests through gateways, findings by looks, sharing through the hub and its firewall,
 * decisions by policy, an appeal over HTTP.
 */
import { createClients } from '../../prove/demo/client.ts';
import { LAB_NAMES, type LabName } from '../../prove/demo/lab-name.ts';
import { startModel } from '../../prove/demo/model.ts';
import { createOperator } from '../../prove/demo/operator.ts';
import type { DemoWorld } from '../../prove/demo/world.ts';
import { appeal, checkLedger, type LedgerCheck, ledgerKey, type PutRight } from './appeal.ts';
import { type DemoHub, startDemoHub } from './hub.ts';
import { type DemoLab, startDemoLab } from './lab.ts';
import { HOUR, play } from './play.ts';
import { publishedBy, type Published } from './shared.ts';
import { isHydraOf, type LabSum, readPast, sumOf } from './sums.ts';
import { createTraffic } from './traffic.ts';
import { until } from './wait.ts';
import { type FirstDecision, watchFindings, watchShared } from './watch.ts';

/** If nobody stops the operator at A, it comes to B and C after this long. */
const LATEST_HOURS = 21;
export interface Detected {
  readonly exchanges: number;
  readonly planned: number;
  readonly accounts: number;
  readonly hydra_accounts: number;
  readonly hours: number;
  readonly network_p: number;
  readonly intent_p: number;
}

export interface ActedOn {
  readonly lab: LabName;
  /** Milliseconds from A's finding to the first decision in this lab's gate. */
  readonly ms: number;
  readonly accounts: number;
  /** Kinds of indicator that hit accounts here, and whether traffic of this lab confirmed them. */
  readonly confirmed: boolean;
  readonly refused_at_gateway: boolean;
}

export type StoryEvent =
  | {
      readonly event: 'started';
      readonly labs: Readonly<Record<LabName, number>>;
      readonly ms: number;
    }
  | { readonly event: 'hour'; readonly hour: number; readonly requests: number }
  | ({ readonly event: 'detected' } & Detected)
  | ({ readonly event: 'published' } & Published)
  | ({ readonly event: 'acted' } & ActedOn)
  | { readonly event: 'moved'; readonly hours: number }
  | { readonly event: 'over'; readonly hours: number }
  | { readonly event: 'flagged'; readonly labs: readonly LabName[]; readonly decision: string }
  | ({ readonly event: 'put-right' } & PutRight)
  | ({ readonly event: 'ledger' } & LedgerCheck);

export interface Story {
  readonly detected: Detected | null;
  readonly published: Published | null;
  readonly acted: readonly ActedOn[];
  readonly moved_hours: number | null;
  readonly flagged: readonly LabName[];
  readonly put_right: PutRight | null;
  readonly ledger: LedgerCheck | null;
  readonly labs: Readonly<Record<LabName, LabSum>>;
  readonly requests: number;
}

export interface StoryOptions {
  readonly world: DemoWorld;
  readonly folder: string;
  readonly tell: (event: StoryEvent) => void;
  readonly onError: (error: unknown) => void;
}

export interface Running {
  readonly story: Story;
  readonly hub: DemoHub;
  readonly labs: readonly DemoLab[];
  readonly stop: () => Promise<void>;
}

export const tellStory = async (options: StoryOptions): Promise<Running> => {
  const { world, folder, tell, onError } = options;
  const undo: (() => Promise<void>)[] = [];
  const stop = async (): Promise<void> => {
    for (const step of undo.splice(0).reverse()) await step().catch(onError);
  };
  try {
    return await begin(options, undo, stop, { world, folder, tell });
  } catch (error) {
    await stop();
    throw error;
  }
};

const begin = async (
  { onError }: StoryOptions,
  undo: (() => Promise<void>)[],
  stop: () => Promise<void>,
  { world, folder, tell }: Pick<StoryOptions, 'world' | 'folder' | 'tell'>,
): Promise<Running> => {
  const started = performance.now();
  const hub = await startDemoHub(folder);
  undo.push(() => hub.running.close());
  const model = await startModel();
  undo.push(model.close);
  const labs: DemoLab[] = await Promise.all(
    LAB_NAMES.map((name) => startDemoLab({ name, folder, model: model.url, onError })),
  );
  for (const lab of labs) undo.push(lab.stop);
  const logKey = await ledgerKey(hub.url);
  await readPast(labs, world);
  // One look at the past, so that nobody begins with a finding; then the connection.
  await Promise.all(labs.map(({ lab }) => lab.lookNow()));
  for (const lab of labs) await lab.connect(hub.url, hub.members[lab.name]);
  const [a, ...others] = labs as [DemoLab, ...DemoLab[]];
  // The hub was heard, and every card has its blinded token.
  const ready = (): boolean =>
    labs.every((lab) => {
      const { heard_seconds = null, tokens_pending = 1 } = lab.sharing()?.status() ?? {};
      return heard_seconds !== null && tokens_pending === 0;
    });
  await until('the labs are connected with the hub', ready, 60_000);
  tell({
    event: 'started',
    labs: {
      A: 0,
      B: 0,
      C: 0,
      ...Object.fromEntries(labs.map((l) => [l.name, l.lab.status().accounts])),
    },
    ms: performance.now() - started,
  });

  const clients = createClients();
  undo.push(async () => clients.close());
  const operator = createOperator(world.hydra, world.from, world.from + LATEST_HOURS * HOUR);
  const traffic = createTraffic(world, operator, clients);
  const found = watchFindings(a, () => undefined);
  const shared = new Map(others.map((lab) => [lab.name, watchShared(lab)]));
  const hydraAtA = isHydraOf(world, 'A');

  let detected: Detected | null = null;
  let published: Published | null = null;
  const acted: ActedOn[] = [];
  let movedAt: number | null = null;

  const note = async (hour: number): Promise<void> => {
    const first = found();
    if (first === null) return;
    if (detected === null) {
      const { campaign } = first.finding;
      detected = {
        exchanges: traffic.tally('A').lost,
        planned: operator.planned('A'),
        accounts: campaign.accounts.length,
        hydra_accounts: campaign.accounts.filter((id) => hydraAtA.has(id)).length,
        hours: hour,
        network_p: campaign.network.p_value,
        intent_p: campaign.intent.p_value,
      };
      tell({ event: 'detected', ...detected });
    }
    if (published === null) {
      const secrets = [
        ...world.hydra.hands.A.accounts.flatMap((one) => [
          one.account_id,
          one.payment_fingerprint ?? one.account_id,
        ]),
        world.institute.account,
        world.institute.card,
      ];
      published = publishedBy(a, secrets);
      if (published !== null) tell({ event: 'published', ...published });
    }
    for (const lab of others) {
      const one = shared.get(lab.name)!();
      if (one === null || acted.some((known) => known.lab === lab.name)) continue;
      acted.push(await actedAt(lab, one, first.at));
      tell({ event: 'acted', ...acted.at(-1)! });
    }
  };
  const actedAt = async (lab: DemoLab, one: FirstDecision, from: number): Promise<ActedOn> => {
    const { book } = lab.service.deciding;
    const decided = book
      .inForce(Date.now())
      .filter(({ reason, mode }) => reason === 'SHARED_INTELLIGENCE' && mode === 'live');
    const row = world.hydra.hands[lab.name].rows.find(
      ({ account_id }) => account_id === one.account,
    );
    const reply = row === undefined ? undefined : await clients.send(lab.gateway.url, row);
    return {
      lab: lab.name,
      ms: one.at - from,
      accounts: new Set(decided.map(({ subject }) => subject.value)).size,
      confirmed: lab.sharing()!.status().confirmed > 0,
      refused_at_gateway: reply?.header('x-stillwatch-action') !== undefined,
    };
  };

  const hours = await play({
    ...{ world, labs, operator, traffic },
    shares: () => found() !== null,
    afterHour: async (hour, moved) => {
      await note(hour);
      if (moved) {
        movedAt = hour;
        tell({ event: 'moved', hours: hour });
      }
      tell({ event: 'hour', hour, requests: traffic.requests() });
    },
  });
  tell({ event: 'over', hours });

  const account = world.instituteAt;
  const isRefused = ({ name, service }: DemoLab): boolean =>
    service.deciding.book.gate.answer({ account: account[name] }, Date.now()).action !== 'allow';
  const flaggedLabs = labs.filter(isRefused);
  const flagged = flaggedLabs.map(({ name }) => name);
  let putRight: PutRight | null = null;
  let ledger: LedgerCheck | null = null;
  const last = world.institute.hand.rows.at(-1);
  if (flagged.includes('A') && last !== undefined) {
    // The customer quotes what the gateway said.
    const reply = await clients.send(a.gateway.url, last);
    const decision = reply.header('x-stillwatch-decision') ?? '';
    tell({ event: 'flagged', labs: flagged, decision });
    const told = others.flatMap(
      (lab) =>
        lab
          .sharing()
          ?.indicators()
          .map(({ object }) => String(object.id)) ?? [],
    );
    putRight = await appeal(a, labs, decision, account);
    tell({ event: 'put-right', ...putRight });
    const objects = [...new Set(told)].slice(0, 40);
    ledger = await checkLedger(hub.url, hub.members.B.token, logKey, objects);
    tell({ event: 'ledger', ...ledger });
  }
  const sums: Partial<Record<LabName, LabSum>> = {};
  for (const lab of labs) sums[lab.name] = await sumOf(lab, world, traffic);
  return {
    story: {
      detected,
      published,
      acted,
      moved_hours: movedAt,
      flagged,
      put_right: putRight,
      ledger,
      labs: sums as Record<LabName, LabSum>,
      requests: traffic.requests(),
    },
    hub,
    labs,
    stop,
  };
};
