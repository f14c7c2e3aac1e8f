/**
 * Writing to the hub's ledger inside the transaction that does what the entry speaks of: either both are
 * durable, or neither is.
 */
import { createHash } from 'node:crypto';
import { canonicalJson } from '../../../base/canonical-json.ts';
import { openLedger } from '../../../share/ledger/ledger.ts';
import { headOf } from '../../../share/ledger/reader.ts';
import { COMMITTED_FIELDS } from '../../../share/ledger/record.ts';
import { type HappenedEvent, seal } from '../../../share/ledger/seal.ts';
import type { AddOutcome, Micros, NewVersion, Store, Writing } from '../../store/store.ts';
import { type LedgerIdentity, ledgerIdentity } from './identity.ts';
import { keepFacts } from './openings.ts';

/** Where the version lies that an entry speaks of: with it the entry is found again from the object. */
export interface Place {
  readonly collection: number;
  readonly added: Micros;
}

/**
 * What happened, with exact values; the ledger gets salted digests and coarse counts of them. Keep what
 * stands for a contribution, a member or a batch small: it is stored beside, to open the digest later.
 */
export type Fact = HappenedEvent & { readonly place?: Place | undefined };

export interface HubLedger extends LedgerIdentity {
  /**
   * Appends entries within a write; gives the index of the first. Put all entries of a write in one call.
   *
   * @throws StillwatchError `LEDGER_RECORD_INVALID`, and the codes of a damaged ledger: then nothing of
   *   the write is stored.
   */
  readonly recordIn: (writing: Writing, facts: readonly Fact[]) => Promise<number>;
}

/** What an entry's digest of an object is over: the object, or its text when it has no canonical form. */
export const objectValue = (body: string): unknown => {
  const value: unknown = JSON.parse(body);
  try {
    canonicalJson(value);
    return value;
  } catch {
    return { sha256: createHash('sha256').update(body).digest('hex') };
  }
};

/** One fact for each version that was newly stored; what was there already has its entry. */
export const acceptedFacts = (
  collection: number,
  versions: readonly Pick<NewVersion, 'body' | 'revoked'>[],
  outcomes: readonly AddOutcome[],
  contribution: unknown,
  now: Micros,
): readonly Fact[] =>
  outcomes.flatMap(({ outcome, added }, i): Fact[] => {
    if (outcome !== 'added') return [];
    const { body, revoked } = versions[i]!;
    const object = objectValue(body);
    const at = Math.floor(now / 1000);
    const accepted: Fact = {
      kind: 'accepted',
      at,
      object,
      contribution,
      place: { collection, added },
    };
    return revoked ? [accepted, { kind: 'retracted', at, object }] : [accepted];
  });

/** One fact for each version that was deleted from a plain collection; names it without its content. */
export const removedFacts = (
  collection: string,
  rows: readonly { readonly id: string; readonly version: string }[],
  now: Micros,
): readonly Fact[] =>
  rows.map(({ id, version }) => ({
    kind: 'retracted',
    at: Math.floor(now / 1000),
    object: { collection, id, version },
  }));

const withoutPlace = ({ place: _, ...happened }: Fact): HappenedEvent => happened as HappenedEvent;

/** The name of the ledger of a hub that is reached under a URL: that URL without its scheme. */
export const originOf = (publicUrl: string | undefined): string | undefined =>
  publicUrl === undefined
    ? undefined
    : `${publicUrl.replace(/^[a-z]+:\/\//i, '').replace(/\/+$/, '')}/ledger`;

/** Opens the ledger of a store, and makes its key, its name and its empty checkpoint when there are none. */
export const hubLedger = async (store: Store, wantedOrigin?: string): Promise<HubLedger> => {
  const identity = await ledgerIdentity(store, wantedOrigin);
  const { origin, key, salt } = identity;
  const open = (storage: Writing['ledger']) => openLedger({ storage, origin, key });
  await open(store.ledger);
  return {
    ...identity,
    recordIn: async (writing, facts) => {
      // Opened anew for each write: a write that was undone leaves no trace in memory.
      const ledger = await open(writing.ledger);
      const { size } = headOf(await ledger.checkpoint());
      const sealed = facts.map((fact, i) => {
        const fields = COMMITTED_FIELDS.filter((field) => Object.hasOwn(fact, field));
        let next = 0;
        return seal(withoutPlace(fact), () => salt(size + i, fields[next++]!));
      });
      const { first } = await ledger.append(sealed.map(({ entry }) => entry));
      await keepFacts(writing.records, first, facts);
      return first;
    },
  };
};
