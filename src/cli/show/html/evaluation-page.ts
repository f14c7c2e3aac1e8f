/** The page of an evaluation: one file, no scripts, nothing loaded. */
import { progressOf, settingOf } from '../../../prove/evaluate/kit/render-report.ts';
import type { EvaluationReport, Section, Table } from '../../../prove/evaluate/kit/section.ts';
import { plural } from '../format.ts';
import { evaluationChart } from './evaluation-charts.ts';
import { type Html, html, markupOf, name, trusted } from './markup.ts';
import { styleSheet } from './style.ts';

/** Written by us, without a double quote: the apostrophes stay readable. */
const CSP = trusted("default-src 'none'; style-src 'unsafe-inline'; img-src data:");

/** Wide tables of an evaluation: heads may break, first columns keep room for names. */
const OWN_STYLE = `
.evaluation th{white-space:normal;vertical-align:bottom;min-width:8ch}
.evaluation tbody th{min-width:17ch;vertical-align:top}
.evaluation figure,.evaluation .scroll{margin-top:32px}.evaluation figure .scroll{margin-top:8px}
`;

/** Cells that begin with a digit or a sign are numbers and stand to the right. */
const isNumber = (text: string): boolean => /^[\d–−+×<]/.test(text);

const tableHtml = ({ caption, head, rows }: Table): Html => {
  const right = head.map((_, i) => i > 0 && rows.length > 0 && rows.every((r) => isNumber(r[i]!)));
  const kind = (i: number): Html | false => right[i]! && html` class="n"`;
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${caption}"><table><caption>${caption}</caption>
<thead><tr>${head.map((text, i) => html`<th scope="col"${kind(i)}>${text}</th>`)}</tr></thead>
<tbody>${rows.length === 0 && html`<tr><td colspan="${head.length}">no rows</td></tr>`}${rows.map(
    (
      row,
    ) => html`<tr>${row.map((text, i) => (i === 0 ? html`<th scope="row">${text}</th>` : html`<td${kind(i)}>${text}</td>`))}</tr>
`,
  )}</tbody></table></div>`;
};

const bullets = (title: string, lines: readonly string[]): Html | false =>
  lines.length > 0 &&
  html`<details open><summary>${title}</summary><ul>${lines.map((line) => html`<li>${line}</li>`)}</ul></details>`;

const sectionHtml = (section: Section): Html =>
  html`<section aria-labelledby="${section.suite}"><h2 id="${section.suite}">${section.title}</h2>
<p class="lead">${section.question}</p><p class="soft small">${progressOf(section)}</p>
${section.answers.length > 0 && html`<ul>${section.answers.map((line) => html`<li>${line}</li>`)}</ul>`}
${section.charts.map(evaluationChart)}
${section.tables.map(tableHtml)}
${bullets('Method', section.method)}${bullets('Limits', section.limits)}</section>`;

const corpora = (report: EvaluationReport): Html =>
  html`<section aria-labelledby="corpora"><h2 id="corpora">Corpora</h2><ul>${report.corpora.map(
    (corpus) =>
      html`<li>${name(corpus.name)} ${corpus.sha256 === null ? 'built in' : html`<span class="soft">SHA-256 ${name(corpus.sha256)}</span>`}</li>`,
  )}</ul></section>`;

/** A whole HTML document; every string of the report is escaped. */
export const evaluationPage = (report: EvaluationReport): string => {
  const { sections } = report;
  const open = sections.filter((section) => section.done < section.planned).length;
  const title = `Evaluation of the detector, ${plural(sections.length, 'suite')}`;
  return markupOf(html`<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${CSP}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"><meta name="referrer" content="no-referrer"><meta name="robots" content="noindex">
<title>${title} · Stillwatch</title>
<style>${trusted(styleSheet + OWN_STYLE)}</style></head>
<body><a class="skip" href="#main">To the results</a>
<header><p class="eyebrow">Worlds with known answers</p><h1>${title}</h1>
<dl class="facts"><div><dt>Measured on</dt><dd>${settingOf(report)}</dd></div>
<div><dt>Finished</dt><dd>${open === 0 ? 'every suite' : `${plural(open, 'suite')} not yet; the numbers below are of what is finished`}</dd></div></dl></header>
<nav class="contents" aria-label="Contents"><ul>${sections.map((s) => html`<li><a href="#${s.suite}">${s.title}</a></li>`)}<li><a href="#limits">Limits</a></li><li><a href="#corpora">Corpora</a></li></ul></nav>
<main id="main" class="evaluation">
${sections.map(sectionHtml)}
<section aria-labelledby="limits"><h2 id="limits">What no suite can show</h2><ul>${report.limits.map((line) => html`<li>${line}</li>`)}</ul></section>
${corpora(report)}
</main>
<footer><p>Made by Stillwatch. This page loads nothing and runs no scripts.</p></footer>
</body></html>
`);
};
