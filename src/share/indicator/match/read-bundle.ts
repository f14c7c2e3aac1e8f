/** A bundle of somebody else's indicators: what can be used, and everything that cannot, with its reasons. */
import { isRecord } from '../profile/check.ts';
import type { ProfileDiagnostic } from '../profile/codes.ts';
import { type DistillationIndicator, parseDistillationIndicator } from '../profile/indicator.ts';

export interface Unusable {
  /** Place among the objects of the bundle. */
  readonly at: number;
  /** The identifier that it claims, or null where that is none. */
  readonly id: string | null;
  readonly diagnostics: readonly ProfileDiagnostic[];
}

export interface ReadIndicators {
  readonly indicators: readonly DistillationIndicator[];
  readonly unusable: readonly Unusable[];
  /** Objects that are no indicators: campaigns, relationships, markings. */
  readonly others: number;
}

const versionOf = ({ object }: DistillationIndicator): number => Date.parse(object.modified);

/** Of several versions of one indicator the latest counts (STIX 2.1, 3.6). */
const latest = (indicators: readonly DistillationIndicator[]): DistillationIndicator[] => {
  const byId = new Map<string, DistillationIndicator>();
  for (const indicator of indicators) {
    const known = byId.get(indicator.object.id);
    if (known === undefined || versionOf(indicator) > versionOf(known))
      byId.set(indicator.object.id, indicator);
  }
  return [...byId.values()];
};

const ID = /^indicator--[0-9a-f-]{36}$/;

/** @param objects of a bundle or TAXII envelope, as they came */
export const readIndicators = (objects: readonly unknown[]): ReadIndicators => {
  const indicators: DistillationIndicator[] = [];
  const unusable: Unusable[] = [];
  let others = 0;
  objects.forEach((value, at) => {
    if (isRecord(value) && typeof value.type === 'string' && value.type !== 'indicator') {
      others += 1;
      return;
    }
    const parsed = parseDistillationIndicator(value);
    if (parsed.indicator !== undefined) indicators.push(parsed.indicator);
    else {
      const id =
        isRecord(value) && typeof value.id === 'string' && ID.test(value.id) ? value.id : null;
      unusable.push({ at, id, diagnostics: parsed.diagnostics });
    }
  });
  return { indicators: latest(indicators), unusable, others };
};
