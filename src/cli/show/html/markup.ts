/**
 * HTML that is safe by construction: `html` escapes every value it is given, and only what `html`
 * itself made (or a serialised DOM, see `trusted`) passes as markup.
 */
import { forHtml } from '../../../base/safe-text.ts';

/** A symbol as key: nothing that was parsed from JSON can pretend to be markup. */
const MARKUP: unique symbol = Symbol('markup');

export interface Html {
  readonly [MARKUP]: string;
}

export type Value = string | number | Html | null | false | readonly Value[];

/** No value is longer than this on the page, whatever the report holds. */
const MAX_TEXT = 2_000;

const escaped = (value: Value): string => {
  if (value === null || value === false) return '';
  if (typeof value === 'string') return forHtml(value, MAX_TEXT);
  if (typeof value === 'number') return String(value);
  if (MARKUP in value) return value[MARKUP];
  return value.map(escaped).join('');
};

/** Values may stand between tags and inside double-quoted attributes, nowhere else. */
export const html = (parts: TemplateStringsArray, ...values: readonly Value[]): Html => ({
  [MARKUP]: parts.reduce((out, part, i) => out + escaped(values[i - 1]!) + part),
});

/** Markup that a serialiser wrote, which escaped it already; never text from outside. */
export const trusted = (markup: string): Html => ({ [MARKUP]: markup });

export const markupOf = (value: Html): string => value[MARKUP];

/** An id or name from outside: isolated, so that right-to-left text cannot reorder its neighbours. */
export const name = (text: string, maxLength = 80): Html => {
  const shown = text.length > maxLength ? `${text.slice(0, maxLength)}…` : text;
  return html`<bdi class="name">${shown}</bdi>`;
};
