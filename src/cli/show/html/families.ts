/** The prompt families of a campaign, slots visibly marked. */
import type { FamilyReport } from '../../../detect/report/report.ts';
import { formatCount, formatShare, plural } from '../format.ts';
import { type Html, html } from './markup.ts';

const MAX_FAMILIES = 25;
const MAX_TEMPLATE = 600;
const SLOT = /(⟨[^⟩]{0,40}⟩)/;

/** The text of a template; each slot ⟨…⟩ as <mark>. */
export const templateMarkup = (template: string): Html => {
  const shown = template.length > MAX_TEMPLATE ? `${template.slice(0, MAX_TEMPLATE)}…` : template;
  const parts = shown
    .split(SLOT)
    .map((part, i) =>
      i % 2 === 1 ? html`<mark title="slot: its content stays in the log">${part}</mark>` : part,
    );
  return html`<span class="template">${parts}</span>`;
};

export const familiesTable = (families: readonly FamilyReport[]): Html => {
  if (families.length === 0) {
    return html`<p class="soft">No prompt family: what these accounts ask follows no common template.</p>`;
  }
  const left = families.length - MAX_FAMILIES;
  const rows = families
    .toSorted((a, b) => b.exchanges - a.exchanges)
    .slice(0, MAX_FAMILIES)
    .map(
      (family) =>
        html`<tr><th scope="row">${templateMarkup(family.template)}</th><td class="n">${formatCount(family.exchanges)}</td><td class="n">${formatCount(family.accounts)}</td><td class="n">${formatCount(family.distinct_prompts)}<br><span class="soft">${formatShare(family.distinct_prompts / Math.max(1, family.exchanges))}</span></td></tr>`,
    );
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Prompt families"><table class="families">
<caption>Templates with their slots <mark>⟨…⟩</mark> marked; what stood in the slots is not in this page. A share of distinct prompts near 100&nbsp;% means that hardly any prompt was asked twice.${left > 0 && ` ${plural(left, 'smaller family', 'smaller families')} not listed.`}</caption>
<thead><tr><th scope="col">template</th><th scope="col" class="n">exchanges</th><th scope="col" class="n">accounts</th><th scope="col" class="n">distinct</th></tr></thead>
<tbody>${rows}</tbody></table></div>`;
};
