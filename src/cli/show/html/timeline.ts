/** The heat map of accounts × time. */
import * as Plot from '@observablehq/plot';
import type { CampaignReport } from '../../../detect/report/report.ts';
import { formatDuration, plural } from '../format.ts';
import { chart, element, type SvgDocument, type SvgElement } from './chart.ts';
import { type Html, html } from './markup.ts';
import type { Member } from './members.ts';

export const MAX_ROWS = 150;
export const MAX_COLUMNS = 96;
const LEVELS = 5;

/** Counts summed over runs of `factor` steps. */
export const rebin = (counts: readonly number[], factor: number): number[] => {
  const bins: number[] = [];
  counts.forEach((count, step) => {
    const bin = Math.floor(step / factor);
    bins[bin] = (bins[bin] ?? 0) + count;
  });
  return bins;
};

/**
 * Upper bounds of the levels: equal steps of the square root, so that one busy account does not
 * make the others vanish. At most five, fewer when counts are small; strictly increasing.
 */
export const levelBounds = (max: number): number[] => {
  const bounds = Array.from({ length: LEVELS }, (_, i) =>
    Math.round(max * ((i + 1) / LEVELS) ** 2),
  );
  return [...new Set(bounds.map((bound) => Math.max(1, bound)))];
};

const levelOf = (count: number, bounds: readonly number[]): number =>
  bounds.findIndex((bound) => count <= bound);

/** With fewer than five levels the strong end of the ramp is used, so that they stay apart. */
const classOf = (level: number, bounds: readonly number[]): string =>
  `h${Math.round(((level + 1) / bounds.length) * LEVELS)}`;

interface Grid {
  readonly rows: readonly { readonly bins: readonly number[] }[];
  readonly bounds: readonly number[];
  readonly start: number;
  readonly step: number;
}

type ScaleFunctions = { x?: (value: Date) => number; y?: (value: number) => number };

/** All cells of one level as a single path, neighbours joined: a tenth of the size of rectangles. */
const cellPaths = (grid: Grid, scales: ScaleFunctions, document: SvgDocument): SvgElement => {
  const group = element(document, 'g', { class: 'heat' });
  const x = (step: number): string => scales.x!(new Date(grid.start + step * grid.step)).toFixed(1);
  const height = Math.abs(scales.y!(2) - scales.y!(1));
  const paths: string[] = grid.bounds.map(() => '');
  grid.rows.forEach(({ bins }, row) => {
    const y = scales.y!(row + 1).toFixed(1);
    for (let step = 0; step < bins.length; step++) {
      const level = bins[step]! > 0 ? levelOf(bins[step]!, grid.bounds) : -1;
      if (level < 0) continue;
      const from = step;
      while (
        step + 1 < bins.length &&
        bins[step + 1]! > 0 &&
        levelOf(bins[step + 1]!, grid.bounds) === level
      )
        step++;
      paths[level] += `M${x(from)} ${y}H${x(step + 1)}`;
    }
  });
  paths.forEach((d, level) => {
    if (d === '') return;
    const width = Math.max(1, height - (height > 4 ? 1 : 0.4)).toFixed(1);
    group.append(
      element(document, 'path', { class: classOf(level, grid.bounds), d, 'stroke-width': width }),
    );
  });
  return group;
};

const gridOf = (campaign: CampaignReport, members: readonly Member[]): Grid | null => {
  const start = Date.parse(campaign.timeline.start);
  const steps = members.reduce((most, { counts }) => Math.max(most, counts.length), 0);
  if (Number.isNaN(start) || steps === 0) return null;
  const factor = Math.ceil(steps / MAX_COLUMNS);
  const rows = members.map(({ counts }) => ({ bins: rebin(counts, factor) }));
  const max = rows.reduce(
    (most, { bins }) => bins.reduce((m, count) => Math.max(m, count), most),
    0,
  );
  if (max === 0) return null;
  return { rows, bounds: levelBounds(max), start, step: campaign.timeline.step_ms * factor };
};

const legend = (bounds: readonly number[]): Html =>
  html`<ul class="legend" aria-label="Exchanges per cell">${bounds.map((bound, level) => {
    const from = (bounds[level - 1] ?? 0) + 1;
    return html`<li><svg class="heat" width="18" height="12" viewBox="0 0 18 12" aria-hidden="true"><path class="${classOf(level, bounds)}" d="M0 6H18" stroke-width="12"/></svg>${from === bound ? bound : `${from}–${bound}`}</li>`;
  })}<li class="soft">exchanges per cell; empty is none</li></ul>`;

/** The busiest accounts when there are more rows than fit; their order stays. */
const shownMembers = (members: readonly Member[]): readonly Member[] => {
  const drawn = members.filter(({ counts }) => counts.length > 0);
  if (drawn.length <= MAX_ROWS) return drawn;
  const total = (member: Member): number => member.counts.reduce((sum, count) => sum + count, 0);
  const busiest = new Set(drawn.toSorted((a, b) => total(b) - total(a)).slice(0, MAX_ROWS));
  return drawn.filter((member) => busiest.has(member));
};

/** '3 Jan', with the hour when it is not midnight; the year stands in the text above. */
const dayLabel = (date: Date): string => {
  const [day, hour] = [date.toUTCString().slice(5, 11), date.toISOString().slice(11, 16)];
  return `${day.replace(/^0/, '')}${hour === '00:00' ? '' : ` ${hour}`}`;
};

export const timelineFigure = (campaign: CampaignReport, members: readonly Member[]): Html => {
  const shown = shownMembers(members);
  const grid = gridOf(campaign, shown);
  if (grid === null)
    return html`<p class="soft">The report holds no timeline for this campaign.</p>`;
  const rows = grid.rows.length;
  const columns = Math.max(...grid.rows.map(({ bins }) => bins.length));
  const rowHeight = Math.max(4, Math.min(14, 520 / rows));
  const end = new Date(grid.start + columns * grid.step);
  const ticks = shown.flatMap((_, i) =>
    i === 0 || (i + 1) % Math.ceil(rows / 8) === 0 ? [i + 1] : [],
  );
  const options: Plot.PlotOptions = {
    width: 1000,
    height: Math.round(rows * rowHeight) + 44,
    marginLeft: 46,
    marginRight: 26,
    marginTop: 24,
    marginBottom: 20,
    x: { type: 'utc', domain: [new Date(grid.start), end], label: null },
    y: { domain: [0.5, rows + 0.5], reverse: true, label: 'account no.', labelAnchor: 'top' },
    marks: [
      Plot.axisX({ tickSize: 4, ticks: 7, tickFormat: dayLabel }),
      Plot.axisY(ticks, {
        tickSize: 0,
        tickFormat: (row: number) => String(shown[row - 1]!.number),
      }),
      Plot.gridX({ ticks: 7, stroke: 'var(--line)', strokeOpacity: 1 }),
      (_index, scales, _values, _dimensions, context) =>
        cellPaths(
          grid,
          scales as unknown as ScaleFunctions,
          context.document as SvgDocument,
        ) as never,
    ],
  };
  const said = `Exchanges of ${plural(rows, 'account')} over time; a row is an account, a cell is ${formatDuration(grid.step)}.`;
  const hidden = members.length - rows;
  return html`<figure>${legend(grid.bounds)}
<div class="scroll chart" tabindex="0" role="region" aria-label="Timeline of accounts">${chart(said, options)}</div>
<figcaption>A row is an account, in the order in which they first became active (numbers as in the list of accounts); a cell is ${formatDuration(grid.step)}, times in UTC.${hidden > 0 && ` The ${rows} busiest accounts are drawn, ${plural(hidden, 'other')} not.`}</figcaption></figure>`;
};
