/**
 * Decisions about addresses as CrowdSec's bouncers follow them (LAPI, /decisions/stream): what is new and
 * what is deleted since each bouncer asked last. Bouncers know a value, not a decision, so a value that two
 * decisions hold is deleted only with the last of them. A firewall cannot be told exceptions inside a
 * block: one that touches an allow-listed address is not handed out at all.
 */
import type { Action, Decision, GateChange } from '../../response/decision.ts';
import { type Block, maskOf, parseBlock } from '../../response/gate/address.ts';

/** What a bouncer does with an address under each action; null where only the API itself can act. */
export const BOUNCER_TYPES: Readonly<Record<Action, string | null>> = {
  allow: null,
  verify: 'captcha',
  throttle: null,
  restrict: null,
  suspend: 'ban',
};

export interface CrowdsecDecision {
  readonly id: number;
  readonly uuid: string;
  readonly origin: 'stillwatch';
  readonly type: string;
  readonly scope: 'Ip' | 'Range';
  readonly value: string;
  readonly duration: string;
  readonly scenario: string;
}

interface Held {
  readonly decision: Decision;
  readonly block: Block;
  readonly type: string;
  /** Grows with every change of what is handed out. */
  seq: number;
}

interface Gone {
  readonly held: Held;
  readonly seq: number;
}

export interface Blocks {
  readonly apply: (changes: Iterable<GateChange>, now: number) => void;
  /** Forgets everything, as when the source begins anew; bouncers are told what that takes away. */
  readonly replace: (decisions: Iterable<Decision>, now: number) => void;
  /** `cursor` null for everything; the new cursor is to be kept for the same bouncer. */
  readonly since: (cursor: number | null, now: number) => BlocksPart;
  readonly matching: (value: string, now: number) => readonly CrowdsecDecision[];
  /** Blocks that are held back because they touch an allow-listed address. */
  readonly heldBack: () => number;
  readonly size: () => number;
}

export interface BlocksPart {
  readonly cursor: number;
  readonly fresh: readonly CrowdsecDecision[];
  readonly deleted: readonly CrowdsecDecision[];
}

const contains = (outer: Block, inner: Block): boolean => {
  if (outer.bits !== inner.bits || outer.prefix > inner.prefix) return false;
  for (let w = 0; 32 * w < outer.bits; w++) {
    const mask = maskOf(outer.prefix - 32 * w);
    if (((outer.words[w]! ^ inner.words[w]!) & mask) !== 0) return false;
  }
  return true;
};

const touches = (a: Block, b: Block): boolean => contains(a, b) || contains(b, a);

/** As Go's time.ParseDuration reads it; negative for what has ended, as LAPI writes it. */
const durationOf = (milliseconds: number): string =>
  `${milliseconds < 0 ? '-' : ''}${Math.ceil(Math.abs(milliseconds) / 1000)}s`;

const wordOf = ({ decision, block, type, seq }: Held, now: number): CrowdsecDecision => ({
  id: seq,
  uuid: decision.id,
  origin: 'stillwatch',
  type,
  scope: block.prefix === block.bits ? 'Ip' : 'Range',
  value: decision.subject.value,
  duration: durationOf(decision.until - now),
  scenario: `stillwatch/${decision.reason.toLowerCase()}`,
});

const keyOf = ({ decision, type }: Held): string => `${type} ${decision.subject.value}`;

/** Deletions that are remembered for bouncers that come back late; what they missed then ends by itself. */
const MOST_GONE = 100_000;

export const createBlocks = (): Blocks => {
  let seq = 0;
  const byId = new Map<string, Held>();
  const byKey = new Map<string, Set<Held>>();
  const allowed = new Map<string, { readonly decision: Decision; readonly block: Block }>();
  /** Held back while an allow-listed address stands inside or around them. */
  const waiting = new Map<string, Decision>();
  /** In the order of their change, so that what is new since a cursor is at the end. */
  const log: { readonly seq: number; readonly held: Held }[] = [];
  let gone: Gone[] = [];

  const next = (): number => {
    seq += 1;
    return seq;
  };

  const announce = (held: Held): void => {
    held.seq = next();
    log.push({ seq: held.seq, held });
  };

  const remove = (id: string, now: number): void => {
    waiting.delete(id);
    if (allowed.delete(id)) {
      for (const decision of [...waiting.values()]) put(decision, now);
      return;
    }
    const held = byId.get(id);
    if (held === undefined) return;
    byId.delete(id);
    const others = byKey.get(keyOf(held));
    others?.delete(held);
    if (others !== undefined && others.size > 0) {
      // The value stays, with the time that another decision gives it.
      const longest = [...others].reduce((a, b) => (a.decision.until >= b.decision.until ? a : b));
      announce(longest);
      return;
    }
    byKey.delete(keyOf(held));
    gone.push({ held, seq: next() });
    if (gone.length > 2 * MOST_GONE) gone = gone.slice(-MOST_GONE);
  };

  const put = (decision: Decision, now: number): void => {
    remove(decision.id, now);
    if (decision.subject.kind !== 'address' || decision.mode !== 'live' || decision.until <= now)
      return;
    const block = parseBlock(decision.subject.value);
    if (block === null) return;
    if (decision.action === 'allow') {
      allowed.set(decision.id, { decision, block });
      // Who is allow-listed from now on is let go at once.
      for (const held of [...byId.values()])
        if (touches(held.block, block)) {
          remove(held.decision.id, now);
          waiting.set(held.decision.id, held.decision);
        }
      return;
    }
    const type = BOUNCER_TYPES[decision.action];
    if (type === null) return;
    for (const exception of allowed.values())
      if (touches(block, exception.block)) {
        waiting.set(decision.id, decision);
        return;
      }
    const held: Held = { decision, block, type, seq: 0 };
    byId.set(decision.id, held);
    const key = keyOf(held);
    byKey.set(key, (byKey.get(key) ?? new Set()).add(held));
    announce(held);
  };

  /** Ended decisions are deletions like others; looked for at most once a second. */
  let sweptAt = Number.NEGATIVE_INFINITY;
  const sweep = (now: number): void => {
    if (now < sweptAt + 1000 && now >= sweptAt) return;
    sweptAt = now;
    for (const held of [byId, allowed])
      for (const { decision } of [...held.values()])
        if (decision.until <= now) remove(decision.id, now);
    // Half of it superseded: written anew.
    if (log.length > 1000 && log.length > 2 * byId.size) {
      const live = log.filter(({ seq: at, held }) => current(held) && held.seq === at);
      log.length = 0;
      for (const entry of live) log.push(entry);
    }
  };

  const current = (held: Held): boolean => byId.get(held.decision.id) === held;

  const firstAfter = <T extends { readonly seq: number }>(
    list: readonly T[],
    at: number,
  ): number => {
    let low = 0;
    let high = list.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (list[middle]!.seq <= at) low = middle + 1;
      else high = middle;
    }
    return low;
  };

  return {
    apply: (changes, now) => {
      for (const change of changes)
        if (change.change === 'put') put(change.decision, now);
        else remove(change.id, now);
    },
    replace: (decisions, now) => {
      const wanted = [...decisions];
      const ids = new Set(wanted.map(({ id }) => id));
      for (const id of [...byId.keys(), ...waiting.keys(), ...allowed.keys()])
        if (!ids.has(id)) remove(id, now);
      for (const decision of wanted) if (decision.action === 'allow') put(decision, now);
      for (const decision of wanted)
        if (decision.action !== 'allow' && !same(byId.get(decision.id)?.decision, decision))
          put(decision, now);
    },
    since: (cursor, now) => {
      sweep(now);
      const fresh: CrowdsecDecision[] = [];
      for (let i = cursor === null ? 0 : firstAfter(log, cursor); i < log.length; i++) {
        const { seq: at, held } = log[i]!;
        if (current(held) && held.seq === at) fresh.push(wordOf(held, now));
      }
      const deleted: CrowdsecDecision[] = [];
      for (let i = cursor === null ? gone.length : firstAfter(gone, cursor); i < gone.length; i++) {
        const { held } = gone[i]!;
        // A value that came back since is no deletion.
        if (!byKey.has(keyOf(held))) deleted.push(wordOf(held, now));
      }
      return { cursor: seq, fresh, deleted };
    },
    matching: (value, now) => {
      const asked = parseBlock(value);
      if (asked === null) return [];
      const found: CrowdsecDecision[] = [];
      for (const held of byId.values())
        if (held.decision.until > now && contains(held.block, asked)) found.push(wordOf(held, now));
      return found;
    },
    heldBack: () => waiting.size,
    size: () => byId.size,
  };
};

const same = (a: Decision | undefined, b: Decision): boolean =>
  a !== undefined &&
  a.until === b.until &&
  a.action === b.action &&
  a.subject.value === b.subject.value;
