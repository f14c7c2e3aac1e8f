/** The evidence of one axis: each signal against ordinary traffic. */
import type { Axis, CampaignReport, EvidenceItem } from '../../../detect/report/report.ts';
import { formatContribution, formatValue } from '../format.ts';
import { farEnd, isCompared } from '../ordinary.ts';
import { AXIS_WORDS } from '../words.ts';
import { bullet, contributionBar } from './marks.ts';
import { type Html, html } from './markup.ts';

const ordinaryRange = (item: EvidenceItem): string =>
  isCompared(item)
    ? `ordinary ${formatValue(item.baseline.p50)} to ${formatValue(farEnd(item))}`
    : 'no ordinary group to compare with';

const amount = (contribution: number): Html =>
  contribution === 0
    ? html`not scored`
    : html`<b>${formatContribution(contribution)}</b> ${contribution < 0 ? 'against' : 'for'}`;

const itemMarkup = (item: EvidenceItem, largest: number): Html => {
  return html`<li><div class="words"><p class="signal">${item.signal.slice(0, 80)}</p><p>${item.says.slice(0, 600)}</p></div>
<div class="bullet">${isCompared(item) ? bullet(item.axis, item.value, { middle: item.baseline.p50, end: farEnd(item) }) : ''}<b>${formatValue(item.value)}</b> here, ${ordinaryRange(item)}</div>
<div class="amount">${item.contribution !== 0 && contributionBar(item.axis, item.contribution, largest)}${amount(item.contribution)}</div></li>
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
  return html`<p class="small soft">The diamond is the value measured here. The band is ordinary: it reaches from the median of the ordinary groups to the end that speaks for the axis, beyond which 1&nbsp;% of them lie. Where little of a signal speaks for the axis, that end is the left one. The bar is what the signal adds to the score of its axis, in log-odds; a hollow bar speaks against. A signal that is not scored stands out, but is counted elsewhere or is no part of the score.</p>
${axisMarkup(campaign, 'network', largest)}${axisMarkup(campaign, 'intent', largest)}`;
};
