/** Observable Plot on a document without a browser: charts as static SVG. */
import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';
import { visible } from '../../../base/safe-text.ts';
import { type Html, trusted } from './markup.ts';

const SVG = 'http://www.w3.org/2000/svg';

/** What the charts use of the DOM; the compiler's own DOM types would let server code touch it. */
export interface SvgElement {
  readonly outerHTML: string;
  textContent: string;
  setAttribute(name: string, value: string): void;
  removeAttribute(name: string): void;
  remove(): void;
  append(...nodes: SvgElement[]): void;
  prepend(...nodes: SvgElement[]): void;
  querySelector(selector: string): SvgElement | null;
  querySelectorAll(selector: string): Iterable<SvgElement>;
}

export interface SvgDocument {
  createElementNS(namespace: string, name: string): SvgElement;
}

/** Text for a chart: bounded and made visible here, escaped by the serialiser. */
export const chartText = (text: string, maxLength = 60): string => visible(text, maxLength);

export const element = (
  document: SvgDocument,
  name: string,
  attributes: Readonly<Record<string, string | number>>,
): SvgElement => {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  return made;
};

/**
 * A chart as markup. Text size, colours and width come from the page's style sheet.
 * @param title what a screen reader says of it
 */
export const chart = (title: string, options: Plot.PlotOptions): Html => {
  const { document } = parseHTML('<!doctype html><html><body></body></html>');
  const svg: SvgElement = Plot.plot({ ...options, document, className: 'plot' });
  // Plot brings its own style for each chart; the page has one for all.
  svg.querySelector('style')?.remove();
  for (const part of svg.querySelectorAll('[aria-label]')) part.removeAttribute('aria-label');
  for (const own of ['width', 'height', 'font-size', 'font-family']) svg.removeAttribute(own);
  svg.setAttribute('role', 'img');
  const name = element(document, 'title', {});
  name.textContent = title;
  svg.prepend(name);
  return trusted(svg.outerHTML);
};
