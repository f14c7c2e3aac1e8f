/** The graph of links between the accounts of a campaign, laid out once, without motion. */
import type { CampaignReport, LinkReport } from '../../../detect/report/report.ts';
import { formatCount, formatValue, plural } from '../format.ts';
import { GRAPH_WIDTH, type Layout, layOut } from './graph-layout.ts';
import { type Html, html, trusted } from './markup.ts';
import type { Member } from './members.ts';

export const MAX_EDGES = 400;
const NAMED_KINDS = 5;
/** Told apart without colour. The last belongs to all kinds beyond the named ones. */
const DASHES = ['none', '7 3', '2 3', '9 3 2 3', '4 2', '1 4'] as const;

/** Index into colours and dashes of a kind; `kinds` are ordered by frequency. */
const styleOf = (kind: string, kinds: readonly string[]): number => {
  const index = kinds.indexOf(kind);
  return index >= 0 && index < NAMED_KINDS ? index : NAMED_KINDS;
};

const strongestKind = (link: LinkReport): string => link.kinds[0] ?? 'unnamed';

const kindsByCount = (links: readonly LinkReport[]): (readonly [string, number])[] => {
  const count = new Map<string, number>();
  for (const link of links)
    count.set(strongestKind(link), (count.get(strongestKind(link)) ?? 0) + 1);
  return [...count].toSorted((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
};

const sample = (style: number): Html =>
  html`<svg class="links" width="34" height="10" viewBox="0 0 34 10" aria-hidden="true"><path class="k${style}" style="stroke-width:2;stroke-opacity:1" stroke-dasharray="${DASHES[style]!}" d="M0 5H34"/></svg>`;

const legend = (kinds: readonly (readonly [string, number])[]): Html => {
  const rest = kinds.slice(NAMED_KINDS).reduce((sum, [, n]) => sum + n, 0);
  const named = kinds
    .slice(0, NAMED_KINDS)
    .map(
      ([kind, n], i) =>
        html`<li>${sample(i)}<span>${kind.slice(0, 40)} <span class="soft">${formatCount(n)}</span></span></li>`,
    );
  return html`<ul class="legend" aria-label="Strongest evidence of each link">${named}${rest > 0 && html`<li>${sample(NAMED_KINDS)}<span>other <span class="soft">${formatCount(rest)}</span></span></li>`}</ul>`;
};

const drawing = (
  links: readonly LinkReport[],
  { placed, height }: Layout,
  kinds: readonly string[],
): Html => {
  const by = new Map(placed.map((node) => [node.id, node]));
  const paths: string[] = DASHES.map(() => '');
  for (const link of links) {
    const [a, b] = [by.get(link.a)!, by.get(link.b)!];
    paths[styleOf(strongestKind(link), kinds)] +=
      `M${a.x.toFixed(0)} ${a.y.toFixed(0)}L${b.x.toFixed(0)} ${b.y.toFixed(0)}`;
  }
  const hubs = new Set(
    placed.toSorted((a, b) => b.degree - a.degree || a.number - b.number).slice(0, 8),
  );
  const said = `${plural(placed.length, 'account')} joined by ${plural(links.length, 'link')}.`;
  return html`<svg class="plot" viewBox="0 0 ${GRAPH_WIDTH} ${height}" role="img"><title>${said}</title>
<g class="links" fill="none">${paths.map((d, style) => d !== '' && html`<path class="k${style}" stroke-dasharray="${DASHES[style]!}" d="${trusted(d)}"/>`)}</g>
<g fill="currentColor" stroke="var(--card)">${placed.map((node) => html`<circle cx="${node.x.toFixed(0)}" cy="${node.y.toFixed(0)}" r="${(2.6 + Math.min(4, Math.sqrt(node.degree))).toFixed(1)}"><title>${`${node.number > 0 ? `no. ${node.number}, ` : ''}${node.id.slice(0, 60)}, ${plural(node.degree, 'link')}`}</title></circle>`)}</g>
<g font-size="12" stroke="var(--card)" stroke-width="3.5" paint-order="stroke" fill="currentColor">${[...hubs].map((node) => node.number > 0 && html`<text x="${(node.x + 8).toFixed(0)}" y="${(node.y + 4).toFixed(0)}">${node.number}</text>`)}</g></svg>`;
};

export const linkFigure = (campaign: CampaignReport, members: readonly Member[]): Html => {
  const links = campaign.links.toSorted((a, b) => b.llr - a.llr).slice(0, MAX_EDGES);
  if (links.length === 0)
    return html`<p class="soft">The report holds no links for this campaign.</p>`;
  const kinds = kindsByCount(links);
  const layout = layOut(links, members);
  const linked = new Set(layout.placed.map(({ id }) => id));
  const apart = campaign.accounts.filter((id) => !linked.has(id)).length;
  const weakest = links.at(-1)!.llr;
  return html`<figure>${legend(kinds)}
${drawing(
  links,
  layout,
  kinds.map(([kind]) => kind),
)}
<figcaption>A dot is an account, a line is evidence that two are run by one operator, drawn by its strongest kind; numbers name the accounts with the most links. The ${plural(links.length, 'strongest link')}, log-likelihood ratio ${formatValue(weakest)} and above.${apart > 0 && ` ${plural(apart, 'account has', 'accounts have')} none among them.`}</figcaption></figure>`;
};
