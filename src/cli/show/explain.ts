/** The tree from a verdict down to its signals: `stillwatch explain`. */
import { forTerminal } from '../../base/safe-text.ts';
import type {
  AccountReport,
  Axis,
  CampaignReport,
  EvidenceItem,
  FamilyReport,
  LinkReport,
  ScanReport,
} from '../../detect/report/report.ts';
import { AXES } from '../../detect/report/report.ts';
import {
  formatContribution,
  formatP,
  formatPeriod,
  formatScore,
  formatShare,
  formatValue,
  plural,
} from './format.ts';
import { ordinaryWords } from './ordinary.ts';
import { type Paint, paintFor, plainSigns, type TerminalOptions, wrap } from './paint.ts';
import { findSubject, type Subject } from './subject.ts';
import { drawTree, roomAt, type Tree } from './tree.ts';
import { AXIS_WORDS, decisionSentences, VERDICT_WORDS } from './words.ts';

const SHOWN_LINKS = 10;
const BAR = 10;

/** Safe lines of a node at `depth`; a node with children loses one step more. */
const text = (words: string, depth: number, paint: Paint): string[] =>
  wrap(plainSigns(words, paint), roomAt(paint.width, depth + 1));

/** Length by share of the largest contribution of the axis; the sign is in the number beside it. */
const bar = (item: EvidenceItem, largest: number, paint: Paint): string => {
  const size = largest > 0 ? Math.abs(item.contribution) / largest : 0;
  const full = item.contribution === 0 ? 0 : Math.max(1, Math.round(size * BAR));
  return paint.sign.full.repeat(full) + paint.faint(paint.sign.empty.repeat(BAR - full));
};

const signalTree = (item: EvidenceItem, largest: number, paint: Paint): Tree => {
  const amount = plainSigns(formatContribution(item.contribution), paint).padStart(6);
  const name = forTerminal(item.signal, roomAt(paint.width, 3) - BAR - 8);
  const against = item.contribution < 0 ? 'speaks against; ' : '';
  const facts = `${against}measured ${formatValue(item.value)}; ${ordinaryWords(item)}`;
  return {
    lines: [
      `${bar(item, largest, paint)} ${amount}  ${paint.strong(plainSigns(name, paint))}`,
      ...text(item.says, 2, paint),
      ...text(facts, 2, paint).map(paint.faint),
    ],
  };
};

const axisTree = (campaign: CampaignReport, axis: Axis, paint: Paint): Tree => {
  const items = campaign.evidence
    .filter((item) => item.axis === axis)
    .toSorted((a, b) => Math.abs(b.contribution) - Math.abs(a.contribution));
  const largest = Math.max(0, ...items.map((item) => Math.abs(item.contribution)));
  const { score, p_value } = campaign[axis];
  const { name, asks } = AXIS_WORDS[axis];
  return {
    lines: [
      `${paint.strong(name)}  score ${paint.strong(formatScore(score))}  p ${formatP(p_value)}`,
      ...text(asks, 1, paint).map(paint.faint),
    ],
    children:
      items.length > 0
        ? items.map((item) => signalTree(item, largest, paint))
        : [{ lines: ['no signal was measured on this axis'] }],
  };
};

const linkTree = (link: LinkReport, self: string | null, paint: Paint): Tree => {
  const ends =
    self === null ? `${link.a} ${paint.sign.link} ${link.b}` : link.a === self ? link.b : link.a;
  const kinds = link.kinds.map((kind) => forTerminal(kind, 40)).join(', ');
  return { lines: text(`${formatContribution(link.llr)}  ${ends}  (${kinds})`, 2, paint) };
};

const linksTree = (
  title: string,
  links: readonly LinkReport[],
  self: string | null,
  paint: Paint,
): Tree => ({
  lines: [
    paint.strong(title),
    ...text(
      `${Math.min(SHOWN_LINKS, links.length)} of ${plural(links.length, 'reported link')}; ` +
        'the number is the log-likelihood ratio that one operator runs both',
      1,
      paint,
    ).map(paint.faint),
  ],
  children: links
    .toSorted((a, b) => b.llr - a.llr)
    .slice(0, SHOWN_LINKS)
    .map((link) => linkTree(link, self, paint)),
});

const familyTree = (family: FamilyReport, paint: Paint): Tree => ({
  lines: [
    ...text(`“${forTerminal(family.template, 600)}”`, 2, paint),
    ...text(
      `${plural(family.exchanges, 'exchange')} of ${plural(family.accounts, 'account')}, ` +
        `${plural(family.distinct_prompts, 'distinct prompt')} ` +
        `(${formatShare(family.distinct_prompts / Math.max(1, family.exchanges))})`,
      2,
      paint,
    ).map(paint.faint),
  ],
});

const factsOf = (campaign: CampaignReport): string =>
  `${plural(campaign.accounts.length, 'account')}, ${plural(campaign.exchanges, 'exchange')}, ` +
  `${formatPeriod(campaign.first_seen, campaign.last_seen)}, segment ${forTerminal(campaign.segment, 60)}`;

const campaignTree = (campaign: CampaignReport, paint: Paint): Tree => {
  const parts: Tree[] = AXES.map((axis) => axisTree(campaign, axis, paint));
  if (campaign.links.length > 0)
    parts.push(linksTree('Strongest links', campaign.links, null, paint));
  if (campaign.families.length > 0) {
    const children = campaign.families.map((family) => familyTree(family, paint));
    parts.push({ lines: [paint.strong('Prompt families')], children });
  }
  const decided = decisionSentences(campaign);
  if (decided.length > 0) {
    const children = decided.map((words) => ({ lines: text(words, 2, paint) }));
    parts.push({ lines: [paint.strong('How it was decided')], children });
  }
  if (campaign.would_change.length > 0) {
    const children = campaign.would_change.map((words) => ({ lines: text(words, 2, paint) }));
    parts.push({ lines: [paint.strong('What would change this verdict')], children });
  }
  return {
    lines: [
      ...text(campaign.id, 0, paint).map(paint.strong),
      paint.found[campaign.verdict](VERDICT_WORDS[campaign.verdict].one),
      ...text(VERDICT_WORDS[campaign.verdict].meaning, 0, paint),
      ...text(factsOf(campaign), 0, paint).map(paint.faint),
    ],
    children: parts,
  };
};

/** An account is judged through its campaign; its scores are no measure of its own traffic. */
const accountScores = (account: AccountReport | null, paint: Paint): Tree => {
  if (account === null) {
    const words = 'The report gives it no scores: it was judged through its campaign.';
    return { lines: text(words, 1, paint) };
  }
  const judged =
    account.campaign === null
      ? 'Judged by itself.'
      : 'Scores of its campaign, scaled by how surely the account belongs to it; the p-values are those of the campaign. Nothing was measured on the account alone.';
  return {
    lines: [
      paint.strong('The account'),
      ...text(plural(account.exchanges, 'exchange', undefined, paint.thousands), 1, paint),
      ...text(judged, 1, paint).map(paint.faint),
    ],
    children: AXES.map((axis) => ({
      lines: [
        `${AXIS_WORDS[axis].name.padEnd(8)} score ${formatScore(account[axis].score)}  p ${formatP(account[axis].p_value)}`,
      ],
    })),
  };
};

const throughTree = (campaign: CampaignReport, paint: Paint): Tree => ({
  lines: [
    paint.strong('Its campaign'),
    ...text(campaign.id, 1, paint),
    ...text(`${VERDICT_WORDS[campaign.verdict].one}: ${factsOf(campaign)}`, 1, paint).map(
      paint.faint,
    ),
  ],
  children: AXES.map((axis) => ({
    lines: [
      `${AXIS_WORDS[axis].name.padEnd(8)} score ${formatScore(campaign[axis].score)}  p ${formatP(campaign[axis].p_value)}`,
    ],
  })),
});

const accountTree = (subject: Extract<Subject, { kind: 'account' }>, paint: Paint): Tree => {
  const { account, campaign, links } = subject;
  const verdict = account?.verdict ?? campaign?.verdict ?? 'review';
  const none = 'It belongs to no reported campaign.';
  const parts: Tree[] = [
    campaign === null ? { lines: text(none, 1, paint) } : throughTree(campaign, paint),
    accountScores(account, paint),
  ];
  if (links.length > 0) parts.push(linksTree('Its links', links, subject.id, paint));
  else if (campaign !== null) {
    parts.push({
      lines: text('None of its links is among the strongest that the report keeps.', 1, paint),
    });
  }
  const title = text(subject.id, 0, paint).map(paint.strong);
  return {
    lines: [...title, `account ${paint.sign.dot} ${paint.found[verdict](verdict)}`],
    children: parts,
  };
};

/**
 * The explanation of one campaign or account (named as `findSubject` allows), without a final line
 * break.
 * @throws SUBJECT_UNKNOWN, SUBJECT_AMBIGUOUS
 */
export const renderExplanation = (
  report: ScanReport,
  subjectId: string,
  options: TerminalOptions = { width: 100, color: false, unicode: true },
): string => {
  const paint = paintFor(options);
  const subject = findSubject(report, subjectId);
  const tree =
    subject.kind === 'campaign'
      ? campaignTree(subject.campaign, paint)
      : accountTree(subject, paint);
  const why =
    'Bars show each signal’s share of its axis in log-odds; the longest is the strongest.';
  const note = subject.kind === 'campaign' ? text(why, -1, paint).map(paint.faint) : [];
  return [drawTree(tree, paint.unicode), ...(note.length > 0 ? ['', ...note] : [])].join('\n');
};
