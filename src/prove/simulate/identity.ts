/** Who an account says it is. */
import { hash32 } from '../../base/hash.ts';
import {
  between,
  chance,
  choice,
  exponential,
  type Random,
  uint32,
  weighted,
} from '../../base/random.ts';
import { type Client, ordinaryClient } from './client.ts';
import {
  type Address,
  type Country,
  drawCountry,
  type Internet,
  ordinaryAddresses,
} from './network.ts';
import { DAY } from './schedule.ts';

/** Everything about an account but what it asks. */
export interface Identity {
  readonly country: Country;
  readonly client: Client;
  readonly addresses: readonly Address[];
  /** Epoch milliseconds. */
  readonly createdAt: number;
  readonly card: string | null;
  readonly emailDomain: string;
  readonly tier: string;
  readonly organization: string | null;
  readonly attestation: string | null;
}

export const hexId = (random: Random, words: number): string => {
  let out = '';
  for (let i = 0; i < words; i++) out += uint32(random).toString(16).padStart(8, '0');
  return out;
};

export const newCard = (random: Random): string => `card_${hexId(random, 2)}`;
export const newOrganization = (random: Random): string => `org_${hexId(random, 2)}`;

const MAIL = [
  'gmail.example',
  'outlook.example',
  'icloud.example',
  'proton.example',
  'yahoo.example',
  'qq.example',
  'mail.example',
];
const MAIL_WEIGHTS = [45, 18, 12, 8, 7, 6, 4];
const WORDS =
  'north river cedar amber field stone harbor maple orchid summit lantern willow ember cobalt meadow signal atlas juniper'.split(
    ' ',
  );

export const newDomain = (random: Random): string =>
  `${choice(random, WORDS)}${choice(random, WORDS)}${(hash32(hexId(random, 1)) % 90) + 10}.example`;

const TIERS = ['free', 'plus', 'pro', 'team'];
const TIER_WEIGHTS = [40, 35, 18, 7];

/** Six in seven signed up before the world begins, most of them in the last year. */
export const ordinarySignUp = (random: Random, start: number, days: number): number =>
  chance(random, 0.14)
    ? start + between(random, 0, days * 0.6) * DAY
    : start - exponential(random, 220) * DAY;

/**
 * One account like everybody's. Campaign and relay accounts begin as one of these too, so that
 * nothing but what an option plants can tell them apart.
 */
export const ordinaryIdentity = (
  random: Random,
  internet: Internet,
  start: number,
  days: number,
): Identity => {
  const country = drawCountry(random);
  const client = ordinaryClient(random);
  return {
    country,
    client,
    addresses: ordinaryAddresses(random, internet, country, client.hosted, false),
    createdAt: ordinarySignUp(random, start, days),
    card: chance(random, 0.85) ? newCard(random) : null,
    emailDomain: chance(random, 0.75) ? MAIL[weighted(random, MAIL_WEIGHTS)]! : newDomain(random),
    tier: TIERS[weighted(random, TIER_WEIGHTS)]!,
    organization: chance(random, 0.3) ? newOrganization(random) : null,
    attestation: null,
  };
};
