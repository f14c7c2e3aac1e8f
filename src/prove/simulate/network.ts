/**
 * Where accounts connect from. Every address lies in 240.0.0.0/4 or 2001:db8::/32 and every
 * autonomous system in the private range: a simulated accusation must not name anybody's real one.
 */
import {
  below,
  chance,
  choice,
  createRandom,
  integer,
  type Random,
  weighted,
} from '../../base/random.ts';
import type { Language } from './grammar/languages.ts';

export interface Country {
  readonly code: string;
  readonly weight: number;
  /** Hours east of UTC. */
  readonly zone: number;
  readonly language: Language;
}

export const COUNTRIES: readonly Country[] = [
  { code: 'US', weight: 30, zone: -6, language: 'en' },
  { code: 'IN', weight: 14, zone: 5, language: 'en' },
  { code: 'GB', weight: 8, zone: 0, language: 'en' },
  { code: 'DE', weight: 8, zone: 1, language: 'de' },
  { code: 'FR', weight: 6, zone: 1, language: 'fr' },
  { code: 'BR', weight: 7, zone: -3, language: 'es' },
  { code: 'MX', weight: 4, zone: -6, language: 'es' },
  { code: 'JP', weight: 6, zone: 9, language: 'ja' },
  { code: 'KR', weight: 4, zone: 9, language: 'ko' },
  { code: 'SG', weight: 5, zone: 8, language: 'zh' },
  { code: 'HK', weight: 4, zone: 8, language: 'zh' },
  { code: 'KZ', weight: 4, zone: 5, language: 'ru' },
];

export interface Address {
  readonly ip: string;
  readonly asn: string;
  readonly country: string;
}

interface System {
  readonly asn: string;
  readonly country: string;
  /** Index of its first /16 in 240.0.0.0/4. */
  readonly base: number;
  /** Addresses that stand for many people at once: mobile gateways, company and VPN exits. */
  readonly gateways: readonly string[];
}

/** The autonomous systems of one world. */
export interface Internet {
  readonly homes: ReadonlyMap<string, readonly System[]>;
  readonly hosts: readonly System[];
}

const HOMES_PER_COUNTRY = 5;
const HOSTS = 8;
const BLOCKS_PER_SYSTEM = 4;

const ip4 = (random: Random, base: number): string => {
  const block = base + below(random, BLOCKS_PER_SYSTEM);
  return `${240 + (block >> 8)}.${block & 255}.${below(random, 256)}.${integer(random, 1, 254)}`;
};

export const createInternet = (seed: number): Internet => {
  const random = createRandom(seed, 'internet');
  let count = 0;
  const system = (country: string, gateways: number): System => {
    const base = count * BLOCKS_PER_SYSTEM;
    // Multiplying by a prime keeps the numbers of one country from standing in a row.
    const asn = `AS${4_200_000_000 + ((count++ * 7919) % 90_000)}`;
    return {
      asn,
      country,
      base,
      gateways: Array.from({ length: gateways }, () => ip4(random, base)),
    };
  };
  return {
    homes: new Map(
      COUNTRIES.map((c) => [
        c.code,
        Array.from({ length: HOMES_PER_COUNTRY }, () => system(c.code, 12)),
      ]),
    ),
    hosts: Array.from({ length: HOSTS }, () => system(choice(random, COUNTRIES).code, 6)),
  };
};

const addressIn = (random: Random, system: System): Address => ({
  ip: ip4(random, system.base),
  asn: system.asn,
  country: system.country,
});

const gatewayOf = (random: Random, system: System): Address => ({
  ip: choice(random, system.gateways),
  asn: system.asn,
  country: system.country,
});

export const drawCountry = (random: Random): Country => COUNTRIES[weighted(random, WEIGHTS)]!;
const WEIGHTS = COUNTRIES.map((c) => c.weight);

/** Large providers have most of the customers. */
const pickSystem = (random: Random, systems: readonly System[]): System =>
  systems[Math.min(below(random, systems.length), below(random, systems.length))]!;

/**
 * The addresses of an ordinary account: one to three, the first the usual one. With `own`, none of
 * them is shared with anybody, as careful operators arrange it.
 */
export const ordinaryAddresses = (
  random: Random,
  internet: Internet,
  country: Country,
  hosted: boolean,
  own: boolean,
): Address[] => {
  const homes = internet.homes.get(country.code)!;
  const one = (): Address => {
    if (hosted && chance(random, 0.6)) return addressIn(random, pickSystem(random, internet.hosts));
    const system = pickSystem(random, homes);
    if (chance(random, 0.1)) return ip6(random, system);
    const shared = chance(random, 0.25);
    return shared && !own ? gatewayOf(random, system) : addressIn(random, system);
  };
  return Array.from({ length: weighted(random, [0, 5, 3, 2]) }, one);
};

const hex = (random: Random): string => below(random, 65_536).toString(16);
const ip6 = (random: Random, system: System): Address => ({
  ip: `2001:db8:${system.base.toString(16)}:${hex(random)}::${hex(random)}`,
  asn: system.asn,
  country: system.country,
});

/** One address that a whole room shares. */
export const sharedAddress = (random: Random, internet: Internet, country: Country): Address =>
  addressIn(random, pickSystem(random, internet.homes.get(country.code)!));

/** A few /24 blocks of hosting providers: where an operator in a hurry rents its exits. */
export const rentedBlocks = (
  random: Random,
  internet: Internet,
  blocks: number,
): (() => Address)[] =>
  Array.from({ length: blocks }, () => {
    const at = addressIn(random, choice(random, internet.hosts));
    const prefix = at.ip.slice(0, at.ip.lastIndexOf('.'));
    return () => ({ ...at, ip: `${prefix}.${integer(random, 1, 254)}` });
  });
