/** The two-axis picture: every campaign at its network score and its intent score. */
import * as Plot from '@observablehq/plot';
import type { ScanReport } from '../../../detect/report/report.ts';
import { plural, shortIds } from '../format.ts';
import { accountsOutside, FOUND, type Found, VERDICT_WORDS } from '../words.ts';
import { chart, chartText } from './chart.ts';
import { type Box, placeLabels } from './label-places.ts';
import { badge } from './marks.ts';
import { type Html, html } from './markup.ts';

const SIZE = 460;
const HEIGHT = 474;
const MARGIN = { left: 46, right: 16, top: 30, bottom: 46 } as const;
const TICKS = [0, 0.25, 0.5, 0.75, 1];
const MAX_POINTS = 1_000;

interface Point {
  readonly x: number;
  readonly y: number;
  readonly r: number;
  readonly verdict: Found;
  readonly title: string;
  readonly label: string;
}

const pointsOf = (report: ScanReport): Point[] => {
  const short = shortIds(report.campaigns.map((campaign) => campaign.id));
  return report.campaigns.slice(0, MAX_POINTS).map((campaign) => ({
    x: campaign.network.score,
    y: campaign.intent.score,
    r: 5 + Math.min(9, Math.sqrt(campaign.accounts.length) / 1.6),
    verdict: campaign.verdict,
    label: chartText(short.get(campaign.id)!, 12),
    title: chartText(
      `${VERDICT_WORDS[campaign.verdict].one}, ${plural(campaign.accounts.length, 'account')}`,
    ),
  }));
};

/** In the middle of the picture, because scores gather in its corners. */
const QUADRANTS = [
  { x: 0.02, y: 0.53, text: 'extraction-like, not run as one' },
  { x: 0.98, y: 0.53, text: 'run as one, extraction-like' },
  { x: 0.02, y: 0.47, text: 'ordinary' },
  { x: 0.98, y: 0.47, text: 'run as one, not extraction' },
] as const;

const quadrants = (textAnchor: 'start' | 'end') =>
  Plot.text(
    QUADRANTS.filter(({ x }) => x < 0.5 === (textAnchor === 'start')),
    { x: 'x', y: 'y', text: 'text', textAnchor, fill: 'var(--soft)', fontSize: 12 },
  );

const px = (x: number): number => MARGIN.left + x * (SIZE - MARGIN.left - MARGIN.right);
const py = (y: number): number => MARGIN.top + (1 - y) * (HEIGHT - MARGIN.top - MARGIN.bottom);

/** The points with a place for their label, in pixels; the table below names the others. */
const labelled = (points: readonly Point[]) => {
  const marks = points.map((point) => ({ ...point, x: px(point.x), y: py(point.y) }));
  const middle: Box = { left: px(0), top: py(0.57), right: px(1), bottom: py(0.43) };
  const frame: Box = { left: px(0) + 2, top: 2, right: SIZE - 2, bottom: py(0) + 14 };
  return placeLabels(marks, [middle], frame).map(({ mark, x, y }) => ({
    x,
    y,
    label: points[mark]!.label,
  }));
};

const marksOf = (verdict: Found, points: readonly Point[]) => {
  const symbol = {
    distillation: 'circle',
    'account-network': 'square',
    review: 'diamond',
  } as const;
  const own = points.filter((point) => point.verdict === verdict);
  const color = `var(--${verdict})`;
  return Plot.dot(own, {
    x: 'x',
    y: 'y',
    r: 'r',
    symbol: symbol[verdict],
    title: 'title',
    stroke: verdict === 'review' ? color : 'var(--card)',
    strokeWidth: verdict === 'review' ? 2 : 1,
    fill: verdict === 'review' ? 'var(--card)' : color,
  });
};

export const axesChart = (report: ScanReport): Html => {
  const points = pointsOf(report);
  const labels = labelled(points);
  const single = accountsOutside(report).slice(0, MAX_POINTS);
  const scale = { domain: [0, 1], ticks: TICKS, tickFormat: String };
  const options: Plot.PlotOptions = {
    width: SIZE,
    height: HEIGHT,
    marginLeft: MARGIN.left,
    marginBottom: MARGIN.bottom,
    marginTop: MARGIN.top,
    marginRight: MARGIN.right,
    x: { ...scale, label: 'network: run by one operator →', labelAnchor: 'right' },
    y: { ...scale, label: '↑ intent: extraction', labelAnchor: 'top' },
    r: { type: 'identity' },
    marks: [
      Plot.gridX({ stroke: 'var(--line)', strokeOpacity: 1, ticks: TICKS }),
      Plot.gridY({ stroke: 'var(--line)', strokeOpacity: 1, ticks: TICKS }),
      Plot.frame({ stroke: 'var(--line)' }),
      quadrants('start'),
      quadrants('end'),
      Plot.dot(single, {
        x: (account) => account.network.score,
        y: (account) => account.intent.score,
        r: 2.5,
        fill: 'var(--soft)',
      }),
      ...[...FOUND].reverse().map((verdict) => marksOf(verdict, points)),
      // Null scales: the places are pixels already.
      Plot.text(labels, {
        x: { value: 'x', scale: null },
        y: { value: 'y', scale: null },
        text: 'label',
        textAnchor: 'start',
        fill: 'currentColor',
        stroke: 'var(--card)',
        strokeWidth: 4,
        fontSize: 12,
      }),
    ],
  };
  const said = `Position of ${plural(points.length, 'finding')} by network score and intent score.`;
  const left = report.campaigns.length - MAX_POINTS;
  return html`<figure>
<ul class="legend">${FOUND.map((verdict) => html`<li>${badge(verdict)}</li>`)}${single.length > 0 && html`<li><svg width="8" height="8" viewBox="0 0 8 8" aria-hidden="true"><circle cx="4" cy="4" r="2.5" fill="var(--soft)"/></svg>single account</li>`}</ul>
${chart(said, options)}
<figcaption>Each mark is one finding; its size grows with the number of accounts. Only the upper right corner, where both axes speak, can be called distillation. ${labels.length < points.length && 'Marks that lie too close together are named in the table only.'}${left > 0 && ` ${plural(left, 'further finding')} not drawn.`}</figcaption></figure>`;
};
