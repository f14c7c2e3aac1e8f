/** Plays the world through the gateways, hour by hour, and counts what became of every request. */
import type { Clients } from '../../prove/demo/client.ts';
import type { LabName } from '../../prove/demo/lab-name.ts';
import type { Operator } from '../../prove/demo/operator.ts';
import type { DemoWorld } from '../../prove/demo/world.ts';
import type { TrafficRow } from '../../prove/simulate/rows.ts';
import type { DemoLab } from './lab.ts';

export interface LabTally {
  /** Of the operator: sent, answered (that is, lost to it), refused. */
  hydraSent: number;
  lost: number;
  hydraRefused: number;
  /** Of everybody else. */
  honestSent: number;
  readonly honestRefused: Map<string, { readonly action: string; readonly decision: string }>;
  /** Answers of the model that were no answer, and faults of the path: the second must stay 0. */
  faults: number;
}

export interface Traffic {
  /**
   * Sends everything of a lab in a span of time, and waits until the lab has counted it. Gives how many
   * requests of the operator were answered.
   */
  readonly play: (lab: DemoLab, from: number, until: number) => Promise<number>;
  readonly tally: (lab: LabName) => LabTally;
  readonly requests: () => number;
}

/** Said by a gateway only when it refuses. */
const REFUSED = 'x-stillwatch-action';

const at = (row: TrafficRow): number => Date.parse(row.timestamp);

export const createTraffic = (world: DemoWorld, operator: Operator, clients: Clients): Traffic => {
  const tallies = new Map<LabName, LabTally>();
  const places = new Map<LabName, number>();
  let requests = 0;
  const tally = (name: LabName): LabTally => {
    const known = tallies.get(name) ?? {
      hydraSent: 0,
      lost: 0,
      hydraRefused: 0,
      honestSent: 0,
      honestRefused: new Map(),
      faults: 0,
    };
    tallies.set(name, known);
    return known;
  };
  const honestIn = (name: LabName, until: number): readonly TrafficRow[] => {
    const { live } = world.honest[name];
    const first = places.get(name) ?? 0;
    let next = first;
    while (next < live.length && at(live[next]!) < until) next += 1;
    places.set(name, next);
    return live.slice(first, next);
  };
  return {
    play: async ({ name, gateway }, from, until) => {
      const count = tally(name);
      const before = count.lost;
      const hydra = operator.take(name, from, until);
      const isHydra = new Set(hydra);
      const rows = [...honestIn(name, until), ...hydra].sort((a, b) => at(a) - at(b));
      await clients.sendAll(gateway.url, rows, (row, reply) => {
        requests += 1;
        const action = reply.header(REFUSED);
        if (reply.status === 502) count.faults += 1;
        if (isHydra.has(row)) {
          count.hydraSent += 1;
          if (action !== undefined) count.hydraRefused += 1;
          else if (reply.status === 200) count.lost += 1;
          operator.answered(name, row, action !== undefined);
          return;
        }
        count.honestSent += 1;
        if (action !== undefined)
          count.honestRefused.set(row.account_id, {
            action,
            decision: reply.header('x-stillwatch-decision') ?? '',
          });
      });
      await gateway.flush();
      return count.lost - before;
    },
    tally,
    requests: () => requests,
  };
};
