/**
 * The optional filters of the TAXII 2.1 Interoperability Test Document: `match[PROPERTY]` on simple
 * properties (tier 1), on lists (tier 2), inside nested structures (tier 3), on references, and
 * comparisons. Each takes one or more values, of which any may match.
 */
import { allMarkingRefs } from '../../../share/stix/markings.ts';
import { TLP_LEVELS, tlpLevelOf } from '../../../share/stix/tlp.ts';
import type { StixObject } from '../../../share/stix/types.ts';
import { versionKey } from '../../store/version-key.ts';

type Json = Readonly<Record<string, unknown>>;
export type ObjectTest = (object: Json) => boolean;
type Maker = (values: readonly string[]) => ObjectTest | undefined;

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const own = (object: Json, name: string): unknown =>
  Object.hasOwn(object, name) ? object[name] : undefined;

const texts =
  (name: string): Maker =>
  (values) => {
    const wanted = new Set(values);
    return (object) => {
      const value = own(object, name);
      return Array.isArray(value)
        ? value.some((one) => wanted.has(one as string))
        : wanted.has(value as string);
    };
  };

const WHOLE = /^-?\d{1,15}$/;
const integers =
  (name: string): Maker =>
  (values) => {
    if (!values.every((value) => WHOLE.test(value))) return undefined;
    const wanted = new Set(values.map(Number));
    return (object) => wanted.has(own(object, name) as number);
  };

const revoked: Maker = (values) => {
  if (!values.every((value) => value === 'true' || value === 'false')) return undefined;
  // STIX 2.1, 3.2: absent means false.
  const wanted = new Set<string>(values);
  return (object) => wanted.has(String(own(object, 'revoked') ?? false));
};

/** Every simple value of that name below the top, however deep; the parser has bounded the depth. */
const nested = (value: unknown, name: string, test: (found: unknown) => boolean): boolean => {
  if (Array.isArray(value)) return value.some((one) => nested(one, name, test));
  if (!isObject(value)) return false;
  return Object.entries(value).some(
    ([key, inner]) =>
      (key === name &&
        (typeof inner !== 'object' ? test(inner) : Array.isArray(inner) && inner.some(test))) ||
      nested(inner, name, test),
  );
};
const inside =
  (name: string): Maker =>
  (values) => {
    const wanted = new Set(values);
    return (object) =>
      Object.values(object).some((value) =>
        nested(value, name, (found) => wanted.has(String(found))),
      );
  };

/** `white` is the name of TLP 1 for clear; a plus sign in a URL arrives as a space. */
const tlp: Maker = (values) => {
  const levels = values.map((value) => (value === 'white' ? 'clear' : value.replace(' ', '+')));
  if (!levels.every((level) => (TLP_LEVELS as readonly string[]).includes(level))) return undefined;
  return (object) =>
    allMarkingRefs(object as unknown as StixObject).some((ref) =>
      levels.includes(tlpLevelOf(ref) ?? ''),
    );
};

const refersTo = (value: unknown, wanted: ReadonlySet<string>): boolean => {
  if (Array.isArray(value)) return value.some((one) => refersTo(one, wanted));
  if (!isObject(value)) return false;
  return Object.entries(value).some(([key, inner]) => {
    if (key.endsWith('_ref')) return wanted.has(inner as string);
    if (key.endsWith('_refs')) return Array.isArray(inner) && inner.some((ref) => wanted.has(ref));
    return refersTo(inner, wanted);
  });
};
const relationships: Maker = (values) => {
  const wanted = new Set(values);
  return (object) => refersTo(object, wanted);
};

const STAMP = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,30})?Z$/;
const compared =
  (name: string, sign: 1 | -1, kind: 'integer' | 'timestamp'): Maker =>
  (values) => {
    const form = kind === 'integer' ? WHOLE : STAMP;
    if (!values.every((value) => form.test(value))) return undefined;
    // Any of the values may match, so the easiest one decides.
    const holds = (found: unknown): boolean =>
      values.some((value) => {
        if (kind === 'integer')
          return typeof found === 'number' && sign * (found - Number(value)) >= 0;
        if (typeof found !== 'string' || !STAMP.test(found)) return false;
        const [a, b] = [versionKey(found), versionKey(value)];
        return sign === 1 ? a >= b : a <= b;
      });
    return (object) =>
      holds(own(object, name)) || Object.values(object).some((v) => nested(v, name, holds));
  };

const TIER_1_TEXTS = [
  'account_type',
  'context',
  'data_type',
  'encryption_algorithm',
  'identity_class',
  'name',
  'opinion',
  'pattern',
  'pattern_type',
  'primary_motivation',
  'region',
  'relationship_type',
  'resource_level',
  'result',
  'sophistication',
  'subject',
  'value',
] as const;
const TIER_1_INTEGERS = ['confidence', 'dst_port', 'number', 'src_port'] as const;
const TIER_2 = [
  'aliases',
  'architecture_execution_envs',
  'capabilities',
  'extension_types',
  'implementation_languages',
  'indicator_types',
  'infrastructure_types',
  'labels',
  'malware_types',
  'personal_motivations',
  'report_types',
  'roles',
  'secondary_motivations',
  'sectors',
  'threat_actor_types',
  'tool_types',
] as const;
const TIER_3 = [
  'address_family',
  'external_id',
  'MD5',
  'SHA-1',
  'SHA-256',
  'SHA-512',
  'SHA3-256',
  'SHA3-512',
  'SSDEEP',
  'TLSH',
  'integrity_level',
  'pe_type',
  'phase_name',
  'service_status',
  'service_type',
  'socket_type',
  'source_name',
  'start_type',
] as const;

export const PROPERTY_FILTERS: ReadonlyMap<string, Maker> = new Map<string, Maker>([
  ...TIER_1_TEXTS.map((name) => [name, texts(name)] as const),
  ...TIER_1_INTEGERS.map((name) => [name, integers(name)] as const),
  ['revoked', revoked],
  ...TIER_2.map((name) => [name, texts(name)] as const),
  ...TIER_3.map((name) => [name, inside(name)] as const),
  ['tlp', tlp],
  ['relationships-all', relationships],
  ...TIER_1_INTEGERS.flatMap((name) => [
    [`${name}-gte`, compared(name, 1, 'integer')] as const,
    [`${name}-lte`, compared(name, -1, 'integer')] as const,
  ]),
  ['modified-gte', compared('modified', 1, 'timestamp')],
  ['modified-lte', compared('modified', -1, 'timestamp')],
  ['valid_until-gte', compared('valid_until', 1, 'timestamp')],
  ['valid_from-lte', compared('valid_from', -1, 'timestamp')],
]);
