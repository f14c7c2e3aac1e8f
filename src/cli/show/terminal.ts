/** The result of `stillwatch scan` for a person at a terminal. */
import { forTerminal } from '../../base/safe-text.ts';
import type { ScanReport } from '../../detect/report/report.ts';
import { campaignTable } from './campaign-table.ts';
import {
  formatCount,
  formatDuration,
  formatP,
  formatPeriod,
  formatScore,
  formatShare,
  plural,
  shortIds,
} from './format.ts';
import { type Paint, paintFor, plainSigns, type TerminalOptions, wrap } from './paint.ts';
import {
  accountsOutside,
  driftSentence,
  headline,
  nothingFound,
  percent,
  procedureName,
  reasonsByCount,
} from './words.ts';

const LABEL = 12;
const SHOWN_ACCOUNTS = 10;

/** `text` under a label column; further lines are indented to it. */
const labelled = (label: string, text: string, paint: Paint): string[] =>
  wrap(plainSigns(text, paint), paint.width - LABEL).map(
    (line, i) => paint.faint((i === 0 ? label : '').padEnd(LABEL)) + line,
  );

const readLines = (report: ScanReport, paint: Paint): string[] => {
  const { read } = report;
  const n = (count: number, one: string): string => plural(count, one, undefined, paint.thousands);
  const span =
    read.first === null || read.last === null
      ? Number.NaN
      : Date.parse(read.last) - Date.parse(read.first);
  const period = `${formatPeriod(read.first, read.last)}${span > 0 ? ` (${formatDuration(span)})` : ''}`;
  return labelled(
    'read',
    `${n(read.exchanges, 'exchange')} of ${n(read.accounts, 'account')}, ${period}`,
    paint,
  );
};

const notReadLines = (report: ScanReport, paint: Paint): string[] => {
  const { rejected, duplicates, exchanges } = report.read;
  if (rejected === 0 && duplicates === 0)
    return labelled('not read', 'nothing: every row was read', paint);
  const reasons = reasonsByCount(report).slice(0, 6);
  const detail = reasons
    .map(([reason, count]) => `${formatCount(count, paint.thousands)} ${forTerminal(reason, 60)}`)
    .join(', ');
  const share = formatShare(rejected / Math.max(1, rejected + exchanges));
  const rows = plural(rejected, 'row', undefined, paint.thousands);
  const parts = rejected > 0 ? [`${rows} (${share})${detail === '' ? '' : `: ${detail}`}`] : [];
  if (duplicates > 0)
    parts.push(`${plural(duplicates, 'duplicate row', undefined, paint.thousands)} counted once`);
  return labelled('not read', parts.join('; '), paint);
};

const judgedLines = (report: ScanReport, paint: Paint): string[] =>
  labelled(
    'judged',
    `against ${forTerminal(report.calibration.source, 200)} (${forTerminal(report.calibration.id, 60)}), ` +
      `by model ${forTerminal(report.models.intent, 60)} on ${forTerminal(report.models.embedding, 60)}, ` +
      `at a false discovery rate of ${percent(report.fdr)} (${forTerminal(procedureName(report.procedure), 40)})`,
    paint,
  );

const driftLines = (report: ScanReport, paint: Paint): string[] => {
  const sentence = driftSentence(report);
  return sentence === null ? [] : labelled('drift', forTerminal(sentence, 600), paint);
};

const outsideLines = (report: ScanReport, paint: Paint): string[] => {
  const outside = accountsOutside(report);
  if (outside.length === 0) return [];
  const strongest = outside.toSorted(
    (a, b) => b.intent.score + b.network.score - a.intent.score - a.network.score,
  );
  const dot = ` ${paint.sign.dot} `;
  const rows = strongest.slice(0, SHOWN_ACCOUNTS).map((account) => {
    const id = forTerminal(account.account_id, Math.max(16, paint.width - 64));
    const scores =
      `network ${formatScore(account.network.score)} p ${formatP(account.network.p_value)}` +
      `${dot}intent ${formatScore(account.intent.score)} p ${formatP(account.intent.p_value)}`;
    const body = wrap(plainSigns(`${account.verdict}${dot}${scores}`, paint), paint.width - 4);
    return [`  ${paint.strong(plainSigns(id, paint))}`, ...body.map((line) => `    ${line}`)].join(
      '\n',
    );
  });
  const rest = outside.length - SHOWN_ACCOUNTS;
  if (rest > 0)
    rows.push(paint.faint(`  and ${formatCount(rest, paint.thousands)} more in the JSON report`));
  return ['', paint.strong('Accounts outside campaigns'), ...rows];
};

const limitLines = (report: ScanReport, paint: Paint): string[] => {
  if (report.limits.length === 0) return [];
  const bullet = `  ${paint.sign.dot} `;
  const lines = report.limits
    .slice(0, 12)
    .flatMap((limit) =>
      wrap(plainSigns(limit, paint), paint.width - 4).map(
        (line, i) => (i === 0 ? bullet : '    ') + line,
      ),
    );
  return ['', paint.strong('What this scan could not see'), ...lines];
};

const nextLines = (report: ScanReport, paint: Paint): string[] => {
  const first = report.campaigns[0];
  const id = first
    ? forTerminal(shortIds(report.campaigns.map((c) => c.id)).get(first.id)!, 64)
    : null;
  const commands = [
    ...(id === null
      ? []
      : [[`stillwatch explain REPORT.json ${id}`, 'why (REPORT.json: the output of --json)']]),
    ['stillwatch scan ... --report FILE.html', 'a page to hand on'],
    ['stillwatch scan ... --evidence DIR', 'a pack that `stillwatch verify DIR` recomputes'],
  ] as const;
  const room = Math.max(...commands.map(([command]) => command!.length)) + 2;
  return [
    '',
    paint.strong('Next'),
    ...commands.flatMap(([command, why]) =>
      room + 2 + why!.length <= paint.width
        ? [`  ${command!.padEnd(room)}${paint.faint(why!)}`]
        : [
            `  ${command}`,
            ...wrap(why!, paint.width - 6).map((line) => `      ${paint.faint(line)}`),
          ],
    ),
  ];
};

/** The whole result, without a final line break. Lines fit `width`, except commands to be copied. */
export const renderScan = (report: ScanReport, options: TerminalOptions): string => {
  const paint = paintFor(options);
  const found = report.campaigns.length + report.accounts.length > 0;
  return [
    ...readLines(report, paint),
    ...notReadLines(report, paint),
    ...judgedLines(report, paint),
    ...driftLines(report, paint),
    '',
    ...wrap(plainSigns(headline(report), paint), paint.width).map(paint.strong),
    ...(found ? [] : wrap(plainSigns(nothingFound(report), paint), paint.width)),
    ...(report.campaigns.length > 0 ? [campaignTable(report, paint)] : []),
    ...outsideLines(report, paint),
    ...limitLines(report, paint),
    ...nextLines(report, paint),
  ].join('\n');
};
