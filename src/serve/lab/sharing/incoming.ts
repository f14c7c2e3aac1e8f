/**
 * What the hub told: indicators with their standing, campaigns, and which indicator is of which campaign.
 * The stream is read in order from a kept place; the same event twice, or an older version after a newer
 * one, changes nothing.
 */

import { parseJsonText } from '../../../base/json-text.ts';
import { RULE } from '../../../share/corroboration/rule.ts';
import { type Standing, standingOf } from '../../../share/corroboration/standing.ts';
import {
  type DistillationIndicator,
  parseDistillationIndicator,
} from '../../../share/indicator/profile/indicator.ts';
import type { Json } from '../../../share/taxii/resources.ts';
import type { Store } from '../../store/store.ts';
import {
  type Change,
  type KeptIncoming,
  load,
  loadTakenBack,
  owedChange,
  save,
  takenBackChange,
} from './kept.ts';
import type { ToldStanding } from './link.ts';

/** One thing that is said of an object. */
export type Told =
  | { readonly kind: 'is'; readonly object: Json }
  | {
      readonly kind: 'gone';
      readonly id: string;
      readonly why: 'retracted' | 'expired' | 'removed';
    };

const KEPT_TYPES: ReadonlySet<unknown> = new Set(['indicator', 'campaign', 'relationship']);
const WHY: Readonly<Record<string, 'retracted' | 'expired' | 'removed'>> = {
  retracted: 'retracted',
  expired: 'expired',
  removed: 'removed',
  withdrawn: 'removed',
};

/** What an event of the stream says; undefined for what does not concern a lab. */
export const readEvent = (data: string): Told | undefined => {
  const { value } = parseJsonText(data, { maxBytes: 4 << 20, maxDepth: 40 });
  if (typeof value !== 'object' || value === null) return undefined;
  const { kind, id, object } = value as Json;
  const why = WHY[String(kind)];
  if (why !== undefined) return typeof id === 'string' ? { kind: 'gone', id, why } : undefined;
  return readObject(object);
};

export const readObject = (object: unknown): Told | undefined => {
  if (typeof object !== 'object' || object === null) return undefined;
  const given = object as Json;
  if (typeof given.id !== 'string' || !KEPT_TYPES.has(given.type)) return undefined;
  return given.revoked === true
    ? { kind: 'gone', id: given.id, why: 'retracted' }
    : { kind: 'is', object: given };
};

export interface Applied {
  /** Indicators that are new, or have another content. */
  readonly changed: readonly string[];
  /** All that was said to be so, also what had been said before: its standing may be another. */
  readonly told: readonly string[];
  readonly gone: readonly string[];
  /** Of those the ones that were taken back: kept as owed until whoever decides was told. */
  readonly retracted: readonly string[];
}

export interface Incoming {
  readonly apply: (told: readonly Told[], also: readonly Change[]) => Promise<Applied>;
  /** Indicators whose standing has to be asked for: it may have changed since it was. */
  readonly toAsk: () => readonly string[];
  readonly setStandings: (told: ReadonlyMap<string, ToldStanding | undefined>) => Promise<void>;
  readonly get: (id: string) => KeptIncoming | undefined;
  readonly parsed: (id: string) => DistillationIndicator | undefined;
  /** Indicators of others, by id. */
  readonly foreign: () => readonly string[];
  /** Ids of every object. */
  readonly ids: () => readonly string[];
  /** Campaigns that an indicator is of; itself, where nobody said. */
  readonly groupsOf: (indicator: string) => readonly string[];
  /** Indicators of others that are of a campaign. */
  readonly membersOf: (group: string) => readonly string[];
  readonly groups: () => readonly string[];
  /** What members make of it now, with this lab's own confirmation if there is one. */
  readonly standing: (id: string, confirmedAt: number | null, now: number) => Standing;
}

/** Objects kept at most; what comes later is not taken. */
const MOST = 200_000;

export const openIncoming = async (store: Store, clock: () => number): Promise<Incoming> => {
  const kept = await load<KeptIncoming>(store, 'share-incoming');
  const takenBack = await loadTakenBack(store, clock());
  const indicators = new Map<string, DistillationIndicator>();
  let groups: Map<string, Set<string>> | undefined;
  const read = (id: string, object: Json): boolean => {
    const { indicator } = parseDistillationIndicator(object);
    if (indicator !== undefined) indicators.set(id, indicator);
    return indicator !== undefined;
  };
  for (const [id, { object }] of kept) if (object.type === 'indicator') read(id, object);

  const isForeign = (id: string): boolean => indicators.has(id) && kept.get(id)?.own === false;
  /** Built when it is asked for: relationships come after what they join. */
  const grouped = (): Map<string, Set<string>> => {
    if (groups !== undefined) return groups;
    groups = new Map();
    const joined = new Set<string>();
    for (const { object } of kept.values()) {
      if (object.type !== 'relationship' || object.relationship_type !== 'indicates') continue;
      const [from, to] = [String(object.source_ref), String(object.target_ref)];
      if (!isForeign(from)) continue;
      const members = groups.get(to) ?? new Set();
      groups.set(to, members.add(from));
      joined.add(from);
    }
    for (const id of indicators.keys())
      if (isForeign(id) && !joined.has(id)) groups.set(id, new Set([id]));
    return groups;
  };
  return {
    apply: async (told, also) => {
      // Nothing is believed before it is stored: what could not be stored is told again.
      const staged = new Map<string, KeptIncoming | null>();
      const parsed = new Map<string, DistillationIndicator>();
      const changed: string[] = [];
      const same: string[] = [];
      const gone: string[] = [];
      const retracted: string[] = [];
      const final = new Set<string>();
      const isKnown = (id: string): boolean => indicators.has(id) || parsed.has(id);
      const known = (id: string): KeptIncoming | undefined =>
        staged.has(id) ? (staged.get(id) ?? undefined) : kept.get(id);
      for (const one of told) {
        if (one.kind === 'gone') {
          if (one.why === 'retracted') final.add(one.id);
          if (known(one.id) === undefined) continue;
          staged.set(one.id, null);
          if (!isKnown(one.id)) continue;
          gone.push(one.id);
          if (one.why === 'retracted') retracted.push(one.id);
          continue;
        }
        const { object } = one;
        const id = String(object.id);
        // Told late: it was taken back after this.
        if (takenBack.has(id) || final.has(id)) continue;
        const before = known(id);
        if (before === undefined && kept.size + staged.size >= MOST) continue;
        const isOlder =
          before !== undefined &&
          Date.parse(String(object.modified)) < Date.parse(String(before.object.modified));
        if (isOlder) continue;
        const isIndicator = object.type === 'indicator';
        // Another profile's, or none that this version can use: nothing is done with it.
        if (isIndicator) {
          const { indicator } = parseDistillationIndicator(object);
          if (indicator === undefined) continue;
          parsed.set(id, indicator);
        }
        const value: KeptIncoming = {
          arrived: before?.arrived ?? clock(),
          own: isIndicator ? (before?.own ?? null) : false,
          standing: before?.standing ?? null,
          mine: before?.mine ?? null,
          object,
          ...(isIndicator ? { ask: true } : {}),
        };
        staged.set(id, value);
        if (!isIndicator) continue;
        if (before?.object.modified === object.modified) same.push(id);
        else changed.push(id);
      }
      const changes = [...staged].map(
        ([id, value]): Change => ({ kind: 'share-incoming', id, value }),
      );
      for (const id of final) if (takenBack.has(id)) final.delete(id);
      changes.push(...[...final].map((id) => takenBackChange(id, clock())));
      changes.push(...retracted.map((id) => owedChange(id, true)));
      await save(store, [...changes, ...also]);
      for (const id of final) takenBack.add(id);
      for (const [id, value] of staged) {
        if (value === null) {
          kept.delete(id);
          indicators.delete(id);
          continue;
        }
        kept.set(id, value);
        if (parsed.has(id)) indicators.set(id, parsed.get(id)!);
      }
      groups = undefined;
      const isThere = (id: string): boolean => kept.has(id);
      return {
        changed: changed.filter(isThere),
        told: [...same, ...changed].filter(isThere),
        gone,
        retracted,
      };
    },
    toAsk: () => [...kept].flatMap(([id, { ask }]) => (ask === true ? [id] : [])),
    setStandings: async (all) => {
      const values = new Map<string, KeptIncoming>();
      for (const [id, told] of all) {
        const known = kept.get(id);
        if (known === undefined) continue;
        const { ask: _ask, ...before } = known;
        values.set(
          id,
          told === undefined
            ? // The hub does not say whose it is: taken for somebody else's, it can do least.
              { ...before, own: before.own ?? false }
            : {
                ...before,
                standing: told.standing,
                mine: told.mine,
                own: told.standing.subject.contributor.tag === told.mine,
              },
        );
      }
      // One write for all: each waits for the disk.
      await save(
        store,
        [...values].map(([id, value]) => ({ kind: 'share-incoming', id, value })),
      );
      for (const [id, value] of values) kept.set(id, value);
      groups = undefined;
    },
    get: (id) => kept.get(id),
    parsed: (id) => indicators.get(id),
    foreign: () => [...indicators.keys()].filter(isForeign),
    ids: () => [...kept.keys()],
    groupsOf: (indicator) =>
      [...grouped()].filter(([, members]) => members.has(indicator)).map(([group]) => group),
    membersOf: (group) => [...(grouped().get(group) ?? [])],
    groups: () => [...grouped().keys()],
    standing: (id, confirmedAt, now) => {
      const { standing, mine, arrived } = kept.get(id)!;
      const indicator = indicators.get(id)!;
      const subject = standing?.subject ?? {
        kind: indicator.kind,
        permitted: indicator.extension.permitted_action,
        contributor: { tag: '', at: arrived, weighs: true },
        validUntil: Date.parse(indicator.object.valid_until!),
        retracted: false,
      };
      const own =
        confirmedAt === null
          ? []
          : [{ tag: mine ?? 'this lab', says: 'seen' as const, at: confirmedAt, weighs: true }];
      return standingOf(
        subject,
        [...(standing?.statements ?? []), ...own],
        Math.max(now, subject.contributor.at, confirmedAt ?? 0),
        standing?.rule ?? RULE,
      );
    },
  };
};
