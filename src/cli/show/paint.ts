/** How a terminal is drawn on: its width, whether it takes colours and Unicode. */
import { styleText } from 'node:util';
import { forTerminal } from '../../base/safe-text.ts';
import { textWidth } from '../../base/text-width.ts';
import type { Found } from './words.ts';

export interface TerminalOptions {
  /** Columns, 40 or more. */
  readonly width: number;
  readonly color: boolean;
  /** False draws with ASCII characters only; text from the report is shown as it is. */
  readonly unicode: boolean;
}

type Environment = Readonly<Record<string, string | undefined>>;
type Output = { readonly isTTY?: boolean; readonly columns?: number };

/** What a stream can show. Honours NO_COLOR (no-color.org), FORCE_COLOR, TERM=dumb and the locale. */
export const terminalOptions = (stream: Output, env: Environment): TerminalOptions => {
  const tty = stream.isTTY === true;
  const set = (name: string): boolean => (env[name] ?? '') !== '';
  const forced = set('FORCE_COLOR') && env.FORCE_COLOR !== '0';
  const locale = env.LC_ALL || env.LC_CTYPE || env.LANG || 'UTF-8';
  return {
    // A file or a pipe has no width; 100 columns read well in a log and in an e-mail.
    width: Math.max(40, stream.columns ?? 100),
    color: !set('NO_COLOR') && (forced || (tty && env.TERM !== 'dumb')),
    unicode: env.TERM !== 'linux' && env.TERM !== 'dumb' && /utf-?8/i.test(locale),
  };
};

type Style = Parameters<typeof styleText>[0];

export interface Paint extends TerminalOptions {
  readonly strong: (text: string) => string;
  readonly faint: (text: string) => string;
  readonly found: Readonly<Record<Found, (text: string) => string>>;
  /** The separator of digit groups. */
  readonly thousands: string;
  readonly sign: Readonly<
    Record<'dot' | 'ellipsis' | 'full' | 'empty' | 'link' | 'minus' | 'open' | 'close', string>
  >;
}

const UNICODE = {
  dot: '·',
  ellipsis: '…',
  full: '█',
  empty: '░',
  link: '─',
  minus: '−',
  open: '“',
  close: '”',
};
const ASCII = {
  dot: '-',
  ellipsis: '...',
  full: '#',
  empty: '.',
  link: '--',
  minus: '-',
  open: '"',
  close: '"',
};

export const paintFor = (options: TerminalOptions): Paint => {
  const style = (format: Style) => (text: string) =>
    options.color ? styleText(format, text, { validateStream: false }) : text;
  return {
    ...options,
    strong: style('bold'),
    faint: style('dim'),
    found: {
      distillation: style(['bold', 'red']),
      'account-network': style(['bold', 'yellow']),
      review: style('cyan'),
    },
    thousands: options.unicode ? '\u202f' : ',',
    sign: options.unicode ? UNICODE : ASCII,
  };
};

/** Our own words in ASCII where the terminal has no more: dashes, quotes and spaces only. */
export const plainSigns = (text: string, { unicode }: TerminalOptions): string =>
  unicode
    ? text
    : text
        .replace(/[–—−]/g, '-')
        .replace(/[“”]/g, '"')
        .replace(/’/g, "'")
        .replace(/…/g, '...')
        .replace(/[⟨]/g, '<')
        .replace(/[⟩]/g, '>')
        .replace(/\u202f/g, ',')
        .replace(/\u00a0/g, '');

/** Escapes `text`, cuts it to 600 columns, and breaks it between words (and inside words that are too long) into lines. */
export const wrap = (text: string, width: number): string[] => {
  const lines: string[] = [];
  let line = '';
  const put = (word: string): void => {
    if (line !== '' && textWidth(line) + 1 + textWidth(word) > width) {
      lines.push(line);
      line = '';
    }
    line = line === '' ? word : `${line} ${word}`;
  };
  for (const word of forTerminal(text, 600).split(' ')) {
    if (textWidth(word) <= width) put(word);
    else for (const piece of pieces(word, width)) put(piece);
  }
  if (line !== '') lines.push(line);
  return lines;
};

const pieces = (word: string, width: number): string[] => {
  const cut: string[] = [];
  let piece = '';
  for (const char of word) {
    if (textWidth(piece) + textWidth(char) > width) {
      cut.push(piece);
      piece = '';
    }
    piece += char;
  }
  return [...cut, piece];
};
