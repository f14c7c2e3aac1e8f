/** Where the accounts of a link graph stand: computed once, the same for the same report. */
import {
  forceCollide,
  forceLink,
  forceManyBody,
  forceSimulation,
  forceX,
  forceY,
  type SimulationNodeDatum,
} from 'd3-force';
import type { LinkReport } from '../../../detect/report/report.ts';
import type { Member } from './members.ts';

export const GRAPH_WIDTH = 620;
const MAX_HEIGHT = 460;
const MARGIN = 24;
/** A graph of few accounts is not blown up to the full width. */
const MAX_SCALE = 2.2;
/** About half of the d3-force default: a still picture needs no slow end. */
const STEPS = 140;

interface Node extends SimulationNodeDatum {
  readonly id: string;
  readonly number: number;
  degree: number;
}

export interface Placed {
  readonly id: string;
  /** As in the list of accounts; 0 when the link names an account that is not in the campaign. */
  readonly number: number;
  readonly degree: number;
  readonly x: number;
  readonly y: number;
}

/** Positions within GRAPH_WIDTH × height. */
export interface Layout {
  readonly placed: readonly Placed[];
  readonly height: number;
}

/** A fixed sequence (Lehmer, minimal standard of Park and Miller 1988, multiplier of 1993). */
const fixedSequence = (): (() => number) => {
  let state = 20_260_103;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
};

const fit = (nodes: readonly Node[]): Layout => {
  const rangeOf = (values: readonly number[]) => ({
    low: Math.min(...values),
    size: Math.max(1, Math.max(...values) - Math.min(...values)),
  });
  const [x, y] = [rangeOf(nodes.map((n) => n.x ?? 0)), rangeOf(nodes.map((n) => n.y ?? 0))];
  const room = { x: GRAPH_WIDTH - 2 * MARGIN, y: MAX_HEIGHT - 2 * MARGIN };
  const scale = Math.min(MAX_SCALE, room.x / x.size, room.y / y.size);
  const left = (GRAPH_WIDTH - x.size * scale) / 2;
  const placed = nodes.map((node) => ({
    id: node.id,
    number: node.number,
    degree: node.degree,
    x: left + ((node.x ?? 0) - x.low) * scale,
    y: MARGIN + ((node.y ?? 0) - y.low) * scale,
  }));
  return { placed, height: Math.ceil(y.size * scale + 2 * MARGIN) };
};

export const layOut = (links: readonly LinkReport[], members: readonly Member[]): Layout => {
  const numbers = new Map(members.map(({ id, number }) => [id, number]));
  const nodes = new Map<string, Node>();
  const nodeOf = (id: string): Node => {
    const node = nodes.get(id) ?? { id, number: numbers.get(id) ?? 0, degree: 0 };
    node.degree += 1;
    nodes.set(id, node);
    return node;
  };
  const edges = links.map(({ a, b }) => ({ source: nodeOf(a), target: nodeOf(b) }));
  const list = [...nodes.values()];
  const simulation = forceSimulation(list)
    .randomSource(fixedSequence())
    // Cooled from 1 to 0.001 (the default end of d3-force) in exactly STEPS.
    .alphaDecay(1 - 0.001 ** (1 / STEPS))
    .force('link', forceLink(edges).distance(34))
    .force('apart', forceManyBody().strength(-60).distanceMax(260))
    .force('x', forceX(0).strength(0.055))
    // Flatter than wide, as the place it has on the page.
    .force('y', forceY(0).strength(0.085))
    .force('collide', forceCollide(8))
    .stop();
  simulation.tick(STEPS);
  return fit(list);
};
