/** The end of the page: honest limits, method, glossary. */
import type { ScanReport } from '../../../detect/report/report.ts';
import { driftSentence, percent, procedureName } from '../words.ts';
import { type Html, html, name } from './markup.ts';

const MAX_LIMITS = 30;

export const limitsSection = (
  report: ScanReport,
): Html => html`<section aria-labelledby="limits"><h2 id="limits">What this scan could not see</h2>
${
  report.limits.length === 0
    ? html`<p>The scan names no limits of its own.</p>`
    : html`<ul>${report.limits.slice(0, MAX_LIMITS).map((limit) => html`<li>${limit.slice(0, 600)}</li>`)}</ul>`
}
<p>A finding is a reason to look, not proof. Research on benchmarks, products with a single purpose, document pipelines, coding agents and classrooms can look alike; nobody should lose access on this page alone.</p></section>`;

const driftFact = (report: ScanReport): Html => {
  const sentence = driftSentence(report);
  return sentence === null
    ? html``
    : html`<div><dt>Drift</dt><dd>${sentence.slice(0, 600)}</dd></div>`;
};

export const methodSection = (
  report: ScanReport,
): Html => html`<section aria-labelledby="method"><h2 id="method">Method and calibration</h2>
<p>Each account's traffic is summed up in a profile. Prompts that vary one template are grouped into families across accounts; links between accounts weigh evidence by how rare it is; accounts that are linked closely form a campaign, which is scored as one. Two questions are kept apart: are the accounts run by one operator (network), and is this extraction (intent)? Only both together are called distillation.</p>
<p>A p-value says how often ordinary traffic scores as high. Findings are chosen by the procedure ${procedureName(report.procedure).slice(0, 60)} at a level of ${percent(report.fdr)}: at most that share of the findings is expected to be false, as long as the calibration resembles the ordinary traffic of this log.</p>
<dl class="facts"><div><dt>Calibration</dt><dd>${name(report.calibration.id)}</dd></div><div><dt>Its source</dt><dd>${report.calibration.source.slice(0, 300)}</dd></div><div><dt>Intent model</dt><dd>${name(report.models.intent)}</dd></div><div><dt>Embedding of prompts</dt><dd>${name(report.models.embedding)}</dd></div>${driftFact(report)}<div><dt>Made by</dt><dd>${report.tool.slice(0, 120)}, report version ${report.version}</dd></div></dl></section>`;

const WORDS: readonly (readonly [string, string])[] = [
  ['exchange', 'One prompt and its response, with its metadata.'],
  ['account, organization', 'Who sent it; an organization may hold many accounts.'],
  [
    'profile',
    'The summary of any set of exchanges, bounded in size; two profiles can be merged into one.',
  ],
  ['prompt family', 'Prompts that vary one template or one topic, across accounts.'],
  ['slot ⟨…⟩', 'The part of a template that changes from prompt to prompt. Its content is masked.'],
  ['link', 'Evidence that two accounts are run by one operator.'],
  ['campaign', 'A community of linked accounts, scored as one.'],
  ['signal', 'One measured number about a profile or a campaign, with its evidence.'],
  ['axis', 'Network (is this a fraudulent account network?) or intent (is this extraction?).'],
  [
    'finding',
    'A verdict on an account or a campaign: two axes, p-values, evidence, calibration used.',
  ],
  ['baseline', 'What ordinary traffic looks like, per segment.'],
  ['segment', 'The kind of customer an account is compared with.'],
  [
    'log-likelihood ratio',
    'How much more likely the evidence is if one operator runs both accounts; 2.3 is ten times, 4.6 a hundred times.',
  ],
  ['false discovery rate', 'The share of findings that is expected to be false.'],
];

export const glossarySection: Html = html`<section aria-labelledby="words"><h2 id="words">Words</h2>
<dl class="glossary">${WORDS.map(([word, meaning]) => html`<dt>${word}</dt><dd>${meaning}</dd>`)}</dl></section>`;
