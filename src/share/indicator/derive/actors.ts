/** Actor identifiers of a campaign: what is coarse travels in clear, all else only as blinded tokens. */
import { addressBlock } from '../../../detect/profile/address-block.ts';
import type { CampaignReport, SharedObservable } from '../../../detect/report/report.ts';
import { parseToken } from '../../sharing/blinding/token.ts';
import type { Indicator } from '../../stix/types.ts';
import { buildActor, buildNetworkActor, type Particulars } from '../profile/build.ts';
import { profileBlock } from '../profile/observables.ts';
import { JA4, MOST_CLIENTS, MOST_TOKENS } from '../profile/pattern.ts';
import { IDENTIFIER_CEILINGS, type IdentifierSort } from '../profile/words.ts';
import { capped, type DeriveOptions, type Made, without } from './made.ts';

/** One spelling for a block: `2001:db8:0::/48` and `2001:db8::/48` are the same. */
const blockOf = (value: string): string | undefined => {
  const block = addressBlock(value.slice(0, value.indexOf('/'))) === value ? value : undefined;
  return block !== undefined && profileBlock(block) !== undefined ? block : undefined;
};

const systemOf = (value: string): number | undefined => {
  const digits = /^(?:AS)?(\d{1,10})$/i.exec(value)?.[1];
  const system = Number(digits);
  return digits !== undefined && system >= 1 && system <= 2 ** 32 - 1 ? system : undefined;
};

/** Accounts outside the campaign for each one inside that an identifier may have at home. */
const MOST_OUTSIDE = 0.25;

/**
 * What at least k accounts of the campaign have, and hardly anybody else: an identifier that ordinary
 * customers share would hit them first.
 */
const distinctive = <T>(
  sort: IdentifierSort,
  found: readonly SharedObservable[],
  k: number,
  read: (value: string) => T | undefined,
): { readonly values: readonly T[]; readonly leftOut: Made['leftOut'] } => {
  if (found.length === 0) return { values: [], leftOut: [without(sort, 'NOTHING_SHARED')] };
  const few = found.filter((o) => o.accounts < k);
  const isCommon = (o: SharedObservable) => o.outside > o.accounts * MOST_OUTSIDE;
  const common = found.filter((o) => o.accounts >= k && isCommon(o));
  const values = found
    .filter((o) => o.accounts >= k && !isCommon(o))
    .flatMap((o) => read(o.value) ?? []);
  return {
    values,
    leftOut: [
      ...(few.length > 0 ? [without(sort, 'BELOW_K', few.length)] : []),
      ...(common.length > 0 ? [without(sort, 'SHARED_WITH_OTHERS', common.length)] : []),
    ],
  };
};

const tokensOf = (campaign: CampaignReport, options: DeriveOptions): readonly string[] => {
  const tokens = campaign.accounts.flatMap((id) => options.tokens?.get(id) ?? []);
  return [...new Set(tokens)].filter((t) => parseToken(t) !== undefined).sort();
};

/** Tokens in lists that an indicator can hold. */
const slices = (tokens: readonly string[]): readonly (readonly string[])[] =>
  Array.from({ length: Math.ceil(tokens.length / MOST_TOKENS) }, (_, i) =>
    tokens.slice(i * MOST_TOKENS, (i + 1) * MOST_TOKENS),
  );

export const actorsOf = (
  campaign: CampaignReport,
  particulars: Particulars,
  options: DeriveOptions,
): Made => {
  const indicators: Indicator[] = [];
  const leftOut: Made['leftOut'][number][] = [];
  const { observables } = campaign;
  const under = (sort: IdentifierSort) => capped(particulars, IDENTIFIER_CEILINGS[sort]);
  if (observables === null) leftOut.push(without('actor-identifier', 'NOT_IN_REPORT'));
  else {
    const { k } = options;
    const blocks = distinctive('address-block', observables.address_blocks, k, blockOf);
    const systems = distinctive('autonomous-system', observables.autonomous_systems, k, systemOf);
    const clients = distinctive('client', observables.clients, k, (value) =>
      JA4.test(value) ? value : undefined,
    );
    leftOut.push(...blocks.leftOut, ...systems.leftOut, ...clients.leftOut);
    // Apart: each sort of identifier carries its own strongest action.
    if (blocks.values.length > 0)
      indicators.push(
        buildNetworkActor(under('address-block'), { blocks: blocks.values, systems: [] }),
      );
    if (systems.values.length > 0)
      indicators.push(
        buildNetworkActor(under('autonomous-system'), { blocks: [], systems: systems.values }),
      );
    if (clients.values.length > 0)
      indicators.push(
        buildActor(under('client'), {
          clients: [...new Set(clients.values)].sort().slice(0, MOST_CLIENTS),
        }),
      );
  }
  // A token stands for one instrument of one person: only both axes together let it leave.
  const tokens = campaign.verdict === 'distillation' ? tokensOf(campaign, options) : [];
  if (options.tokens === undefined) leftOut.push(without('token', 'TOKENS_NOT_GIVEN'));
  else if (campaign.verdict !== 'distillation') leftOut.push(without('token', 'VERDICT_REVIEW'));
  else if (tokens.length === 0) leftOut.push(without('token', 'NOTHING_SHARED'));
  for (const list of slices(tokens)) indicators.push(buildActor(under('token'), { tokens: list }));
  return { indicators, leftOut };
};
