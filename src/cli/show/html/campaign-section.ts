/** One campaign in full. */
import { type AccountReport, AXES, type CampaignReport } from '../../../detect/report/report.ts';
import { formatCount, formatP, formatPeriod, formatScore, plural } from '../format.ts';
import { AXIS_WORDS, decisionSentences, VERDICT_WORDS } from '../words.ts';
import { evidenceMarkup } from './evidence.ts';
import { familiesTable } from './families.ts';
import { linkFigure } from './link-graph.ts';
import { badge, meter } from './marks.ts';
import { type Html, html, name } from './markup.ts';
import { type Member, membersOf } from './members.ts';
import { timelineFigure } from './timeline.ts';

const MAX_LISTED = 500;
const MAX_SENTENCES = 20;

export interface CampaignView {
  readonly campaign: CampaignReport;
  readonly short: string;
  /** The fragment that the page's own links point to. */
  readonly anchor: string;
}

const meters = (campaign: CampaignReport): Html =>
  html`<div class="meters">${AXES.map((axis) => {
    const { score, p_value } = campaign[axis];
    return html`<div class="meter"><span><strong>${AXIS_WORDS[axis].name}</strong></span>${meter(axis, score)}<span><strong>${formatScore(score)}</strong> of 1, p\u00a0${formatP(p_value, '= ').replace(' ', '\u00a0')}</span><span class="soft small">${AXIS_WORDS[axis].asks}</span></div>`;
  })}</div>`;

const accountRow = (member: Member): Html => {
  const { own } = member;
  const axes = AXES.map((axis) =>
    own === null
      ? html`<td class="n soft">not judged alone</td>`
      : html`<td class="n">${formatScore(own[axis].score)} <span class="soft">p ${formatP(own[axis].p_value)}</span></td>`,
  );
  const counted = member.counts.reduce((sum, count) => sum + count, 0);
  return html`<tr><td class="n">${member.number}</td><th scope="row">${name(member.id)}</th><td class="n">${formatCount(own?.exchanges ?? counted)}</td>${axes}</tr>
`;
};

const accountsList = (campaign: CampaignReport, members: readonly Member[]): Html => {
  const left = members.length - MAX_LISTED;
  return html`<details><summary>All ${plural(campaign.accounts.length, 'account')}</summary>
<div class="scroll" tabindex="0" role="region" aria-label="Accounts of the campaign"><table><caption>In the order of first activity. Nothing is judged on one account alone: its scores are those of the campaign, scaled by how surely the account belongs to it, and its p-values are the campaign's.${left > 0 && ` The first ${MAX_LISTED}; ${formatCount(left)} more are in the JSON report.`}</caption>
<thead><tr><th scope="col" class="n">no.</th><th scope="col">account</th><th scope="col" class="n">exchanges</th><th scope="col" class="n">network</th><th scope="col" class="n">intent</th></tr></thead>
<tbody>${members.slice(0, MAX_LISTED).map(accountRow)}</tbody></table></div></details>`;
};

const sentences = (campaign: CampaignReport): Html => {
  if (campaign.would_change.length === 0)
    return html`<p class="soft">The report names nothing.</p>`;
  const shown = campaign.would_change.slice(0, MAX_SENTENCES);
  return html`<ul>${shown.map((words) => html`<li>${words.slice(0, 600)}</li>`)}</ul>`;
};

export const campaignSection = (
  { campaign, short, anchor }: CampaignView,
  accounts: ReadonlyMap<string, AccountReport>,
): Html => {
  const members = membersOf(campaign, accounts);
  const words = VERDICT_WORDS[campaign.verdict];
  return html`<article class="card" id="${anchor}" aria-labelledby="${anchor}-name">
<div class="top"><h3 id="${anchor}-name">${badge(campaign.verdict)} ${name(short, 40)}</h3><span class="soft small">${name(campaign.id)}</span></div>
<p><strong>${plural(campaign.accounts.length, 'account')}</strong> sent <strong>${plural(campaign.exchanges, 'exchange')}</strong>, ${formatPeriod(campaign.first_seen, campaign.last_seen)}, in the segment ${name(campaign.segment, 60)}. ${words.meaning}</p>
${meters(campaign)}
<p class="soft small">${decisionSentences(campaign).join(' ').slice(0, 900)}</p>
<h4>Evidence</h4>${evidenceMarkup(campaign)}
<h4>Timeline</h4>${timelineFigure(campaign, members)}
<div class="beside"><div><h4>Links between the accounts</h4>${linkFigure(campaign, members)}</div>
<div><h4>What would change this verdict</h4>${sentences(campaign)}</div></div>
<h4>Prompt families</h4>${familiesTable(campaign.families)}
${accountsList(campaign, members)}
</article>
`;
};
