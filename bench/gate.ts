import { createRandom, below, type Random } from '../src/base/random.ts';
import type { Decision, GateChange, GateQuestion } from '../src/act/response/decision.ts';
import { createGate } from '../src/act/response/gate.ts';

/**
 * Look-ups of the gate in one process: 1,000,000 accounts with a decision and 100,000 address blocks
 * (target: 3,000,000 look-ups a second and core), one by one and in batches of 500. The controls run in the
 * same run: a plain `Map` of the same accounts, which knows neither time nor addresses and shows what memory
 * allows, and the same gate without any decision. Questions are texts of their own, as they come from a
 * request: a text that was used as a key before carries its hash with it and would flatter both.
 */
const ACCOUNTS = 1_000_000;
const BLOCKS = 100_000;
const QUESTIONS = 200_000;
const ROUNDS = 7;
const BATCH = 500;
const NOW = 1_000;

const accountOf = (i: number): string => `acct_${Math.imul(i, 2654435761) >>> 0}`;
const decision = (i: number, kind: 'account' | 'address', value: string): Decision => ({
  id: `decision--${kind}-${i}`,
  subject: { kind, value },
  action: i % 3 === 0 ? 'suspend' : 'throttle',
  reason: 'DISTILLATION_CONFIRMED',
  obligations: {},
  mode: 'live',
  from: 0,
  until: 3_600_000,
  owner: 'bench',
  rule: 'r',
  policy: 'p',
  rests_on: [],
});

const blockOf = (random: Random, i: number): string => {
  const octet = (): number => below(random, 256);
  if (i % 5 === 0) return `2001:${(i % 65536).toString(16)}:${octet().toString(16)}::/48`;
  return i % 2 === 0
    ? `${1 + below(random, 200)}.${octet()}.${octet()}.${octet()}`
    : `${1 + below(random, 200)}.${octet()}.${octet()}.0/24`;
};

/** A text that shares nothing with an equal one: as parsed from a request. */
const fresh = (text: string): string => Buffer.from(text, 'latin1').toString('latin1');

type About = 'account' | 'address' | 'account and address';

/** An address of a block that is there, or of a network that mostly is not. */
const addressOf = (random: Random, blocks: readonly string[], known: boolean): string => {
  if (!known) return `${1 + below(random, 200)}.${below(random, 256)}.${below(random, 256)}.9`;
  const block = blocks[below(random, blocks.length)]!;
  return block.replace('::/48', '::9').replace('.0/24', '.9');
};

const questions = (
  random: Random,
  blocks: readonly string[],
  about: About,
  hits: number,
): GateQuestion[] =>
  Array.from({ length: QUESTIONS }, () => {
    const known = (): boolean => below(random, 100) < hits;
    const account = () => fresh(accountOf(below(random, ACCOUNTS) + (known() ? 0 : ACCOUNTS)));
    const address = () => fresh(addressOf(random, blocks, known()));
    if (about === 'account') return { account: account() };
    if (about === 'address') return { address: address() };
    return { account: account(), address: address() };
  });

/** Microseconds of this thread on a core: what others do on the machine is not counted. */
const busy = (): number => {
  const { user, system } = process.threadCpuUsage();
  return user + system;
};

const millionsPerSecond = (count: number, since: number): number =>
  Number((count / Math.max(1, busy() - since)).toFixed(2));

const median = (values: number[]): number => values.sort((a, b) => a - b)[values.length >> 1]!;

interface Row {
  readonly questions: string;
  readonly gate: number;
  readonly in_batches: number;
  readonly empty_gate: number;
  /** Null of addresses, which no `Map` can find. */
  readonly map: number | null;
  readonly gate_to_map: number | null;
}

export const run = (): {
  readonly fill_s: number;
  readonly change_us: number;
  readonly rows: Row[];
} => {
  const random = createRandom(9);
  const changes: GateChange[] = [];
  for (let i = 0; i < ACCOUNTS; i++)
    changes.push({
      cursor: changes.length + 1,
      change: 'put',
      decision: decision(i, 'account', accountOf(i)),
    });
  const blocks = Array.from({ length: BLOCKS }, (_, i) => blockOf(random, i));
  for (let i = 0; i < BLOCKS; i++)
    changes.push({
      cursor: changes.length + 1,
      change: 'put',
      decision: decision(i, 'address', blocks[i]!),
    });
  const gate = createGate();
  const started = busy();
  gate.apply(changes, 0);
  const fill_s = Number(((busy() - started) / 1e6).toFixed(2));
  const empty = createGate();
  empty.heard(0);
  const map = new Map<string, Decision>();
  for (const change of changes)
    if (change.change === 'put' && change.decision.subject.kind === 'account')
      map.set(change.decision.subject.value, change.decision);

  const changing = busy();
  for (let i = 0; i < 20_000; i++)
    gate.apply(
      [
        {
          cursor: changes.length + 1 + i,
          change: 'put',
          decision: decision(BLOCKS + i, 'address', blockOf(random, i)),
        },
      ],
      0,
    );
  const change_us = Number(((busy() - changing) / 20_000).toFixed(2));

  let kept = 0;
  const speed = (
    ask: (question: GateQuestion) => unknown,
    asked: readonly GateQuestion[],
  ): number => {
    const since = busy();
    for (const question of asked) if (ask(question) !== undefined) kept += 1;
    return millionsPerSecond(asked.length, since);
  };
  const batches = (asked: readonly GateQuestion[]): number => {
    const since = busy();
    for (let i = 0; i < asked.length; i += BATCH)
      kept += gate.answerAll(asked.slice(i, i + BATCH), NOW).length;
    return millionsPerSecond(asked.length, since);
  };
  const rows: Row[] = [];
  for (const about of ['account', 'address', 'account and address'] as const)
    for (const hits of [1, 10, 100]) {
      const some = () => questions(random, blocks, about, hits);
      const tasks = {
        gate: () => speed((q) => gate.answer(q, NOW), some()),
        in_batches: () => batches(some()),
        empty_gate: () => speed((q) => empty.answer(q, NOW), some()),
        map: () => speed((q) => map.get(q.account ?? ''), some()),
      };
      const seen = { gate: [], in_batches: [], empty_gate: [], map: [] } as Record<
        keyof typeof tasks,
        number[]
      >;
      const names = Object.keys(tasks) as (keyof typeof tasks)[];
      for (let round = 0; round < ROUNDS; round++)
        // The order changes, so that nobody always finds the memory as the same other one left it.
        for (const name of round % 2 === 0 ? names : names.toReversed())
          seen[name].push(tasks[name]());
      const alone = median(seen.gate);
      const plain = about === 'address' ? null : median(seen.map);
      rows.push({
        questions: `${about}, ${hits} % known`,
        gate: alone,
        in_batches: median(seen.in_batches),
        empty_gate: median(seen.empty_gate),
        map: plain,
        gate_to_map: plain === null ? null : Number((alone / plain).toFixed(2)),
      });
    }
  console.log(
    `gate: ${ACCOUNTS} accounts, ${BLOCKS} blocks; millions of look-ups a second, median of ${ROUNDS}; ${kept} answers`,
  );
  return { fill_s, change_us, rows };
};

if (import.meta.main) console.log(JSON.stringify(run(), null, 1));
