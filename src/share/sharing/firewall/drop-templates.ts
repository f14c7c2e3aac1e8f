/** Query signatures without their words: the sketch says enough to match, and a template may not leave. */
import { canonicalJson } from '../../../base/canonical-json.ts';
import { parseDistillationIndicator } from '../../indicator/profile/indicator.ts';
import { newWalk } from './fault.ts';
import { template } from './template.ts';

/**
 * The object without its template, when that holds what may not leave; otherwise the object itself. The
 * sketch stays: it was made of the template, and is salted.
 */
export const withoutUnfitTemplate = (value: unknown): unknown => {
  const { indicator } = parseDistillationIndicator(value);
  if (indicator?.kind !== 'query-signature' || indicator.pattern.template === undefined)
    return value;
  const walk = newWalk();
  template(indicator.pattern.template, walk);
  if (walk.faults.length === 0) return value;
  const { template: _dropped, ...pattern } = indicator.pattern;
  return { ...indicator.object, pattern: canonicalJson(pattern) };
};
