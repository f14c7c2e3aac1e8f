/**
 * From a finding to what is published of it, and from its last version to the next. Pure: the same
 * finding, time and predecessor give the same objects. Ids follow from the finding, so that a campaign
 * that grows is one campaign in several versions, at the hub and at every member.
 */
import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { canonicalJson } from '../../../base/canonical-json.ts';
import type { ScanReport } from '../../../detect/report/report.ts';
import { deriveIndicators } from '../../../share/indicator/derive/derive.ts';
import { PROFILE_NAMESPACE } from '../../../share/indicator/profile/extension-definitions.ts';
import { parseDistillationIndicator } from '../../../share/indicator/profile/indicator.ts';
import type { PermittedAction } from '../../../share/indicator/profile/words.ts';
import { withoutUnfitTemplate } from '../../../share/sharing/firewall/drop-templates.ts';
import { previewOf } from '../../../share/sharing/firewall/preview.ts';
import { maskTemplate } from '../../../share/sharing/firewall/template.ts';
import type { Warninglist } from '../../../share/sharing/warninglist/warninglist.ts';
import { uuidV5 } from '../../../share/stix/sco-id.ts';
import type { TlpLevel } from '../../../share/stix/tlp.ts';
import type { Json } from '../../../share/taxii/resources.ts';
import type { LabFinding } from '../findings.ts';
import type { OutboxItem } from './kept.ts';

export interface DraftOptions {
  readonly k: number;
  readonly tlp: TlpLevel;
  readonly permit: PermittedAction;
  readonly salt: Uint8Array;
  readonly tokens: ReadonlyMap<string, readonly string[]>;
  readonly warninglists?: readonly Warninglist[];
  /** Epoch ms. */
  readonly now: number;
}

/** Part of the sketch that two signatures share to be one signature in two versions. */
const SAME_SKETCH = 0.5;

const idIn = (type: string, content: object): string =>
  `${type}--${uuidV5(PROFILE_NAMESPACE, canonicalJson(content))}`;

const sketchOf = (object: Json): ReadonlySet<string> => {
  const { indicator } = parseDistillationIndicator(object);
  return new Set(indicator?.kind === 'query-signature' ? indicator.pattern.sketch.values : []);
};

/** A name of each indicator that stays while the finding grows. */
const nameIndicators = (
  finding: string,
  indicators: readonly Json[],
  before: readonly Json[],
  struck: ReadonlySet<string>,
): ReadonlyMap<string, string> => {
  const names = new Map<string, string>();
  const numbers = new Map<string, number>();
  const older = before.flatMap((object) => {
    const sketch = sketchOf(object);
    return sketch.size > 0 ? [{ id: String(object.id), sketch }] : [];
  });
  for (const object of indicators) {
    const sketch = sketchOf(object);
    if (sketch.size > 0) {
      const at = older.findIndex(
        (one) => [...sketch].filter((v) => one.sketch.has(v)).length >= SAME_SKETCH * sketch.size,
      );
      const same = at < 0 ? undefined : older.splice(at, 1)[0];
      names.set(
        String(object.id),
        same?.id ?? idIn('indicator', { finding, pattern: object.pattern }),
      );
      continue;
    }
    const { indicator } = parseDistillationIndicator(object);
    const sort =
      indicator?.kind === 'actor-identifier'
        ? indicator.extension.identifiers.join('+')
        : String(indicator?.kind);
    let number = numbers.get(sort) ?? 0;
    // What was taken back stays so; without what was wrong in it, it is another indicator.
    while (struck.has(idIn('indicator', { finding, sort, number }))) number += 1;
    numbers.set(sort, number + 1);
    names.set(String(object.id), idIn('indicator', { finding, sort, number }));
  }
  return names;
};

const renamed = (
  finding: string,
  objects: readonly Json[],
  before: readonly Json[],
  struck: ReadonlySet<string>,
): Json[] => {
  const names = new Map(
    nameIndicators(
      finding,
      objects.filter(({ type }) => type === 'indicator'),
      before,
      struck,
    ),
  );
  for (const { id, type } of objects)
    if (type === 'campaign') names.set(String(id), idIn('campaign', { finding }));
  return objects.map((object) => {
    if (object.type === 'relationship') {
      const source_ref = names.get(String(object.source_ref));
      const target_ref = names.get(String(object.target_ref));
      return {
        ...object,
        id: idIn('relationship', { source_ref, target_ref }),
        source_ref,
        target_ref,
      };
    }
    const id = names.get(String(object.id));
    if (id === undefined) return object;
    // A campaign is called after its id, and the id has changed.
    return object.type === 'campaign'
      ? {
          ...object,
          id,
          name: `Campaign ${id.slice('campaign--'.length, 'campaign--'.length + 8)}`,
        }
      : { ...object, id };
  });
};

/** Without these objects, and without relationships of them. */
export const withoutStruck = (
  objects: readonly Json[],
  struck: ReadonlySet<string>,
): readonly Json[] =>
  objects.filter(
    ({ id, source_ref }) => !struck.has(String(id)) && !struck.has(String(source_ref)),
  );

/** What the firewall lets pass, without relationships that would then lead nowhere. */
const leaving = (objects: readonly Json[], lists: readonly Warninglist[]): readonly Json[] => {
  const fit = objects.map((object) => withoutUnfitTemplate(object) as Json);
  const { objects: looked } = previewOf(fit, lists);
  const passing = fit.filter((_, i) => looked[i]!.allowed);
  const ids = new Set(passing.map(({ id }) => id));
  const whole = passing.filter(
    ({ type, source_ref, target_ref }) =>
      type !== 'relationship' || (ids.has(source_ref) && ids.has(target_ref)),
  );
  return whole.some(({ type }) => type === 'indicator') ? whole : [];
};

const without = ({ modified: _m, valid_from: _f, valid_until: _u, ...rest }: Json): Json => rest;

/** What a finding is to be published as; `before` is its item as it is. Null: nothing leaves of it. */
export const draftOf = (
  finding: LabFinding,
  report: ScanReport,
  before: OutboxItem | undefined,
  options: DraftOptions,
): readonly Json[] | null => {
  const { k, tlp, permit, salt, tokens, now, warninglists = [] } = options;
  const { id } = finding;
  const created = before?.created ?? new Date(now).toISOString();
  const { bundle } = deriveIndicators(
    { ...report, campaigns: [{ ...finding.campaign, id }] },
    { k, tlp, permit, salt, tokens, mask: maskTemplate, at: created },
  );
  const known = [...(before?.taken ?? []), ...(before?.objects ?? [])];
  const struck = new Set(before?.struck);
  const named = withoutStruck(
    renamed(id, (bundle.objects ?? []) as readonly Json[], known, struck),
    struck,
  );
  const objects = named.map((object): Json => {
    const last = known.findLast((one) => one.id === object.id);
    if (last === undefined || last.modified === undefined) return object;
    if (isDeepStrictEqual(without(last), without(object))) return last;
    // STIX 2.1, 3.6: a later version of the same thing. Its time runs from now on.
    const modified = new Date(Math.max(now, Date.parse(String(last.modified)) + 1)).toISOString();
    if (object.type !== 'indicator') return { ...object, modified };
    const length = Date.parse(String(object.valid_until)) - Date.parse(String(object.valid_from));
    const valid_until = new Date(Date.parse(modified) + length).toISOString();
    return { ...object, modified, valid_from: modified, valid_until };
  });
  const out = leaving(objects, warninglists);
  return out.length === 0 ? null : out;
};

/** The version that takes an object back (STIX 2.1, 3.6). */
export const revokedOf = (object: Json, now: number): Json => ({
  ...object,
  revoked: true,
  modified: new Date(Math.max(now, Date.parse(String(object.modified)) + 1)).toISOString(),
});

const latest = (one: Json | undefined, other: Json): Json =>
  one !== undefined && Date.parse(String(one.modified)) > Date.parse(String(other.modified))
    ? one
    : other;

const isConstant = ({ type }: Json): boolean =>
  type === 'marking-definition' || type === 'extension-definition';

/** What has to be sent so that the hub has an item as it is: what is new or changed, then what is gone. */
export const toSend = (item: OutboxItem, now: number): readonly Json[] => {
  const taken = new Map(item.taken.map((object) => [object.id, object]));
  const wanted = item.state === 'retracted' ? [] : item.objects;
  const changed = wanted.filter((object) => !isDeepStrictEqual(taken.get(object.id), object));
  const left = new Set(wanted.map(({ id }) => id));
  const gone = item.taken
    .filter((object) => !left.has(object.id) && !isConstant(object) && object.revoked !== true)
    // Later than any version that may have been sent, also by a clock that was ahead.
    .map((object) =>
      revokedOf(
        latest(
          item.objects.find(({ id }) => id === object.id),
          object,
        ),
        now,
      ),
    );
  return [...changed, ...gone];
};

/** What may have been sent of these without having been taken. */
export const unsureOf = (item: OutboxItem, objects: readonly Json[]): readonly Json[] => {
  const taken = new Set(item.taken.map(({ id }) => id));
  return item.tried ? objects.filter((one) => !taken.has(one.id) && !isConstant(one)) : [];
};

/** Content of an item as one short text, to see whether it changed. */
export const digestOf = (objects: readonly Json[]): string =>
  createHash('sha256').update(canonicalJson(objects)).digest('base64url');
