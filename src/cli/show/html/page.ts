/** The report page: one file, no scripts, no network, bounded in size. */
import type { AccountReport, ScanReport } from '../../../detect/report/report.ts';
import { shortIds } from '../format.ts';
import { FOUND, headline, nothingFound } from '../words.ts';
import { axesChart } from './axes-chart.ts';
import { type CampaignView, campaignSection } from './campaign-section.ts';
import { type Html, html, markupOf, trusted } from './markup.ts';
import { glossarySection, limitsSection, methodSection } from './method.ts';
import {
  campaignsTable,
  notReadSection,
  outsideTable,
  pageHeader,
  summaryCards,
} from './overview.ts';
import { styleSheet } from './style.ts';

export interface HtmlOptions {
  /** Campaigns shown in full, at most; the rest stand in the table of findings. */
  readonly maxDetailed?: number;
  /** Bytes that the sections of campaigns may take together; the rest of the page is below 1 MB. */
  readonly maxDetailBytes?: number;
}

/** Written by us, without a double quote: the apostrophes stay readable. */
const CSP = trusted("default-src 'none'; style-src 'unsafe-inline'; img-src data:");

/** By verdict, the gravest first; within a verdict as the scan ordered them. */
const viewsOf = (report: ScanReport): CampaignView[] => {
  const short = shortIds(report.campaigns.map((campaign) => campaign.id));
  return report.campaigns
    .toSorted((a, b) => FOUND.indexOf(a.verdict) - FOUND.indexOf(b.verdict))
    .map((campaign, i) => ({
      campaign,
      short: short.get(campaign.id)!,
      anchor: `campaign-${i + 1}`,
    }));
};

const detailsOf = (
  report: ScanReport,
  views: readonly CampaignView[],
  options: HtmlOptions,
): Html[] => {
  const { maxDetailed = 40, maxDetailBytes = 6_000_000 } = options;
  const accounts = new Map<string, AccountReport>(
    report.accounts.map((account) => [account.account_id, account]),
  );
  const sections: Html[] = [];
  let bytes = 0;
  for (const view of views.slice(0, maxDetailed)) {
    const section = campaignSection(view, accounts);
    bytes += Buffer.byteLength(markupOf(section));
    if (bytes > maxDetailBytes) break;
    sections.push(section);
  }
  return sections;
};

const glance = (report: ScanReport, views: readonly CampaignView[], detailed: number): Html => {
  const nothing = report.campaigns.length === 0 && report.accounts.length === 0;
  if (nothing) {
    return html`<section aria-labelledby="glance"><h2 id="glance">At a glance</h2><p class="lead">${nothingFound(report)}</p></section>`;
  }
  const reading = html`<div><h3>How to read the two axes</h3>
<p>The horizontal axis asks who sends the traffic: how strongly the accounts look run by one operator. The vertical axis asks what the traffic is for: how strongly it looks like the extraction of a model.</p>
<p>A network without extraction is a matter for the terms of service, not distillation. Extraction-like prompts without a network are what research, evaluation and many products look like.</p>
<p class="soft">Scores run from 0, nothing, to 1, as strong as evidence gets. They order findings; they are not probabilities.</p></div>`;
  return html`<section aria-labelledby="glance"><h2 id="glance">At a glance</h2>${summaryCards(report)}
<div class="beside">${axesChart(report)}${reading}</div>
${views.length > 0 && campaignsTable(views, detailed)}</section>`;
};

const contents = (report: ScanReport, detailed: number): Html => {
  const entries: readonly (readonly [string, string] | false)[] = [
    ['glance', 'At a glance'],
    detailed > 0 && ['campaigns', 'Findings in full'],
    ['limits', 'Limits'],
    ['method', 'Method'],
    report.read.rejected > 0 && ['not-read', 'Not read'],
    ['words', 'Words'],
  ];
  const links = entries.filter((entry) => entry !== false);
  return html`<nav class="contents" aria-label="Contents"><ul>${links.map(([id, text]) => html`<li><a href="#${id}">${text}</a></li>`)}</ul></nav>`;
};

/**
 * A whole HTML document. Every string of the report is escaped and bounded, whatever it holds; the
 * page stays below 8 MB.
 */
export const renderHtml = (report: ScanReport, options: HtmlOptions = {}): string => {
  const views = viewsOf(report);
  const sections = detailsOf(report, views, options);
  const page = html`<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${CSP}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"><meta name="referrer" content="no-referrer"><meta name="robots" content="noindex">
<title>${headline(report)} · Stillwatch</title>
<style>${trusted(styleSheet)}</style></head>
<body><a class="skip" href="#main">To the findings</a>
${pageHeader(report)}
${contents(report, sections.length)}
<main id="main">
${glance(report, views, sections.length)}
${sections.length > 0 && html`<section aria-labelledby="campaigns"><h2 id="campaigns">Findings in full</h2>${sections}</section>`}
${outsideTable(report)}
${limitsSection(report)}
${methodSection(report)}
${notReadSection(report)}
${glossarySection}
</main>
<footer><p>This page holds account ids and prompt templates of a provider's own traffic. It loads nothing and runs no scripts; times are in UTC.</p></footer>
</body></html>
`;
  return markupOf(page);
};
