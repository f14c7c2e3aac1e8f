/** The table of campaigns: one line each where there is room, scores below where there is not. */
import Table from 'cli-table3';
import { forTerminal } from '../../base/safe-text.ts';
import { trimToWidth } from '../../base/text-width.ts';
import type { AxisScore, CampaignReport, ScanReport } from '../../detect/report/report.ts';
import { formatCount, formatDay, formatP, formatScore, formatShare, shortIds } from './format.ts';
import { type Paint, plainSigns } from './paint.ts';

/** More would scroll the first lines away; the JSON and the page hold them all. */
const SHOWN = 40;
/** Columns that all seven take with their borders. */
const WIDE = 108;

const ASCII_BORDER = {
  top: '-',
  'top-mid': '+',
  'top-left': '+',
  'top-right': '+',
  bottom: '-',
  'bottom-mid': '+',
  'bottom-left': '+',
  'bottom-right': '+',
  left: '|',
  'left-mid': '+',
  mid: '-',
  'mid-mid': '+',
  right: '|',
  'right-mid': '+',
  middle: '|',
};

const score = (axis: AxisScore): string => `${formatScore(axis.score)}  p ${formatP(axis.p_value)}`;

/** The family with the most exchanges, its slots masked by the scan. */
const topFamily = (campaign: CampaignReport, paint: Paint, room: number): string => {
  const top = campaign.families.toSorted((a, b) => b.exchanges - a.exchanges)[0];
  if (top === undefined) return '';
  const share = formatShare(top.distinct_prompts / Math.max(1, top.exchanges));
  const after = ` ${share} distinct`;
  const template = plainSigns(forTerminal(top.template, 500), paint);
  const cut = trimToWidth(template, room - after.length - 2, paint.unicode ? '…' : '~');
  return `${paint.sign.open}${cut}${paint.sign.close}${paint.faint(plainSigns(after, paint))}`;
};

export const campaignTable = (report: ScanReport, paint: Paint): string => {
  const short = shortIds(report.campaigns.map((campaign) => campaign.id));
  const wide = paint.width >= WIDE;
  const columns = wide ? 7 : 4;
  // Widths include one space of padding on each side; borders are columns + 1.
  const widths = wide ? [12, 17, 10, 11, 14, 18, 18] : [12, 17, 10, 11];
  const spare = paint.width - (widths.reduce((sum, w) => sum + w, 0) + columns + 1);
  widths[0]! += Math.max(0, Math.min(spare, 60 - widths[0]!));
  const inner = widths.reduce((sum, w) => sum + w, 0) + columns - 1 - 2;
  const table = new Table({
    head: ['id', 'verdict', 'accounts', 'exchanges', 'first, last', 'network', 'intent']
      .slice(0, columns)
      .map((text) => paint.strong(text)),
    colWidths: widths,
    colAligns: ['left', 'left', 'right', 'right', 'left', 'left', 'left'],
    style: { head: [], border: [] },
    ...(paint.unicode ? {} : { chars: ASCII_BORDER, truncate: '~' }),
  });
  for (const campaign of report.campaigns.slice(0, SHOWN)) {
    const days = `${formatDay(campaign.first_seen)}\n${formatDay(campaign.last_seen)}`;
    const id = forTerminal(short.get(campaign.id)!, widths[0]! - 2);
    const scores = [score(campaign.network), score(campaign.intent)];
    table.push([
      plainSigns(id, paint),
      paint.found[campaign.verdict](campaign.verdict),
      formatCount(campaign.accounts.length, paint.thousands),
      formatCount(campaign.exchanges, paint.thousands),
      ...(wide ? [days, ...scores] : []),
    ]);
    const below = wide ? [] : [`network ${scores[0]}`, `intent  ${scores[1]}`];
    const family = topFamily(campaign, paint, inner);
    const text = [...below, ...(family === '' ? [] : [family])].join('\n');
    if (text !== '') table.push([{ content: text, colSpan: columns }]);
  }
  const more = report.campaigns.length - SHOWN;
  return (
    table.toString() +
    (more > 0
      ? `\n${paint.faint(`and ${formatCount(more, paint.thousands)} more in the JSON report`)}`
      : '')
  );
};
