/**
 * Somebody else's indicators on one's own traffic. Compiled once, asked for each exchange, each set of
 * accounts and each account; pure, and no call keeps anything of what it saw.
 */
import type { Exchange } from '../../../detect/exchange/exchange.ts';
import type { DistillationIndicator } from '../profile/indicator.ts';
import type { FingerprintPattern, SignalRange } from '../profile/pattern.ts';
import { createBlockIndex } from './blocks.ts';
import { createSignatureIndex, MOST_SALTS } from './signatures.ts';

/** What a fingerprint looks at: one set of accounts, measured as one. */
export interface CampaignFeatures {
  readonly accounts: number;
  readonly exchanges: number;
  /** Values by name of signal; NaN where one cannot be measured. */
  readonly signals: Readonly<Record<string, number>>;
}

export type ExchangeView = Pick<Exchange, 'prompt' | 'ip' | 'asn' | 'ja4'>;

export const IDLE = {
  REVOKED: 'It was withdrawn.',
  EXPIRED: 'It has ended.',
  NOT_YET_VALID: 'It has not begun.',
  TOO_MANY_SALTS: `More than ${MOST_SALTS} salts are in use; this one came later.`,
} as const;
export type IdleCode = keyof typeof IDLE;

export interface Matcher {
  /** The indicators that were given; every answer is a list of places in it. */
  readonly indicators: readonly DistillationIndicator[];
  /** Those of them that are not run, and why. */
  readonly idle: ReadonlyMap<number, IdleCode>;
  readonly has: Readonly<Record<'signatures' | 'fingerprints' | 'tokens' | 'network', boolean>>;
  readonly exchange: (exchange: ExchangeView) => readonly number[];
  readonly campaign: (features: CampaignFeatures) => readonly number[];
  /** @param tokens blinded tokens of one account, of the epochs that the indicators use */
  readonly account: (tokens: readonly string[]) => readonly number[];
}

export interface CompileOptions {
  /** Epoch ms: indicators that have ended or not begun then are idle. */
  readonly at: number;
}

const NONE: readonly number[] = [];

const idleCodeOf = ({ object }: DistillationIndicator, at: number): IdleCode | undefined => {
  if (object.revoked === true) return 'REVOKED';
  // STIX 2.1, 4.7: valid_until is the first moment at which it no longer holds.
  if (Date.parse(object.valid_until!) <= at) return 'EXPIRED';
  return Date.parse(object.valid_from) > at ? 'NOT_YET_VALID' : undefined;
};

const holds = (
  { signal, min, max }: SignalRange,
  signals: CampaignFeatures['signals'],
): boolean => {
  const value = signals[signal] ?? Number.NaN;
  // NaN is in no range: what cannot be measured does not speak for an indicator.
  return value >= (min ?? Number.NEGATIVE_INFINITY) && value <= (max ?? Number.POSITIVE_INFINITY);
};

/** Whether a set of accounts is of the kind that a fingerprint describes. */
export const meetsFingerprint = (
  pattern: FingerprintPattern,
  features: CampaignFeatures,
): boolean => {
  if (features.accounts < pattern.min_accounts || features.exchanges < pattern.min_exchanges)
    return false;
  const met = pattern.ranges.filter((range) => holds(range, features.signals));
  return (['network', 'intent'] as const).every(
    (axis) => met.filter((range) => range.axis === axis).length >= pattern.hold[axis],
  );
};

/** `AS64500` and `64500` are one system. */
const systemKey = (asn: string): number =>
  Number(/^(?:AS)?(\d{1,10})$/i.exec(asn)?.[1] ?? Number.NaN);

const listIn = <K>(map: Map<K, number[]>, name: K, holder: number): void => {
  const known = map.get(name);
  if (known === undefined) map.set(name, [holder]);
  else known.push(holder);
};

export const compileIndicators = (
  indicators: readonly DistillationIndicator[],
  { at }: CompileOptions,
): Matcher => {
  const idle = new Map<number, IdleCode>();
  const salts = new Set<string>();
  indicators.forEach((indicator, i) => {
    const code = idleCodeOf(indicator, at);
    if (code !== undefined) idle.set(i, code);
    else if (indicator.kind === 'query-signature') {
      const { salt } = indicator.pattern.sketch;
      if (!salts.has(salt) && salts.size === MOST_SALTS) idle.set(i, 'TOO_MANY_SALTS');
      else salts.add(salt);
    }
  });
  const running = [...indicators.keys()].filter((i) => !idle.has(i));
  const systems = new Map<number, number[]>();
  const clients = new Map<string, number[]>();
  const tokens = new Map<string, number[]>();
  const blocks: { block: string; holder: number }[] = [];
  const fingerprints: { pattern: FingerprintPattern; holder: number }[] = [];
  for (const holder of running) {
    const indicator = indicators[holder]!;
    if (indicator.kind === 'attack-fingerprint')
      fingerprints.push({ pattern: indicator.pattern, holder });
    if (indicator.kind !== 'actor-identifier') continue;
    for (const block of indicator.network.blocks) blocks.push({ block, holder });
    for (const system of indicator.network.systems) listIn(systems, system, holder);
    for (const client of indicator.pattern.clients ?? []) listIn(clients, client, holder);
    for (const token of indicator.pattern.tokens ?? []) listIn(tokens, token, holder);
  }
  const byBlock = createBlockIndex(blocks);
  const bySignature = createSignatureIndex(
    running.flatMap((holder) => {
      const { pattern } = indicators[holder]!;
      return pattern.kind === 'query-signature' ? [{ pattern, holder }] : [];
    }),
  );
  return {
    indicators,
    idle,
    has: {
      signatures: salts.size > 0,
      fingerprints: fingerprints.length > 0,
      tokens: tokens.size > 0,
      network: blocks.length > 0 || systems.size > 0 || clients.size > 0,
    },
    exchange: ({ prompt, ip, asn, ja4 }) => {
      const found = [
        bySignature.of(prompt),
        ip === null || blocks.length === 0 ? NONE : byBlock.of(ip),
        asn === null || systems.size === 0 ? NONE : (systems.get(systemKey(asn)) ?? NONE),
        ja4 === null ? NONE : (clients.get(ja4) ?? NONE),
      ].filter((list) => list.length > 0);
      if (found.length === 0) return NONE;
      return found.length === 1 ? found[0]! : [...new Set(found.flat())];
    },
    campaign: (features) =>
      fingerprints
        .filter(({ pattern }) => meetsFingerprint(pattern, features))
        .map(({ holder }) => holder),
    account: (given) => [...new Set(given.flatMap((token) => tokens.get(token) ?? NONE))],
  };
};
