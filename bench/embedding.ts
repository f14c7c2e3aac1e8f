/**
 * Compares the built-in embeddings on composed worlds:
 *
 *   node bench/embedding.ts [--data DIR] [--seeds 701-704] [--unrelated 0.9] [--language mix] [--out FILE]
 *
 * DIR holds harvest/, everyday/ and evaluation/ with prompt files as docs/reference/worlds.md says;
 * without it the worlds speak the simulator's grammars. All variants see the same profiles.
 */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createRandom, shuffle, uniform } from '../src/base/random.ts';
import { bootstrapMean, clopperPearson, mean } from '../src/base/statistics.ts';
import { createPopulation, type Population } from '../src/detect/campaign/population.ts';
import { SEARCH_DEFAULTS, type Search, searchCampaigns } from '../src/detect/campaign/search.ts';
import { readAccounts } from '../src/detect/exchange/accounts.ts';
import { type LexicalOptions, lexicalEmbedding } from '../src/detect/family/embedding/lexical.ts';
import { createPromptTable } from '../src/detect/family/prompt-table.ts';
import { profileLog } from '../src/detect/scan/profile-log.ts';
import { loadIntentModel } from '../src/detect/verdict/intent-model.ts';
import { judge } from '../src/detect/verdict/judge.ts';
import { type LabelRow, readLabels } from '../src/prove/evaluate/labels.ts';
import type { Corpus } from '../src/prove/simulate/corpus.ts';
import type { WorldRequest } from '../src/prove/simulate/options.ts';
import { readPromptFile } from '../src/prove/simulate/prompt-file.ts';
import { writeWorld } from '../src/prove/simulate/write-world.ts';

const VARIANTS: readonly LexicalOptions[] = [
  { features: 'words', dimensions: 64, fitRows: 20_000 },
  { features: 'characters', dimensions: 64, fitRows: 20_000 },
  { features: 'both', dimensions: 64, fitRows: 20_000 },
  { features: 'words', dimensions: 128, fitRows: 20_000 },
];
/** Harvest prompts of each campaign whose nearest neighbour is looked up. */
const PROBES = 250;
const LEVEL = 0.01;

interface World {
  readonly population: Population;
  readonly labels: readonly LabelRow[];
  /** `account time` of every exchange with which an operator harvested. */
  readonly harvested: ReadonlySet<string>;
}

/** One campaign of one world under one variant. */
interface Row {
  readonly variant: string;
  readonly seed: number;
  readonly campaign: string;
  readonly corpus: string;
  /** Harvest prompts whose nearest neighbour in another account is one of the same campaign's. */
  readonly pure: number;
  readonly probes: number;
  /** Largest overlap (Jaccard) of the campaign with a candidate that content chose. */
  readonly candidate: number;
  /** At least half of it is in one `distillation` finding. */
  readonly found: boolean;
  readonly benign: number;
  readonly seconds: number;
}

const { values } = parseArgs({
  options: {
    data: { type: 'string' },
    seeds: { type: 'string', default: '701-704' },
    unrelated: { type: 'string', default: '0.9' },
    accounts: { type: 'string', default: '2400' },
    language: { type: 'string', default: 'mix' },
    out: { type: 'string' },
  },
});

const corporaIn = (folder: string): Corpus[] =>
  values.data === undefined
    ? []
    : readdirSync(join(values.data, folder))
        .filter((name) => name.endsWith('.jsonl'))
        .sort()
        .map((name) => readPromptFile(join(values.data!, folder, name)));

const compose = async (request: WorldRequest): Promise<World & { corpora: readonly string[] }> => {
  const folder = mkdtempSync(join(tmpdir(), 'stillwatch-embedding-'));
  try {
    const harvested = new Set<string>();
    const summary = await writeWorld(
      request,
      folder,
      () => {},
      (row, harvest) => {
        if (harvest) harvested.add(`${row.account_id} ${Date.parse(row.timestamp)}`);
      },
    );
    const { profiles } = await profileLog([join(folder, 'traffic.jsonl')]);
    const { accounts } = await readAccounts(join(folder, 'accounts.jsonl'));
    return {
      population: createPopulation(profiles, accounts),
      labels: await readLabels(join(folder, 'labels.jsonl')),
      harvested,
      corpora: summary.campaigns.map((c) => String((c as { corpus?: unknown }).corpus)),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

const jaccard = (a: ReadonlySet<number>, b: readonly number[]): number => {
  const both = b.filter((x) => a.has(x)).length;
  return both / (a.size + b.length - both);
};

/** The row with the largest cosine to `probe` among those of other accounts. */
const nearest = (rows: Float32Array, D: number, accountOf: Int32Array, probe: number): number => {
  let best = -1;
  let bestDot = Number.NEGATIVE_INFINITY;
  for (let r = 0; r < accountOf.length; r++) {
    if (accountOf[r] === accountOf[probe]) continue;
    let dot = 0;
    for (let d = 0; d < D; d++) dot += rows[r * D + d]! * rows[probe * D + d]!;
    if (dot > bestDot) {
      bestDot = dot;
      best = r;
    }
  }
  return best;
};

const measureVariant = (
  world: World,
  variant: LexicalOptions,
  seed: number,
): Omit<Row, 'corpus'>[] => {
  const { population, labels, harvested } = world;
  const embedding = lexicalEmbedding(variant);
  const byAccount = new Map(labels.map((row) => [row.account_id, row]));
  const campaignOf = population.ids.map((id) => {
    const row = byAccount.get(id)!;
    return row.label === 'distillation' ? row.campaign : null;
  });
  const table = createPromptTable(population.profiles, SEARCH_DEFAULTS.promptLimit);
  const state = createRandom(seed, 'probes');
  const started = performance.now();
  const { rows, dimensions } = embedding.embed(
    table.samples.map((s) => s.text),
    () => uniform(state),
  );
  const seconds = (performance.now() - started) / 1000;
  const search: Search = searchCampaigns(population, { ...SEARCH_DEFAULTS, embedding });
  const { findings } = judge(search, { level: LEVEL, model: loadIntentModel() });
  const convicted = findings.filter((f) => f.verdict === 'distillation');
  const isHarvest = (row: number): boolean =>
    harvested.has(`${population.ids[table.accountOf[row]!]} ${table.samples[row]!.at}`);
  const names = [...new Set(campaignOf.filter((c) => c !== null))].sort();
  return names.map((campaign) => {
    const members = new Set(campaignOf.flatMap((c, a) => (c === campaign ? [a] : [])));
    const own = shuffle(
      state,
      Array.from({ length: table.count }, (_, r) => r).filter(
        (r) => members.has(table.accountOf[r]!) && isHarvest(r),
      ),
    ).slice(0, PROBES);
    const pure = own.filter((r) => {
      const next = nearest(rows, dimensions, table.accountOf, r);
      return members.has(table.accountOf[next]!) && isHarvest(next);
    }).length;
    return {
      variant: embedding.id,
      seed,
      campaign,
      pure,
      probes: own.length,
      candidate: Math.max(0, ...search.candidates.map((c) => jaccard(members, c.group.accounts))),
      found: convicted.some(
        (f) => f.accounts.filter((a) => members.has(a)).length >= members.size / 2,
      ),
      benign: convicted.flatMap((f) => f.accounts).filter((a) => campaignOf[a] === null).length,
      seconds,
    };
  });
};

const [first, last] = values.seeds.split('-').map(Number);
const results: Row[] = [];
for (let seed = first!; seed <= (last ?? first!); seed++) {
  const world = await compose({
    world: 'mixed',
    seed,
    accounts: Number(values.accounts),
    campaigns: 3,
    campaignAccounts: [40, 120],
    perAccount: [25, 150],
    unrelated: [Number(values.unrelated)],
    language: values.language as 'mix',
    harvest: corporaIn('harvest'),
    everyday: corporaIn('everyday'),
    evaluation: corporaIn('evaluation'),
  });
  for (const variant of VARIANTS)
    for (const row of measureVariant(world, variant, seed)) {
      const corpus = world.corpora[Number(row.campaign.split('-')[1]) - 1]!;
      results.push({ ...row, corpus });
    }
  console.error(`seed ${seed} done`);
}
const state = createRandom(1, 'intervals');
const show = (list: readonly number[]): string => {
  const interval = bootstrapMean(list, () => uniform(state));
  const text = (100 * mean(list)).toFixed(1);
  return interval === null
    ? text
    : `${text} [${(100 * interval.low).toFixed(1)} – ${(100 * interval.high).toFixed(1)}]`;
};
console.log('| variant | pure links, % | best candidate, % | found | benign | seconds |');
console.log('| --- | --- | --- | --- | --- | --- |');
for (const variant of new Set(results.map((r) => r.variant))) {
  const rows = results.filter((r) => r.variant === variant);
  const hits = rows.filter((r) => r.found).length;
  const { low, high } = clopperPearson(hits, rows.length);
  const range = `${(100 * low).toFixed(0)} – ${(100 * high).toFixed(0)} %`;
  const worlds = new Map(rows.map((r) => [r.seed, r]));
  const benign = [...worlds.values()].reduce((sum, r) => sum + r.benign, 0);
  console.log(
    `| ${variant} | ${show(rows.map((r) => r.pure / r.probes))} | ${show(rows.map((r) => r.candidate))} | ${hits} of ${rows.length} [${range}] | ${benign} | ${mean([...worlds.values()].map((r) => r.seconds)).toFixed(1)} |`,
  );
}
if (values.out !== undefined) writeFileSync(values.out, `${JSON.stringify(results, null, 1)}\n`);
