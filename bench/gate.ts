import { createRandom, below, type Random } from '../src/base/random.ts';
import type { Decision, GateChange, GateQuestion } from '../src/act/response/decision.ts';
import { createGate } from '../src/act/response/gate.ts';

/**
 * Look-ups of the gate in one process: 1,000,000 accounts with a decision and 100,000 address blocks
 * (target: 3,000,000 look-ups a second and core). The controls run on the same questions in the same
 * run: a plain `Map` of the same accounts, which knows neither time nor addresses, and the same gate
 * without any decision. Questions are texts of their own, as they come from a request: a text that was
 * used as a key before carries its hash with it and would flatter both.
 */
const ACCOUNTS = 1_000_000;
const BLOCKS = 100_000;
const QUESTIONS = 200_000;
const ROUNDS = 7;
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

const questions = (random: Random, hits: number, address: boolean): GateQuestion[] =>
  Array.from({ length: QUESTIONS }, () => {
    const known = below(random, 100) < hits;
    const account = fresh(accountOf(below(random, ACCOUNTS) + (known ? 0 : ACCOUNTS)));
    return address
      ? {
          account,
          address: fresh(`${1 + below(random, 200)}.${below(random, 256)}.${below(random, 256)}.9`),
        }
      : { account };
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
  readonly gate_again: number;
  readonly empty_gate: number;
  readonly map: number;
  readonly gate_to_map: number;
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
  for (let i = 0; i < BLOCKS; i++)
    changes.push({
      cursor: changes.length + 1,
      change: 'put',
      decision: decision(i, 'address', blockOf(random, i)),
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
  const rows: Row[] = [];
  for (const [name, hits, address] of [
    ['account, 1 % known', 1, false],
    ['account, all known', 100, false],
    ['account and address, 1 % known', 1, true],
    ['account and address, all known', 100, true],
  ] as const) {
    const seen = {
      gate: [] as number[],
      again: [] as number[],
      empty: [] as number[],
      map: [] as number[],
    };
    for (let round = 0; round < ROUNDS; round++) {
      const asked = questions(random, hits, address);
      // The order changes, so that nobody always finds the texts warm.
      const tasks = [
        () => seen.gate.push(speed((q) => gate.answer(q, NOW), asked)),
        () =>
          seen.map.push(
            speed(
              (q) => map.get(q.account!),
              round % 2 === 0 ? questions(random, hits, address) : asked,
            ),
          ),
      ];
      for (const task of round % 2 === 0 ? tasks : tasks.reverse()) task();
      seen.again.push(speed((q) => gate.answer(q, NOW), asked));
      seen.empty.push(speed((q) => empty.answer(q, NOW), asked));
    }
    const [a, b, c, d] = [
      median(seen.gate),
      median(seen.again),
      median(seen.empty),
      median(seen.map),
    ];
    rows.push({
      questions: name,
      gate: a,
      gate_again: b,
      empty_gate: c,
      map: d,
      gate_to_map: Number((a / d).toFixed(2)),
    });
  }
  console.log(
    `gate: ${ACCOUNTS} accounts, ${BLOCKS} blocks; millions of look-ups a second, median of ${ROUNDS}; ${kept} answers`,
  );
  return { fill_s, change_us, rows };
};

if (import.meta.main) console.log(JSON.stringify(run(), null, 1));
