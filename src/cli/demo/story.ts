/**
 * The story of the demo, from the start of the services to the ledger. It goes through the parts as anybody
 * else would: requests through gateways, findings by looks, sharing through the hub and its firewall,
 * decisions by policy, an appeal over HTTP.
 */
import { type Clients, createClients } from '../../prove/demo/client.ts';
import type { LabName } from '../../prove/demo/lab-name.ts';
import { createOperator } from '../../prove/demo/operator.ts';
import type { DemoWorld } from '../../prove/demo/world.ts';
import { appeal, checkLedger, type LedgerCheck, ledgerKey, type PutRight } from './appeal.ts';
import type { DemoLab } from './lab.ts';
import { HOUR, play } from './play.ts';
import { watchSpreading } from './spreading.ts';
import { type Stage, setStage } from './stage.ts';
import type { Running, StoryEvent, StoryOptions } from './story-types.ts';
import { type LabSum, sumOf } from './sums.ts';
import { createTraffic } from './traffic.ts';

/** If nobody stops the operator at A, it comes to B and C after this long. */
const LATEST_HOURS = 21;
/** Objects of the hub of which the ledger is asked. */
const MOST_OBJECTS = 40;

interface WayBack {
  readonly flagged: readonly LabName[];
  readonly put_right: PutRight | null;
  readonly ledger: LedgerCheck | null;
}

/** The institute was refused: it appeals at A, and what A had said of it is taken back everywhere. */
const wayBack = async (
  { hub, a, others, labs }: Stage,
  world: DemoWorld,
  clients: Clients,
  logKey: string,
  tell: (event: StoryEvent) => void,
): Promise<WayBack> => {
  const account = world.instituteAt;
  const isRefused = ({ name, service }: DemoLab): boolean =>
    service.deciding.book.gate.answer({ account: account[name] }, Date.now()).action !== 'allow';
  const flagged = labs.filter(isRefused).map(({ name }) => name);
  const last = world.institute.hand.rows.at(-1);
  if (!flagged.includes('A') || last === undefined)
    return { flagged, put_right: null, ledger: null };
  // The customer quotes what the gateway said.
  const reply = await clients.send(a.gateway.url, last);
  const decision = reply.header('x-stillwatch-decision') ?? '';
  tell({ event: 'flagged', labs: flagged, decision });
  const known = others.flatMap((lab) => lab.sharing()?.indicators() ?? []);
  const put_right = await appeal(a, labs, decision, account);
  tell({ event: 'put-right', ...put_right });
  const ids = [...put_right.retracted, ...known.map(({ object }) => String(object.id))];
  const asked = [...new Set(ids)].slice(0, MOST_OBJECTS);
  const ledger =
    asked.length === 0 ? null : await checkLedger(hub.url, hub.members.B.token, logKey, asked);
  if (ledger !== null) tell({ event: 'ledger', ...ledger });
  return { flagged, put_right, ledger };
};

const begin = async (
  { world, folder, tell, onError }: StoryOptions,
  undo: (() => Promise<void>)[],
): Promise<Omit<Running, 'stop'>> => {
  const started = performance.now();
  const stage = await setStage({ world, folder, onError, undo });
  const { hub, labs } = stage;
  const logKey = await ledgerKey(hub.url);
  const accounts: Record<LabName, number> = { A: 0, B: 0, C: 0 };
  for (const { name, lab } of labs) accounts[name] = lab.status().accounts;
  const operators = world.hydra.hands.A.accounts.length;
  tell({
    ...{ event: 'started', labs: accounts, operator: operators },
    ms: performance.now() - started,
  });

  const clients = createClients();
  undo.push(async () => clients.close());
  const operator = createOperator(world.hydra, world.from, world.from + LATEST_HOURS * HOUR);
  const traffic = createTraffic(world, operator, clients);
  const spreading = watchSpreading({ world, stage, operator, traffic, clients, tell });
  let moved_hours: number | null = null;
  const hours = await play({
    ...{ world, labs, operator, traffic },
    shares: spreading.begun,
    afterHour: async (hour, moved) => {
      await spreading.note(hour);
      if (moved) {
        moved_hours = hour;
        tell({ event: 'moved', hours: hour, stopped: operator.stoppedAt('A') });
      }
      tell({ event: 'hour', hour, requests: traffic.requests() });
    },
  });
  tell({ event: 'over', hours });
  const back = await wayBack(stage, world, clients, logKey, tell);
  const sums: Partial<Record<LabName, LabSum>> = {};
  for (const lab of labs) sums[lab.name] = await sumOf(lab, world, traffic);
  return {
    story: {
      detected: spreading.detected(),
      published: spreading.published(),
      acted: spreading.acted(),
      moved_hours,
      ...back,
      labs: sums as Record<LabName, LabSum>,
      requests: traffic.requests(),
    },
    hub,
    labs,
  };
};

export const tellStory = async (options: StoryOptions): Promise<Running> => {
  const undo: (() => Promise<void>)[] = [];
  const stop = async (): Promise<void> => {
    for (const step of undo.splice(0).reverse()) await step().catch(options.onError);
  };
  try {
    return { ...(await begin(options, undo)), stop };
  } catch (error) {
    await stop();
    throw error;
  }
};
