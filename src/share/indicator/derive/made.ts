/** What the steps of deriving share: their options, and what each makes or leaves out. */
import type { TlpLevel } from '../../stix/tlp.ts';
import type { Indicator } from '../../stix/types.ts';
import type { Particulars } from '../profile/build.ts';
import { mildest, type PermittedAction } from '../profile/words.ts';
import type { LeftOut, LeftOutCode } from './left-out.ts';

export interface DeriveOptions {
  /** Fewest accounts that anything rests on: 5 or more. */
  readonly k: number;
  /** Days that indicators hold; each kind has a bound of its own. */
  readonly validDays?: number | undefined;
  readonly tlp: TlpLevel;
  /** The strongest action that recipients may take; kinds of identifier have bounds of their own. */
  readonly permit: PermittedAction;
  /** `identity--…` */
  readonly createdBy?: string | undefined;
  /** RFC 3339, UTC: created and valid_from. The time of the last exchange unless told. */
  readonly at?: string | undefined;
  /** Share of a sketch that a prompt must hold; the default is MIN_CONTAINMENT. */
  readonly containment?: number | undefined;
  /** Masks more of a template than the report did, such as every word that is not published. */
  readonly mask?: ((template: string) => string) | undefined;
  /** Of all sketches; otherwise it follows from the report. One for many reports spares recipients work. */
  readonly salt?: Uint8Array | undefined;
  /** Blinded tokens of accounts, made by the lab. */
  readonly tokens?: ReadonlyMap<string, readonly string[]> | undefined;
}

/** What one step makes of a campaign. */
export interface Made {
  readonly indicators: readonly Indicator[];
  readonly leftOut: readonly Omit<LeftOut, 'campaign'>[];
}

export const without = (what: string, code: LeftOutCode, count = 1): Omit<LeftOut, 'campaign'> => ({
  what,
  code,
  count,
});

/** An action no stronger than what it rests on can carry. */
export const capped = (particulars: Particulars, ceiling: PermittedAction): Particulars => ({
  ...particulars,
  permitted_action: mildest(particulars.permitted_action, ceiling),
});
