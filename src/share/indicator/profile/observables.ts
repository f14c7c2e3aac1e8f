/**
 * STIX patterns of actor identifiers: a list of address blocks and autonomous systems, joined by OR, and
 * nothing else. What a pattern of the full grammar would look at stays unknown; what this one does not.
 */
import { type Comparison, isJoined, type Pattern, type Test } from '../../stix/pattern/ast.ts';
import { type AddressBlock, addressBlock } from '../../stix/pattern/address.ts';
import { parsePattern } from '../../stix/pattern/parse.ts';
import { type Path, type ProfileSink, type Refused, refuse } from './check.ts';

export interface NetworkObservables {
  /** As written: `203.0.113.0/24`. */
  readonly blocks: readonly string[];
  readonly systems: readonly number[];
}

export const MOST_OBSERVABLES = 500;
/** Prefix lengths that may travel, widest and narrowest: nobody is singled out, and no country blocked. */
export const PREFIXES = {
  4: { widest: 16, narrowest: 24 },
  16: { widest: 32, narrowest: 48 },
} as const;

const isClear = ({ bytes, bits }: AddressBlock): boolean =>
  bytes.every((byte, i) => (byte & (0xff >> Math.min(8, Math.max(0, bits - i * 8)))) === 0);

/** The block of a text in the profile's bounds, or undefined. */
export const profileBlock = (text: string): AddressBlock | undefined => {
  const block = text.includes('/') ? addressBlock(text) : undefined;
  if (block === undefined || !isClear(block)) return undefined;
  const { widest, narrowest } = PREFIXES[block.bytes.length as 4 | 16];
  return block.bits >= widest && block.bits <= narrowest ? block : undefined;
};

const path = (test: Test): string =>
  `${test.path.type}:${test.path.steps.map((s) => ('name' in s ? s.name : '[]')).join('.')}`;

type Found = { readonly block: string } | { readonly system: number } | 'shape' | 'block';

const MOST_SYSTEM = 2 ** 32 - 1;

const readTest = (test: Test): Found => {
  if (test.kind !== 'compare' || test.negated) return 'shape';
  const { operator, constant } = test;
  const at = path(test);
  if (at === 'autonomous-system:number' && operator === '=' && constant.kind === 'integer') {
    const system = Number(constant.text);
    return system >= 1 && system <= MOST_SYSTEM ? { system } : 'shape';
  }
  if (at !== 'ipv4-addr:value' && at !== 'ipv6-addr:value') return 'shape';
  if (operator !== 'ISSUBSET' || constant.kind !== 'string') return 'shape';
  const block = profileBlock(constant.value);
  if (block === undefined || (block.bytes.length === 4) !== (at === 'ipv4-addr:value'))
    return 'block';
  return { block: constant.value };
};

const testsOf = (comparison: Comparison): readonly Comparison[] =>
  comparison.kind === 'or' ? comparison.operands.flatMap(testsOf) : [comparison];

const leaves = (pattern: Pattern): readonly (Comparison | undefined)[] => {
  if (pattern.kind === 'observation') return testsOf(pattern.test);
  return pattern.kind === 'or' ? pattern.operands.flatMap(leaves) : [undefined];
};

/** Reads the pattern of an actor identifier of type `stix`. */
export const parseNetworkPattern = (
  text: string,
  at: Path,
  sink: ProfileSink,
): NetworkObservables | Refused => {
  const { pattern, fault } = parsePattern(text);
  if (fault !== undefined) return refuse(sink, at, 'PROFILE_PATTERN_SHAPE', fault.message);
  const found = leaves(pattern).map((leaf) =>
    leaf === undefined || isJoined(leaf) ? 'shape' : readTest(leaf),
  );
  if (found.length > MOST_OBSERVABLES)
    return refuse(sink, at, 'PROFILE_LENGTH', `At most ${MOST_OBSERVABLES} observables.`);
  if (found.includes('shape'))
    return refuse(
      sink,
      at,
      'PROFILE_PATTERN_SHAPE',
      "Only [ipv4-addr:value ISSUBSET '…'], [ipv6-addr:value ISSUBSET '…'] and [autonomous-system:number = …], joined by OR.",
    );
  if (found.includes('block'))
    return refuse(
      sink,
      at,
      'PROFILE_BLOCK',
      'Blocks are /16 to /24 of IPv4 and /32 to /48 of IPv6, with all other bits 0.',
    );
  const items = found as readonly Exclude<Found, string>[];
  return {
    blocks: items.flatMap((item) => ('block' in item ? [item.block] : [])),
    systems: items.flatMap((item) => ('system' in item ? [item.system] : [])),
  };
};

/** The pattern of blocks and systems, in a fixed order. */
export const networkPattern = ({ blocks, systems }: NetworkObservables): string =>
  [
    ...[...blocks].sort().map((block) => {
      const type = block.includes(':') ? 'ipv6-addr' : 'ipv4-addr';
      return `[${type}:value ISSUBSET '${block}']`;
    }),
    ...[...systems].sort((a, b) => a - b).map((n) => `[autonomous-system:number = ${n}]`),
  ].join(' OR ');
