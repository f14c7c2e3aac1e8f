/**
 * The engine that adapters ask: every decision in memory, an answer in well under a microsecond, no
 * wait, no exception. The strongest decision in force wins, whichever subject it is about; an
 * allow-list entry wins over all of them.
 */
import { randomBytes } from 'node:crypto';
import {
  ACTIONS,
  type Action,
  type Decision,
  type Gate,
  type GateAnswer,
  type GateQuestion,
} from './decision.ts';
import { addressWords, parseAddress, parseBlock } from './gate/address.ts';
import { createAllowanceIds } from './gate/allowance-ids.ts';
import { BlockIndex } from './gate/block-index.ts';
import { GateClock } from './gate/clock.ts';
import { EntryStore } from './gate/entry-store.ts';
import { LONGEST_VALUE, SubjectTable } from './gate/subject-table.ts';

export const FAILS = ['open', 'closed'] as const;
export type Fails = (typeof FAILS)[number];

/** What holds when the gate has not heard from its source for too long. */
export interface StalenessRule {
  /** Seconds. */
  readonly after: number;
  /** For questions without a tier, and for tiers that are not named. */
  readonly fails: Fails;
  readonly tiers: Readonly<Record<string, Fails>>;
  /** What a closed tier is told. */
  readonly closed_action: Exclude<Action, 'allow'>;
}

export const STALENESS: StalenessRule = {
  after: 30,
  fails: 'open',
  tiers: {},
  closed_action: 'verify',
};

export interface GateOptions {
  readonly staleness?: StalenessRule;
  /** Seconds for which a gateway may keep an allowance, and an action. */
  readonly allow_ttl?: number;
  readonly action_ttl?: number;
  /** Monotonic milliseconds; without it, forward steps of `now` are counted. */
  readonly steady?: () => number;
  /** In the ids of allowances; random when absent. */
  readonly id_prefix?: string;
}

export interface MemoryGate extends Gate {
  /** A new policy was loaded. */
  readonly configure: (staleness: StalenessRule) => void;
  readonly size: () => number;
  /** Decisions that were received and can match nothing, such as one about an address that is none. */
  readonly unusable: () => number;
}

/** Where the decisions about one subject are kept. */
interface Place {
  readonly insert: (entry: number) => void;
  readonly remove: (entry: number) => void;
}

/** Entries looked at for their end with each change, so that no single change pays for all. */
const SWEPT_PER_CHANGE = 4;
const SWEPT_PER_WORD = 256;
/** Questions of a batch whose records are read ahead together, and the table from which on that pays. */
const AHEAD = 64;
const WORTH_IT = 4096;
const NOTHING = Object.freeze({});

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';

export const createGate = (options: GateOptions = {}): MemoryGate => {
  let staleness = options.staleness ?? STALENESS;
  let closedTiers = new Map(Object.entries(staleness.tiers));
  const allowTtl = options.allow_ttl ?? 5;
  const actionTtl = options.action_ttl ?? 15;
  const clock = new GateClock(options.steady);
  const mint = createAllowanceIds(options.id_prefix);
  const seed = randomBytes(4).readUInt32LE();
  const store = new EntryStore();
  const named = {
    account: new SubjectTable(store, seed),
    organization: new SubjectTable(store, seed + 1),
    'end-user': new SubjectTable(store, seed + 2),
    token: new SubjectTable(store, seed + 3),
    client: new SubjectTable(store, seed + 4),
  };
  const { account, organization, token, client } = named;
  const endUser = named['end-user'];
  const blocks = { 32: new BlockIndex(store, 32), 128: new BlockIndex(store, 128) };
  const ahead = [
    { table: account, read: (question: GateQuestion | null) => question?.account },
    { table: organization, read: (question: GateQuestion | null) => question?.organization },
    { table: endUser, read: (question: GateQuestion | null) => question?.end_user },
    { table: token, read: (question: GateQuestion | null) => question?.token },
    { table: client, read: (question: GateQuestion | null) => question?.client },
  ];
  const hashes = new Uint32Array(AHEAD);
  const entries = new Uint32Array(AHEAD);
  const words = addressWords();
  const byId = new Map<string, number>();
  let sweep = byId.values();
  let reached = 0;
  let heardAt = 0;
  let everHeard = false;
  let unusable = 0;

  /** Where decisions about its subject are kept, or null when it can match nothing. */
  const placeOf = ({ subject }: Decision): Place | null => {
    const { kind, value } = subject;
    if (!isText(value) || value.length > LONGEST_VALUE) return null;
    if (kind !== 'address') {
      const table = named[kind];
      if (table === undefined) return null;
      return {
        insert: (entry) => table.insert(value, entry),
        remove: (entry) => table.remove(value, entry),
      };
    }
    const block = parseBlock(value);
    if (block === null) return null;
    const index = blocks[block.bits];
    return {
      insert: (entry) => index.insert(block, entry),
      remove: (entry) => index.remove(block, entry),
    };
  };

  const drop = (id: string): void => {
    const entry = byId.get(id);
    if (entry === undefined) return;
    placeOf(store.decision(entry))?.remove(entry);
    store.drop(entry);
    byId.delete(id);
  };

  const put = (decision: Decision): void => {
    drop(decision.id);
    // A shadow decision is recorded elsewhere; here it could only be enforced by mistake.
    if (decision.mode !== 'live' || !(decision.until > clock.now)) return;
    const place = placeOf(decision);
    if (place === null) {
      unusable += 1;
      return;
    }
    const entry = store.add(decision, clock.now, clock.steady);
    place.insert(entry);
    byId.set(decision.id, entry);
  };

  const sweepSome = (count: number): void => {
    for (let i = 0; i < count; i++) {
      const { value, done } = sweep.next();
      if (done === true) {
        sweep = byId.values();
        return;
      }
      if (store.ended(value, clock.steady)) drop(store.id(value));
    }
  };

  const hear = (now: number): void => {
    clock.advance(now);
    heardAt = clock.steady;
    everHeard = true;
  };

  /** The stronger one; of equals the first. */
  const stronger = (best: number, found: number): number =>
    found !== 0 && (best === 0 || store.rank(found) > store.rank(best)) ? found : best;

  const better = (best: number, table: SubjectTable, value: unknown): number => {
    if (typeof value !== 'string') return best;
    const head = table.find(value);
    return head === 0 ? best : stronger(best, store.strongest(head, clock.now, clock.steady));
  };

  const match = (question: GateQuestion): number => {
    let best = better(0, account, question.account);
    best = better(best, organization, question.organization);
    best = better(best, endUser, question.end_user);
    best = better(best, token, question.token);
    best = better(best, client, question.client);
    if (typeof question.address !== 'string') return best;
    const bits = parseAddress(question.address, words);
    return bits === 0
      ? best
      : stronger(best, blocks[bits].strongest(words, clock.now, clock.steady));
  };

  const failsClosed = (tier: unknown): boolean =>
    ((typeof tier === 'string' ? closedTiers.get(tier) : undefined) ?? staleness.fails) ===
    'closed';

  /** Where no decision holds, or a weaker one than what a closed tier is told. */
  const fallback = (action: Action, age: number, stale: boolean): GateAnswer => ({
    decision_id: mint(),
    action,
    obligations: NOTHING,
    reason: stale ? 'KNOWLEDGE_STALE' : 'NONE',
    subject: null,
    ttl: stale ? 1 : allowTtl,
    knowledge_age: age,
    stale,
  });

  const answer = (question: GateQuestion, now: number): GateAnswer => {
    clock.advance(now);
    // A gate that was never told anything knows nothing since 1970.
    const age = Math.floor((everHeard ? clock.steady - heardAt : Math.max(0, clock.now)) / 1000);
    const stale = !everHeard || age > staleness.after;
    const asked = typeof question === 'object' && question !== null ? question : NOTHING;
    const found = match(asked);
    if (stale && failsClosed((asked as GateQuestion).tier)) {
      const floor = ACTIONS.indexOf(staleness.closed_action);
      if (found === 0 || store.rank(found) < floor)
        return fallback(staleness.closed_action, age, true);
    }
    if (found === 0) return fallback('allow', age, stale);
    const { action, reason, obligations } = store.verdict(found);
    const left = store.left(found, clock.now, clock.steady);
    return {
      decision_id: store.id(found),
      action,
      obligations,
      reason,
      subject: store.subject(found),
      ttl: Math.min(actionTtl, Math.floor(left / 1000)),
      knowledge_age: age,
      stale,
    };
  };

  return {
    answer,
    answerAll: (questions, now) => {
      const answers: GateAnswer[] = [];
      for (let from = 0; from < questions.length; from += AHEAD) {
        const some = questions.slice(from, from + AHEAD);
        for (const { table, read } of ahead) {
          if (table.size < WORTH_IT) continue;
          const values: string[] = [];
          for (const question of some) {
            const value: unknown = read(question);
            if (typeof value === 'string') values.push(value);
          }
          table.warm(values, hashes, entries);
        }
        for (const question of some) answers.push(answer(question, now));
      }
      return answers;
    },
    apply: (changes, now) => {
      hear(now);
      for (const change of changes) {
        if (!(change.cursor > reached)) continue;
        reached = change.cursor;
        if (change.change === 'put') put(change.decision);
        else drop(change.id);
        sweepSome(SWEPT_PER_CHANGE);
      }
      blocks[32].settle();
      blocks[128].settle();
    },
    heard: (now) => {
      hear(now);
      sweepSome(SWEPT_PER_WORD);
    },
    cursor: () => reached,
    *decisions(now) {
      clock.advance(now);
      for (const entry of byId.values())
        if (store.inForce(entry, clock.now, clock.steady)) yield store.decision(entry);
    },
    configure: (rule) => {
      staleness = rule;
      closedTiers = new Map(Object.entries(rule.tiers));
    },
    size: () => byId.size,
    unusable: () => unusable,
  };
};
