/** The head of the page and its tables: what was read, what was found, in numbers. */
import type { ScanReport } from '../../../detect/report/report.ts';
import { formatCount, formatP, formatPeriod, formatScore, formatShare, plural } from '../format.ts';
import {
  accountsOutside,
  countByVerdict,
  FOUND,
  headline,
  percent,
  procedureName,
  reasonsByCount,
  VERDICT_WORDS,
} from '../words.ts';
import type { CampaignView } from './campaign-section.ts';
import { badge } from './marks.ts';
import { type Html, html, name } from './markup.ts';

const MAX_CAMPAIGN_ROWS = 1_000;
const MAX_ACCOUNT_ROWS = 200;
const MAX_REASONS = 12;

export const pageHeader = (report: ScanReport): Html => {
  const { read } = report;
  const notRead =
    read.rejected === 0
      ? 'Every row was read.'
      : `${plural(read.rejected, 'row')} could not be read (${formatShare(read.rejected / (read.rejected + read.exchanges))}).`;
  return html`<header><p class="eyebrow">Distillation scan, ${formatPeriod(read.first, read.last)}</p>
<h1>${headline(report).replace(/(\d) /g, '$1\u00a0')}</h1>
<dl class="facts"><div><dt>Read</dt><dd>${plural(read.exchanges, 'exchange')} of ${plural(read.accounts, 'account')}</dd></div>
<div><dt>Not read</dt><dd>${notRead} ${read.duplicates > 0 && `${plural(read.duplicates, 'duplicate row')} counted once.`} ${read.rejected > 0 && html`<a href="#not-read">Reasons</a>`}</dd></div>
<div><dt>Judged against</dt><dd>${report.calibration.source.slice(0, 300)}</dd></div>
<div><dt>False discovery rate</dt><dd>${percent(report.fdr)}, ${procedureName(report.procedure).slice(0, 60)}</dd></div></dl></header>`;
};

export const summaryCards = (report: ScanReport): Html => {
  const count = countByVerdict(report);
  const cards = FOUND.map((verdict) => {
    const own = report.campaigns.filter((campaign) => campaign.verdict === verdict);
    const accounts = own.reduce((sum, campaign) => sum + campaign.accounts.length, 0);
    const { one, many } = VERDICT_WORDS[verdict];
    return html`<li><b>${formatCount(count[verdict])}</b>${badge(verdict, count[verdict] === 1 ? one : many)}<br><span class="soft small">${plural(accounts, 'account')}</span></li>`;
  });
  const outside = accountsOutside(report).length;
  return html`<ul class="cards">${cards}<li><b>${formatCount(outside)}</b>${outside === 1 ? 'single account' : 'single accounts'}<br><span class="soft small">outside every campaign</span></li></ul>`;
};

const axisCell = ({ score, p_value }: { score: number; p_value: number }): Html =>
  html`<td class="n">${formatScore(score)} <span class="soft">p ${formatP(p_value)}</span></td>`;

/** Every campaign in one table; those with a section of their own are links to it. */
export const campaignsTable = (views: readonly CampaignView[], detailed: number): Html => {
  const rows = views.slice(0, MAX_CAMPAIGN_ROWS).map(({ campaign, short, anchor }, i) => {
    const id = name(short, 40);
    return html`<tr><th scope="row">${i < detailed ? html`<a href="#${anchor}">${id}</a>` : id}</th><td>${badge(campaign.verdict)}</td><td class="n">${formatCount(campaign.accounts.length)}</td><td class="n">${formatCount(campaign.exchanges)}</td><td class="when">${formatPeriod(campaign.first_seen, campaign.last_seen)}</td>${axisCell(campaign.network)}${axisCell(campaign.intent)}</tr>
`;
  });
  const left = views.length - MAX_CAMPAIGN_ROWS;
  return html`<div class="scroll" tabindex="0" role="region" aria-label="All findings"><table class="findings"><caption>All findings.${detailed < views.length && ` The first ${detailed} are shown in full below, the other ${views.length - detailed} only here: this page is bounded in size. All of it is in the JSON report.`}${left > 0 && ` ${plural(left, 'row')} not listed.`}</caption>
<thead><tr><th scope="col">id</th><th scope="col">verdict</th><th scope="col" class="n">accounts</th><th scope="col" class="n">exchanges</th><th scope="col">period</th><th scope="col" class="n">network</th><th scope="col" class="n">intent</th></tr></thead><tbody>${rows}</tbody></table></div>`;
};

export const outsideTable = (report: ScanReport): Html | null => {
  const outside = accountsOutside(report);
  if (outside.length === 0) return null;
  const left = outside.length - MAX_ACCOUNT_ROWS;
  const rows = outside.slice(0, MAX_ACCOUNT_ROWS).map(
    (
      account,
    ) => html`<tr><th scope="row">${name(account.account_id)}</th><td>${badge(account.verdict, account.verdict)}</td><td class="n">${formatCount(account.exchanges)}</td>${axisCell(account.network)}${axisCell(account.intent)}</tr>
`,
  );
  return html`<section aria-labelledby="outside"><h2 id="outside">Accounts outside campaigns</h2>
<div class="scroll" tabindex="0" role="region" aria-label="Accounts outside campaigns"><table><caption>Accounts that stand out alone.${left > 0 && ` ${formatCount(left)} more are in the JSON report.`}</caption><thead><tr><th scope="col">account</th><th scope="col">verdict</th><th scope="col" class="n">exchanges</th><th scope="col" class="n">network</th><th scope="col" class="n">intent</th></tr></thead><tbody>${rows}</tbody></table></div></section>`;
};

export const notReadSection = (report: ScanReport): Html | null => {
  const { rejected, quarantine } = report.read;
  if (rejected === 0) return null;
  const reasons = reasonsByCount(report);
  const left = reasons.length - MAX_REASONS;
  return html`<section aria-labelledby="not-read"><h2 id="not-read">What was not read</h2>
<ul>${reasons.slice(0, MAX_REASONS).map(([reason, count]) => html`<li>${formatCount(count)}: ${reason.slice(0, 120)}</li>`)}${left > 0 && html`<li>${plural(left, 'rarer reason')} in the JSON report</li>`}</ul>
${quarantine.length > 0 && html`<details><summary>The first rejected rows</summary><div class="scroll" tabindex="0" role="region" aria-label="Rejected rows"><table><caption>Where to look in the log.</caption><thead><tr><th scope="col">source</th><th scope="col" class="n">line</th><th scope="col">reason</th></tr></thead><tbody>${quarantine.slice(0, 20).map((row) => html`<tr><th scope="row">${name(row.source, 120)}</th><td class="n">${row.line === null ? 'none' : formatCount(row.line)}</td><td>${row.reason.slice(0, 200)}</td></tr>`)}</tbody></table></div></details>`}</section>`;
};
