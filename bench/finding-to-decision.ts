/**
 * From a finding at lab A to a refusal at the gates of labs B and C: one hub, three labs and their gates, connected
 * over HTTP on 127.0.0.1, in one process (counting, keeping and blinding in threads of their own). All traffic is
 * simulated; everything that handles it is the service itself.
 *
 * Before the clock: labs have their customers and the operators' accounts, B and C have looked at their customers
 * once, blinded tokens of all cards are there (labs make them ahead of need), and A's engine has looked once, at
 * everything. What that look found is then given to A one operator at a time, each as a look of its own that finds
 * one campaign more, by what `startLab` does with what its engine found. That is where the clock begins.
 *
 * On the clock: storing the finding, A's own policy and decisions, deriving the indicators, firewall, outbox,
 * signing, the hub's checks, write, ledger and stream, at B and C the standing they ask for, matching with the
 * traffic they have kept, re-verification, corroboration rule, policy, the book of decisions, the gate.
 *
 * Not on it: the look itself, the network between machines, blinding. While it runs, customers' traffic goes on
 * arriving at all labs.
 *
 *   node bench/run.ts finding-to-decision
 *   STILLWATCH_SEED=2 STILLWATCH_REPETITIONS=20 node bench/finding-to-decision.ts
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { clopperPearson } from '../src/base/statistics.ts';
import { startDemoHub } from '../src/cli/demo/hub.ts';
import { settled, until } from '../src/cli/demo/wait.ts';
import { LAB_NAMES, type LabName } from '../src/prove/demo/lab-name.ts';
import type { TrafficRow } from '../src/prove/simulate/rows.ts';
import type { Looked } from '../src/serve/lab/engine/messages.ts';
import { deriveIndicators } from '../src/share/indicator/derive/derive.ts';
import { type BenchLab, lookAt, startBenchLab } from './finding-labs.ts';
import { createWorlds, inOrder, type LabWorld } from './finding-worlds.ts';

const SEED = Number(process.env.STILLWATCH_SEED ?? 1);
const REPETITIONS = Number(process.env.STILLWATCH_REPETITIONS ?? 100);
/** The first findings warm up, and some operators may not be found. */
const OPERATORS = Math.ceil(REPETITIONS * 1.05) + 5;
/** Operators in each of A's worlds. */
const TOGETHER = 2;
const WARM_UP = 3;
const SIZES = {
  A: { honest: 260, perOperator: 50, perAccount: 70, unrelated: 0.5 },
  B: { honest: 800, perOperator: 8, perAccount: 30, unrelated: 0 },
  C: { honest: 700, perOperator: 8, perAccount: 30, unrelated: 0 },
} as const;
const DAY = 86_400_000;
const LEVEL = 0.1;
const LONGEST_MS = 10_000;
const ASKED_EVERY_MS = 3;
/** Customers' exchanges that arrive at each lab meanwhile. */
const ROWS_TOGETHER = 25;
const ROWS_EVERY_MS = 250;
const HELD_BACK = 0.3;

interface Refused {
  /** Milliseconds from the clock's beginning. */
  readonly in_process: number;
  readonly over_http: number;
  /** Whether this lab's own traffic had confirmed the campaign by then, or another's word was enough. */
  readonly own: boolean;
}

const gateRefuses = ({ service }: BenchLab, account: string): boolean =>
  service.deciding.book.gate.answer({ account }, Date.now()).action !== 'allow';

const askGate = async (lab: BenchLab, accounts: readonly string[]): Promise<readonly boolean[]> => {
  const response = await fetch(`${lab.gateUrl}/v1/decide/batch`, {
    method: 'POST',
    headers: { authorization: `Bearer ${lab.token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ questions: accounts.map((account) => ({ account })) }),
  });
  const { answers } = (await response.json()) as { answers: readonly { action: string }[] };
  return answers.map(({ action }) => action !== 'allow');
};

/** Asks the gate until it refuses one of these accounts; `control` is asked with them and must pass. */
const firstRefusal = async (
  lab: BenchLab,
  accounts: readonly string[],
  control: string,
  from: number,
): Promise<Refused | undefined> => {
  const { book } = lab.service.deciding;
  let inProcess: { readonly at: number; readonly own: boolean } | undefined;
  const stop = book.feed.watch(() => {
    // The gate is told in the same turn, right after the feed.
    queueMicrotask(() => {
      const account = inProcess === undefined && accounts.find((id) => gateRefuses(lab, id));
      if (typeof account !== 'string') return;
      const at = performance.now();
      const because = book.about({ kind: 'account', value: account });
      if (!because.some(({ reason, mode }) => reason === 'SHARED_INTELLIGENCE' && mode === 'live'))
        throw new Error('refused, but not because of what was shared');
      const facts = lab.sharing().facts(account);
      inProcess = { at, own: facts.some((one) => one.confirmed_here) };
    });
  });
  try {
    while (performance.now() - from < LONGEST_MS) {
      const [passes, ...refused] = await askGate(lab, [control, ...accounts]);
      const at = performance.now();
      if (passes) throw new Error('null control: an account that nothing names is refused');
      if (refused.includes(true) && inProcess !== undefined)
        return { in_process: inProcess.at - from, over_http: at - from, own: inProcess.own };
      await pause(ASKED_EVERY_MS);
    }
    return undefined;
  } finally {
    stop();
  }
};

type Campaign = Looked['report']['campaigns'][number];

interface Found {
  readonly campaign: Campaign;
  readonly accounts: Looked['accounts'];
}

/** A look that found these campaigns and no others. */
const lookWith = (looked: Looked, found: readonly Found[]): Looked => ({
  ...looked,
  report: { ...looked.report, campaigns: found.map(({ campaign }) => campaign), accounts: [] },
  accounts: found.flatMap(({ accounts }) => accounts),
});

/** The campaign that is an operator's: most of its accounts, hardly any others, and something to share on both axes. */
const campaignOf = (
  { report, accounts }: Looked,
  operator: LabWorld['operators'][number],
): Found | undefined => {
  const own = new Set(operator.accounts.map(({ account_id }) => account_id));
  const campaign = report.campaigns.find((campaign) => {
    const shared = campaign.accounts.filter((id) => own.has(id)).length;
    if (campaign.verdict !== 'distillation') return false;
    if (shared < 0.8 * own.size || shared < 0.8 * campaign.accounts.length) return false;
    const { bundle } = deriveIndicators(
      { ...report, campaigns: [campaign] },
      { k: 5, tlp: 'amber', permit: 'verify' },
    );
    const texts = (bundle.objects ?? []).map((object) => JSON.stringify(object));
    return texts.some((text) => text.includes('min_containment'));
  });
  if (campaign === undefined) return undefined;
  const named = new Set(campaign.accounts);
  return { campaign, accounts: accounts.filter(({ id }) => named.has(id)) };
};

const quantileOf = (sorted: readonly number[], q: number): number =>
  sorted[Math.min(sorted.length - 1, Math.ceil(q * sorted.length) - 1)] ?? Number.NaN;
const rounded = (n: number | undefined): number | null =>
  n === undefined || !Number.isFinite(n) ? null : Number(n.toFixed(1));

/** Null for an order statistic that so few values do not have: above the largest, or never refused. */
const summaryOf = (values: readonly number[]): object => {
  const sorted = values.toSorted((a, b) => a - b);
  // Clopper and Pearson, turned over: between which values 99 % lie, whatever the distribution.
  const n = sorted.length;
  const fits = (k: number, of: 'low' | 'high'): boolean => {
    const { low, high } = clopperPearson(k, n);
    return of === 'low' ? high >= 0.99 : low > 0.99;
  };
  const ranks = Array.from({ length: n + 1 }, (_, k) => k);
  const low = ranks.find((k) => fits(k, 'low'));
  const high = ranks.find((k) => fits(k, 'high'));
  const underOne = sorted.filter((ms) => ms < 1000).length;
  const share = clopperPearson(underOne, n);
  return {
    n,
    p50: rounded(quantileOf(sorted, 0.5)),
    p90: rounded(quantileOf(sorted, 0.9)),
    p99: rounded(quantileOf(sorted, 0.99)),
    p99_95: [
      rounded(low === undefined ? undefined : sorted[Math.max(0, low - 1)]),
      rounded(high === undefined ? undefined : sorted[high - 1]),
    ],
    most: rounded(sorted.at(-1)),
    under_one_second: underOne,
    under_one_second_95: [share.low, share.high].map((p) => Number(p.toFixed(4))),
  };
};

/** Customers go on asking, at every lab, until told to stop. */
const keepAsking = (labs: readonly BenchLab[], left: readonly (readonly TrafficRow[])[]) => {
  let stopped = false;
  let sent = 0;
  const running = labs.map(async (lab, i) => {
    const rows = left[i]!;
    for (let at = 0; !stopped && at < rows.length; at += ROWS_TOGETHER) {
      const part = rows.slice(at, at + ROWS_TOGETHER);
      await lab.send('/ingest', part);
      sent += part.length;
      await pause(ROWS_EVERY_MS);
    }
  });
  return {
    sent: () => sent,
    stop: async (): Promise<void> => {
      stopped = true;
      await Promise.all(running);
    },
  };
};

export const run = async (): Promise<unknown> => {
  const folder = mkdtempSync(join(tmpdir(), 'stillwatch-bench-finding-'));
  const errors: string[] = [];
  const onError = (error: unknown): void => {
    errors.push(String(error));
    console.error(error);
  };
  const undo: (() => Promise<void>)[] = [];
  try {
    const end = Math.floor(Date.now() / DAY) * DAY;
    const began = performance.now();
    const worlds = createWorlds(SEED, OPERATORS, TOGETHER, SIZES, end);
    const looks: (Looked | null)[] = [];
    for (const [n, world] of worlds.a.entries())
      looks.push(await lookAt(world, join(folder, `look-${n}`), LEVEL));
    const found = worlds.a.flatMap(({ operators }, n) =>
      operators.map((operator) => looks[n] && campaignOf(looks[n], operator)),
    );
    const order = found.flatMap((one, i) => (one ? [i] : []));
    const base = looks.find((one) => one !== null)!;
    const atA = {
      honest: worlds.a[0]!.honest,
      operators: worlds.a.flatMap(({ operators }) => operators),
    };
    const worldAt = (name: LabName): LabWorld => (name === 'A' ? atA : worlds.others[name]);
    const hub = await startDemoHub(folder);
    undo.push(() => hub.running.close());
    const labs: BenchLab[] = [];
    const left: (readonly TrafficRow[])[] = [];
    for (const name of LAB_NAMES) {
      const lab = await startBenchLab(name, folder, onError);
      undo.push(lab.stop);
      labs.push(lab);
      const { honest, operators } = worldAt(name);
      const hands = [honest, ...operators];
      await lab.send(
        '/accounts',
        hands.flatMap(({ accounts }) => accounts),
      );
      const cut = Math.floor(honest.rows.length * (1 - HELD_BACK));
      left.push(honest.rows.slice(cut));
      await lab.send('/ingest', honest.rows.slice(0, cut));
      if (name !== 'A') {
        await lab.lab.lookNow();
        await lab.send('/ingest', inOrder(operators));
      }
      await lab.connect(hub.url, hub.members[name]);
    }
    const [a, ...others] = labs as [BenchLab, BenchLab, BenchLab];
    console.log(
      JSON.stringify({
        exchanges: labs.map(({ lab }) => lab.status().exchanges),
        rejected: labs.map(({ lab }) => lab.status().rejected),
        accounts: labs.map(({ lab }) => lab.status().accounts),
        operators: found.length,
        found_whole_with_signature: order.length,
        so_far_s: Math.round((performance.now() - began) / 1000),
      }),
    );
    const pending = (): number =>
      labs.reduce((sum, lab) => sum + lab.sharing().status().tokens_pending, 0);
    await until('blinded tokens of all cards', () => pending() === 0, 600_000);
    const controls = others.map((lab) => {
      const [{ account_id } = { account_id: '' }] = worldAt(lab.name).honest.accounts.filter(
        ({ organization_id, payment_fingerprint }) => !organization_id && !payment_fingerprint,
      );
      return account_id;
    });
    const accountsAt = (lab: BenchLab, i: number): readonly string[] => {
      const { rows } = worldAt(lab.name).operators[i]!;
      return [...new Set(rows.map(({ account_id }) => account_id))];
    };
    const background = keepAsking(labs, left);
    undo.push(background.stop);
    const times: Record<'B' | 'C', Refused[]> = { B: [], C: [] };
    const toHub: number[] = [];
    let missed = 0;
    let early = 0;
    const wanted = order.slice(0, WARM_UP + REPETITIONS);
    const { user, system } = process.cpuUsage();
    for (const [n, i] of wanted.entries()) {
      await settled(labs, 150);
      const shown = lookWith(
        base,
        wanted.slice(0, n + 1).map((one) => found[one]!),
      );
      // Null control: until it is found at A, nobody of an operator is refused anywhere.
      for (const lab of others)
        for (const later of wanted.slice(n))
          early += accountsAt(lab, later).filter((id) => gateRefuses(lab, id)).length;
      const from = performance.now();
      const refusals = others.map((lab, k) =>
        firstRefusal(lab, accountsAt(lab, i), controls[k]!, from),
      );
      const { opened } = await a.found(shown, n + 1);
      const told = performance.now() - from;
      const item = (): boolean => a.sharing().outbox.items().get(opened[0]!.id)?.state === 'sent';
      const sent = until('sent', item, LONGEST_MS).then(
        () => performance.now() - from,
        () => Number.POSITIVE_INFINITY,
      );
      const both = await Promise.all(refusals);
      const hubHas = await sent;
      // Both labs have to see it in their own traffic, whoever was first.
      const confirmed = (): boolean =>
        others.every((lab) =>
          accountsAt(lab, i).some((id) =>
            lab
              .sharing()
              .facts(id)
              .some((f) => f.confirmed_here),
          ),
        );
      const isConfirmed = await until('confirmed', confirmed, 5_000).then(
        () => true,
        () => false,
      );
      const line = { n, told: rounded(told), sent: rounded(hubHas), both, isConfirmed };
      if (process.env.STILLWATCH_VERBOSE !== undefined) console.log(JSON.stringify(line));
      if (n < WARM_UP) continue;
      toHub.push(hubHas);
      if (!isConfirmed || both.includes(undefined)) {
        missed += 1;
        console.log(JSON.stringify({ missed: i, ...line }));
      }
      for (const [k, name] of (['B', 'C'] as const).entries())
        times[name].push(both[k] ?? { in_process: Infinity, over_http: Infinity, own: false });
    }
    const used = process.cpuUsage({ user, system });
    await background.stop();
    const honestRefused = others.map(
      (lab) =>
        worldAt(lab.name).honest.accounts.filter(({ account_id }) => gateRefuses(lab, account_id))
          .length,
    );
    const all = [...times.B, ...times.C];
    return {
      repetitions: wanted.length - WARM_UP,
      not_confirmed_or_not_refused: missed,
      refused_before_found: early,
      honest_accounts: others.map((lab) => worldAt(lab.name).honest.accounts.length),
      honest_accounts_refused_at_the_end: honestRefused,
      own_confirmation_first: all.filter(({ own }) => own).length,
      exchanges_meanwhile: background.sent(),
      hub_has_it_ms: summaryOf(toHub),
      B_ms: summaryOf(times.B.map((one) => one.over_http)),
      C_ms: summaryOf(times.C.map((one) => one.over_http)),
      both_ms: summaryOf(all.map((one) => one.over_http)),
      both_in_process_ms: summaryOf(all.map((one) => one.in_process)),
      processor_seconds_per_repetition: Number(
        ((used.user + used.system) / 1e6 / wanted.length).toFixed(2),
      ),
      errors: errors.length,
      machine: { cores: cpus().length, load: loadavg()[0]?.toFixed(1) },
    };
  } finally {
    for (const step of undo.reverse()) await step().catch((error: unknown) => console.error(error));
    rmSync(folder, { recursive: true, force: true });
  }
};

if (import.meta.main) console.log(JSON.stringify(await run(), null, 1));
