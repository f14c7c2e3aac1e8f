/** The evidence of one axis: each signal against ordinary traffic. */
import type { Axis, CampaignReport, EvidenceItem } from '../../../detect/report/report.ts';
import { formatContribution, formatValue } from '../format.ts';
import { AXIS_WORDS } from '../words.ts';
import { bullet, contributionBar } from './marks.ts';
import { type Html, html } from './markup.ts';

const itemMarkup = (item: EvidenceItem, largest: number): Html => {
  const { p50, p99 } = item.baseline;
  return html`<li><div class="words"><p class="signal">${item.signal.slice(0, 80)}</p><p>${item.says.slice(0, 600)}</p></div>
<div class="bullet">${bullet(item.axis, item.value, item.baseline)}<b>${formatValue(item.value)}</b> here, ordinary ${formatValue(p50)} to ${formatValue(p99)}</div>
<div class="amount">${contributionBar(item.axis, item.contribution, largest)}<b>${formatContribution(item.contribution)}</b> ${item.contribution < 0 ? 'against' : 'for'}</div></li>
`;
};

const axisMarkup = (campaign: CampaignReport, axis: Axis, largest: number): Html => {
  const items = campaign.evidence
    .filter((item) => item.axis === axis)
    .toSorted((a, b) => Math.abs(b.contribution) - Math.abs(a.contribution));
  const { name, asks } = AXIS_WORDS[axis];
  return html`<h5 class="${axis}">${name} <span class="soft">${asks}</span></h5>
${
  items.length === 0
    ? html`<p class="soft">No signal was measured on this axis.</p>`
    : html`<ul class="evidence">${items.map((item) => itemMarkup(item, largest))}</ul>`
}`;
};

export const evidenceMarkup = (campaign: CampaignReport): Html => {
  const largest = Math.max(0, ...campaign.evidence.map((item) => Math.abs(item.contribution)));
  return html`<p class="small soft">The diamond is the value measured here. The band is ordinary traffic: half of it lies below the left tick, 99&nbsp;% below the right one. The bar is what the signal adds to the score of its axis, in log-odds; a hollow bar speaks against.</p>
${axisMarkup(campaign, 'network', largest)}${axisMarkup(campaign, 'intent', largest)}`;
};
