/**
 * Prompts from templates with slots, addressed by number: prompt i can be written without writing
 * the prompts before it, and no two numbers of one grammar give the same text (tested).
 */
import { mix32 } from '../../../base/hash.ts';

export type Slots = Readonly<Record<string, readonly string[]>>;

/** Largest number of prompts per template; keeps every product below an exact 2⁵³. */
const CAPACITY = 2 ** 26;

type Part =
  | { readonly text: string }
  | { readonly values: readonly string[] }
  | { readonly low: number; readonly count: number };

/** '{name}' is a slot; '{#2-99}' is a number, both ends included. */
const compile = (template: string, slots: Slots): Part[] =>
  template
    .split(/(\{[^}]+\})/)
    .filter((piece) => piece !== '')
    .map((piece): Part => {
      if (!piece.startsWith('{')) return { text: piece };
      const name = piece.slice(1, -1);
      const range = /^#(\d+)-(\d+)$/.exec(name);
      if (range !== null) {
        const low = Number(range[1]);
        return { low, count: Number(range[2]) - low + 1 };
      }
      const values = slots[name];
      if (values === undefined) throw new RangeError(`no slot named ${name} in "${template}"`);
      return { values };
    });

const sizeOf = (part: Part): number =>
  'text' in part ? 1 : 'values' in part ? part.values.length : part.count;

const render = (parts: readonly Part[], number: number): string => {
  let out = '';
  let rest = number;
  let used = 1;
  for (let i = 0; i < parts.length; i++) {
    const part = parts[i]!;
    if ('text' in part) {
      out += part.text;
      continue;
    }
    const size = sizeOf(part);
    let digit: number;
    if (used * size <= CAPACITY) {
      // Mixed radix: these digits alone tell all numbers below the capacity apart.
      digit = rest % size;
      rest = Math.floor(rest / size);
      used *= size;
    } else digit = mix32(number + Math.imul(i + 1, 0x9e3779b1)) % size;
    out += 'values' in part ? part.values[digit]! : String(part.low + digit);
  }
  return out;
};

const gcd = (a: number, b: number): number => (b === 0 ? a : gcd(b, a % b));

/** A multiplier without a common divisor with n, near the golden section: neighbours land far apart. */
const spread = (n: number): number => {
  let step = Math.max(1, Math.floor(n * 0.6180339887));
  while (gcd(step, n) !== 1) step++;
  return step;
};

export interface Grammar {
  readonly size: number;
  readonly at: (index: number) => string;
}

/** All the templates in turn; `size` is bounded by the template with the fewest distinct prompts. */
export const grammar = (templates: readonly string[], slots: Slots): Grammar => {
  const compiled = templates.map((template) => compile(template, slots));
  const capacities = compiled.map((parts) =>
    parts.reduce((n, part) => (n * sizeOf(part) <= CAPACITY ? n * sizeOf(part) : n), 1),
  );
  const steps = capacities.map(spread);
  const count = templates.length;
  return {
    size: count * Math.min(...capacities),
    at: (index) => {
      const t = index % count;
      const number = (Math.floor(index / count) * steps[t]!) % capacities[t]!;
      return render(compiled[t]!, number);
    },
  };
};
