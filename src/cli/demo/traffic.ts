/** Plays the world through the gateways, hour by hour, and counts what became of every request. */
import type { Clients } from '../../prove/demo/client.ts';
import type { Reply } from '../../prove/demo/http.ts';
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
  /** Faults of the path: must stay 0. */
  faults: number;
}

export interface Traffic {
  /**
   * Sends everything of a lab in a span of time, and waits until the lab has counted it.
   * @param answered after every few requests of the operator, if some of them were answered
   */
  readonly play: (
    lab: DemoLab,
    from: number,
    until: number,
    answered: () => Promise<void>,
  ) => Promise<void>;
  readonly tally: (lab: LabName) => LabTally;
  readonly requests: () => number;
}

/** Requests of the operator that are sent at once; in the world they lie seconds to minutes apart. */
const TOGETHER = 8;

/** Said by a gateway only when it refuses. */
const REFUSED = 'x-stillwatch-action';

/** Rows in their order, cut where enough of the operator's are together. */
const partsOf = function* (
  rows: readonly TrafficRow[],
  isHydra: ReadonlySet<TrafficRow>,
): Generator<readonly TrafficRow[]> {
  let part: TrafficRow[] = [];
  let together = 0;
  for (const row of rows) {
    part.push(row);
    if (isHydra.has(row)) together += 1;
    if (together < TOGETHER) continue;
    yield part;
    [part, together] = [[], 0];
  }
  if (part.length > 0) yield part;
};

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
    play: async ({ name, gateway }, from, until, answered) => {
      const count = tally(name);
      const hydra = operator.take(name, from, until);
      const isHydra = new Set(hydra);
      const rows = [...honestIn(name, until), ...hydra].sort((a, b) => at(a) - at(b));
      const heard = (row: TrafficRow, reply: Reply): void => {
        requests += 1;
        const action = reply.header(REFUSED);
        if (reply.status === 502) count.faults += 1;
        if (!isHydra.has(row)) {
          count.honestSent += 1;
          return;
        }
        count.hydraSent += 1;
        if (action !== undefined) count.hydraRefused += 1;
        else if (reply.status === 200) count.lost += 1;
        operator.answered(name, row, action !== undefined);
      };
      for (const part of partsOf(rows, isHydra)) {
        const before = count.lost;
        await clients.sendAll(gateway.url, part, heard);
        await gateway.flush();
        if (count.lost > before) await answered();
      }
    },
    tally,
    requests: () => requests,
  };
};
