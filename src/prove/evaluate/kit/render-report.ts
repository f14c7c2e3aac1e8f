/** An evaluation for a terminal, and as Markdown for a page of the documentation. */
import Table from 'cli-table3';
import { forTerminal } from '../../../base/safe-text.ts';
import type { EvaluationReport, Table as Rows, Section } from './section.ts';

const WIDEST = 46;

const tableText = ({ caption, head, rows }: Rows): string => {
  const made = new Table({ head: [...head], style: { head: [], border: [] }, wordWrap: true });
  for (const row of rows) made.push(row.map((cell) => forTerminal(cell, WIDEST * 4)));
  return `${caption}\n${rows.length === 0 ? '  (no rows)' : made.toString()}`;
};

/** How far a suite has come. */
export const progressOf = ({ done, planned }: Section): string =>
  done === planned
    ? `${done} ${done === 1 ? 'world' : 'worlds'}`
    : `unfinished: ${done} of ${planned} worlds`;

const list = (name: string, lines: readonly string[]): string =>
  lines.length === 0 ? '' : [name, ...lines.map((line) => `  - ${line}`)].join('\n');

const sectionText = (section: Section): string =>
  [
    `${section.title} (${progressOf(section)})`,
    section.question,
    list('Answers', section.answers),
    ...section.tables.map(tableText),
    list('Method', section.method),
    list('Limits', section.limits),
  ]
    .filter((part) => part !== '')
    .join('\n\n');

/** What was measured, and on what, in one line. */
export const settingOf = (report: EvaluationReport): string => {
  const { seeds, ordinary, level, prompts, code, baseline, model } = report;
  const from = prompts === 'files' ? 'prompts from files' : 'prompts from built-in grammars';
  const named = seeds.length === 1 ? `seed ${seeds[0]}` : `seeds ${seeds[0]} to ${seeds.at(-1)}`;
  const calibrated =
    (baseline === null ? 'calibrated on each world itself' : `baseline ${baseline}`) +
    (model === null ? '' : `, intent model ${model}`);
  return `${named}, ${ordinary.toLocaleString('en')} ordinary accounts per world, level ${100 * level} %, ${from}, ${calibrated}, code ${code}`;
};

export const renderEvaluation = (report: EvaluationReport): string =>
  [
    settingOf(report),
    ...report.sections.map(sectionText),
    list('What no suite can show', report.limits),
    'Ranges in brackets are 95 % intervals; docs/reference/evaluation.md defines each.',
  ].join('\n\n');

const cell = (text: string): string => text.replaceAll(/[\r\n]+/g, ' ').replaceAll('|', '\\|');

const tableMarkdown = ({ caption, head, rows }: Rows): string =>
  [
    `${caption}:`,
    '',
    ...[head, head.map(() => '---'), ...rows].map((row) => `| ${row.map(cell).join(' | ')} |`),
  ].join('\n');

/** The tables of a section with what they were measured on. */
export const sectionMarkdown = (report: EvaluationReport, section: Section): string =>
  [
    `Measured on ${settingOf(report)} (${progressOf(section)}).`,
    ...section.tables.map(tableMarkdown),
  ].join('\n\n');
