/** Charts of an evaluation: shares with their intervals, in rows or along a line. */
import * as Plot from '@observablehq/plot';
import type { Chart, Point } from '../../../prove/evaluate/kit/section.ts';
import { chart, chartText } from './chart.ts';
import { type Html, html } from './markup.ts';

const ROW = 24;
const WIDTH = 760;
const COLORS = [0, 1, 2, 3, 4, 5].map((i) => `var(--kind-${i})`);
/** Shapes and dashes repeat what colour says. */
const SYMBOLS = ['circle', 'square', 'triangle', 'diamond', 'star', 'cross'] as const;
const DASHES = ['', '6 3', '2 3', '8 3 2 3', '1 4', '10 4'];

const percent = (share: number): string => `${Number((100 * share).toFixed(1))} %`;

interface Drawn {
  readonly x: number | string;
  readonly series: string;
  readonly value: number;
  readonly low: number;
  readonly high: number;
  readonly title: string;
}

/** Points with a value; names are bounded and made visible here. */
const drawnOf = (points: readonly Point[]): Drawn[] =>
  points
    .filter((p) => p.value !== null)
    .map((p) => {
      const x = typeof p.x === 'number' ? p.x : chartText(p.x, 70);
      const series = chartText(p.series, 60);
      const [low, high] = [p.low ?? p.value!, p.high ?? p.value!];
      const title = `${series}, ${x}: ${percent(p.value!)} [${percent(low)} – ${percent(high)}]`;
      return { x, series, value: p.value!, low, high, title };
    });

const target = (share: number | undefined, axis: 'x' | 'y') =>
  share === undefined
    ? []
    : [
        (axis === 'x' ? Plot.ruleX : Plot.ruleY)([share], {
          stroke: 'var(--soft)',
          strokeDasharray: '4 4',
        }),
      ];

/** Ticks up to the smallest end that holds every interval: small rates need room. */
const ticksFor = (points: readonly Drawn[], target: number | undefined): number[] => {
  const most = Math.max(target ?? 0, ...points.map((p) => p.high));
  const end = [0.02, 0.1, 0.2, 0.4, 1].find((limit) => most <= limit) ?? 1;
  return [0, 0.25, 0.5, 0.75, 1].map((part) => Number((part * end).toFixed(4)));
};

/** One row per point; the name of its series stands above the first of each. */
const rowsOptions = (spec: Chart, points: readonly Drawn[]): Plot.PlotOptions => {
  const groups = [...Map.groupBy(points, (p) => p.series)];
  const ticks = ticksFor(points, spec.target);
  const rows: { readonly key: string; readonly label: string; readonly head: boolean }[] = [];
  const placed: (Drawn & { readonly key: string })[] = [];
  for (const [series, own] of groups) {
    rows.push({ key: `#${series}`, label: series, head: true });
    for (const p of own) {
      const key = `${series}\u0000${p.x}`;
      rows.push({ key, label: String(p.x), head: false });
      placed.push({ ...p, key });
    }
  }
  const label = (head: boolean) =>
    Plot.text(
      rows.filter((row) => row.head === head),
      {
        x: 0,
        y: 'key',
        text: 'label',
        textAnchor: head ? 'start' : 'end',
        dx: head ? -350 : -12,
        fill: head ? 'var(--soft)' : 'currentColor',
        ...(head ? { fontWeight: 600 } : {}),
      },
    );
  return {
    width: WIDTH,
    height: rows.length * ROW + 56,
    marginLeft: 360,
    marginRight: 24,
    marginBottom: 40,
    marginTop: 10,
    x: { domain: [0, ticks.at(-1)!], ticks, tickFormat: percent, label: spec.x },
    y: { type: 'band', domain: rows.map((row) => row.key), axis: null },
    marks: [
      Plot.gridX({ stroke: 'var(--line)', strokeOpacity: 1, ticks }),
      ...target(spec.target, 'x'),
      Plot.link(placed, {
        x1: 'low',
        x2: 'high',
        y: 'key',
        stroke: 'var(--network)',
        strokeWidth: 2,
        strokeOpacity: 0.55,
      }),
      Plot.dot(placed, { x: 'value', y: 'key', r: 4.5, fill: 'var(--network)', title: 'title' }),
      label(true),
      label(false),
    ],
  };
};

const linesOptions = (spec: Chart, points: readonly Drawn[]): Plot.PlotOptions => {
  const groups = [...Map.groupBy(points, (p) => p.series).values()];
  const xs = [...new Set(points.map((p) => Number(p.x)))].sort((a, b) => a - b);
  const isShare = xs.every((x) => x <= 1);
  const ticks = ticksFor(points, spec.target);
  return {
    width: WIDTH,
    height: 380,
    marginLeft: 60,
    marginBottom: 46,
    marginTop: 24,
    marginRight: 24,
    x: { type: spec.logX === true ? 'log' : 'linear', axis: null },
    y: { domain: [0, ticks.at(-1)!], ticks, tickFormat: percent, label: `↑ ${spec.y}` },
    marks: [
      Plot.gridY({ stroke: 'var(--line)', strokeOpacity: 1, ticks }),
      // Named one by one: a logarithmic axis of its own would leave some out.
      Plot.axisX(xs, {
        text: (x: number) => (isShare ? percent(x) : String(x)),
        label: `${spec.x} →`,
      }),
      ...target(spec.target, 'y'),
      ...groups.flatMap((own, i) => {
        const color = COLORS[i % COLORS.length]!;
        // Beside each other, so that intervals at the same x can be told apart.
        const dx = (i - (groups.length - 1) / 2) * 5;
        return [
          Plot.ruleX(own, {
            x: 'x',
            y1: 'low',
            y2: 'high',
            dx,
            stroke: color,
            strokeWidth: 2,
            strokeOpacity: 0.4,
          }),
          Plot.lineY(own, {
            dx,
            x: 'x',
            y: 'value',
            stroke: color,
            strokeWidth: 2,
            strokeDasharray: DASHES[i % DASHES.length]!,
          }),
          Plot.dot(own, {
            dx,
            x: 'x',
            y: 'value',
            r: 4,
            symbol: SYMBOLS[i % SYMBOLS.length]!,
            fill: color,
            title: 'title',
          }),
        ];
      }),
    ],
  };
};

const legend = (points: readonly Drawn[]): Html => {
  const names = [...new Set(points.map((p) => p.series))];
  return html`<ul class="legend">${names.map((name, i) => html`<li><svg width="30" height="10" viewBox="0 0 30 10" aria-hidden="true"><path d="M0 5H30" stroke="${COLORS[i % COLORS.length]!}" stroke-width="2" stroke-dasharray="${DASHES[i % DASHES.length]!}"/></svg>${name}</li>`)}</ul>`;
};

/** A figure, or nothing when nothing was measured. */
export const evaluationChart = (spec: Chart): Html | null => {
  const points = drawnOf(spec.points);
  if (points.length === 0) return null;
  const options = spec.kind === 'rows' ? rowsOptions(spec, points) : linesOptions(spec, points);
  return html`<figure><h4>${spec.title}</h4>${spec.kind === 'lines' && legend(points)}<div class="scroll chart" tabindex="0" role="region" aria-label="${spec.title}">${chart(spec.title, options)}</div>
<figcaption>Bars are 95 % intervals.${spec.target !== undefined && ` The dashed line is at ${percent(spec.target)}.`} The table holds the same numbers.</figcaption></figure>`;
};
