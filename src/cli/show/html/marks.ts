/** Small drawings that repeat in colour, shape and words what a verdict or an axis says. */
import type { Axis } from '../../../detect/report/report.ts';
import { type Found, VERDICT_WORDS } from '../words.ts';
import { type Html, html } from './markup.ts';

/** The shapes that stand for verdicts, in a box of 12 by 12. */
const SHAPES: Readonly<Record<Found, Html>> = {
  distillation: html`<circle cx="6" cy="6" r="5.4" fill="currentColor"/>`,
  'account-network': html`<path d="M1 1h10v10h-10z" fill="currentColor"/>`,
  review: html`<path d="M6 .8L11.2 6L6 11.2L.8 6z" fill="none" stroke="currentColor" stroke-width="1.6"/>`,
};

const capital = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1);

export const badge = (verdict: Found, text = capital(VERDICT_WORDS[verdict].one)): Html =>
  html`<span class="badge ${verdict}"><svg viewBox="0 0 12 12" aria-hidden="true">${SHAPES[verdict]}</svg>${text}</span>`;

/** A bar from 0 to 1 with a tick at each quarter. */
export const meter = (axis: Axis, score: number): Html => {
  const width = Number((Math.max(0, Math.min(1, score)) * 200).toFixed(1));
  return html`<svg viewBox="0 0 200 12" preserveAspectRatio="none" class="${axis}" aria-hidden="true"><rect y="3" width="200" height="6" fill="var(--band)"/><rect y="3" width="${width}" height="6" fill="currentColor"/><path d="M50 1v10M100 1v10M150 1v10" stroke="var(--card)" stroke-width="1"/></svg>`;
};

/** Position of `value` on 0..`size` for a scale from `low` to `high`. */
const at = (value: number, low: number, high: number, size: number): number =>
  Number((high > low ? ((value - low) / (high - low)) * size : size / 2).toFixed(1));

/**
 * One measured value against ordinary groups: the band reaches from their median to the end that
 * speaks for the axis, the diamond is the value. Linear from the smallest to the largest of them and zero.
 */
export const bullet = (
  axis: Axis,
  value: number,
  { middle, end }: { readonly middle: number; readonly end: number },
): Html => {
  const low = Math.min(0, value, middle, end);
  const high = Math.max(0, value, middle, end);
  const x = (v: number): number => 8 + at(v, low, high, 234);
  const band = Math.max(2, Math.abs(x(end) - x(middle)));
  const v = x(value);
  return html`<svg viewBox="0 0 250 22" class="${axis}" aria-hidden="true"><path d="M8 11h234" stroke="var(--line)"/><rect x="${Math.min(x(middle), x(end))}" y="5" width="${band}" height="12" fill="var(--band)"/><path d="M${x(middle)} 3v16M${x(end)} 3v16" stroke="var(--soft)" stroke-width="1.5"/><path d="M${v - 6} 11L${v} 5L${v + 6} 11L${v} 17z" fill="currentColor" stroke="var(--card)" stroke-width="1"/></svg>`;
};

/** Size of a contribution beside the largest of its campaign; hollow when it speaks against. */
export const contributionBar = (axis: Axis, contribution: number, largest: number): Html => {
  const width = largest > 0 ? Math.max(2, at(Math.abs(contribution), 0, largest, 128)) : 2;
  const fill = contribution < 0 ? 'none' : 'currentColor';
  return html`<svg viewBox="0 0 130 8" preserveAspectRatio="none" class="${axis}" aria-hidden="true"><rect x="1" y="1" width="${width}" height="6" fill="${fill}" stroke="currentColor"/></svg>`;
};
