/** The two-axis picture: every campaign at its network score and its intent score. */
import * as Plot from '@observablehq/plot';
import type { ScanReport } from '../../../detect/report/report.ts';
import { plural, shortIds } from '../format.ts';
import { accountsOutside, FOUND, type Found, VERDICT_WORDS } from '../words.ts';
import { chart, chartText } from './chart.ts';
import { badge } from './marks.ts';
import { type Html, html } from './markup.ts';

const SIZE = 460;
const LABELLED = 12;
const TICKS = [0, 0.25, 0.5, 0.75, 1];
const MAX_POINTS = 1_000;
/** Room between two labels, in score units. */
const LABEL_STEP = 0.052;

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

/** Labels of points that lie close together are pushed apart, from the top down. */
export const spreadLabels = <P extends { readonly y: number }>(
  points: readonly P[],
  step: number,
): (P & { readonly labelY: number })[] => {
  let previous = Number.POSITIVE_INFINITY;
  return points
    .toSorted((a, b) => b.y - a.y)
    .map((point) => {
      previous = Math.min(point.y, previous - step);
      return { ...point, labelY: previous };
    });
};

const corner = (x: number, y: number, text: string, textAnchor: 'start' | 'end') =>
  Plot.text([[x, y]], {
    text: [text],
    textAnchor,
    lineAnchor: y > 0.5 ? 'top' : 'bottom',
    lineWidth: 15,
    fill: 'var(--soft)',
    fontSize: 12,
  });

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
  const labels = spreadLabels(points.slice(0, LABELLED), LABEL_STEP);
  const single = accountsOutside(report).slice(0, MAX_POINTS);
  const scale = { domain: [0, 1], ticks: TICKS, tickFormat: String };
  const options: Plot.PlotOptions = {
    width: SIZE,
    height: SIZE + 14,
    marginLeft: 46,
    marginBottom: 46,
    marginTop: 30,
    marginRight: 16,
    x: { ...scale, label: 'network: run by one operator →', labelAnchor: 'right' },
    y: { ...scale, label: '↑ intent: extraction', labelAnchor: 'top' },
    r: { type: 'identity' },
    marks: [
      Plot.gridX({ stroke: 'var(--line)', strokeOpacity: 1, ticks: TICKS }),
      Plot.gridY({ stroke: 'var(--line)', strokeOpacity: 1, ticks: TICKS }),
      Plot.frame({ stroke: 'var(--line)' }),
      corner(0.02, 0.98, 'extraction-like, not run as one', 'start'),
      corner(0.02, 0.02, 'ordinary', 'start'),
      corner(0.98, 0.02, 'run as one, not extraction', 'end'),
      Plot.dot(single, {
        x: (account) => account.network.score,
        y: (account) => account.intent.score,
        r: 2.5,
        fill: 'var(--soft)',
      }),
      ...[...FOUND].reverse().map((verdict) => marksOf(verdict, points)),
      Plot.link(labels, {
        x1: (point) => point.x - 0.03,
        y1: 'y',
        x2: (point) => point.x - 0.055,
        y2: 'labelY',
        stroke: 'var(--soft)',
        strokeWidth: 0.75,
      }),
      Plot.text(labels, {
        x: (point) => point.x - 0.06,
        y: 'labelY',
        text: 'label',
        textAnchor: 'end',
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
<figcaption>Each mark is one finding; its size grows with the number of accounts. Only the upper right corner, where both axes speak, can be called distillation.${left > 0 && ` ${plural(left, 'further finding')} not drawn.`}</figcaption></figure>`;
};
