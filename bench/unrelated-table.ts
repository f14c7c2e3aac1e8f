/**
 * The first table of docs/concepts/measured.md: worlds composed from real prompts (corpora are not shipped), over
 * the share of unrelated traffic, several seeds each.
 *
 *   npm run evaluate -- --data DIR [--seeds 101-105] [--unrelated 0,0.5,0.75,0.9,0.95]
 *                       [--quiet 201-220] [--accounts 3600] [--network weak] [--baselines] [--out FILE]
 *
 * DIR holds harvest/, everyday/ and evaluation/ with prompt files as docs/reference/worlds.md says.
 */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { ScanReport } from '../src/detect/report/report.ts';
import { scan } from '../src/detect/scan/scan.ts';
import { type LabelRow, readLabels } from '../src/prove/evaluate/labels.ts';
import { compareBaselines } from '../src/prove/evaluate/naive/compare.ts';
import { traceLogs } from '../src/prove/evaluate/naive/trace-logs.ts';
import { type Cell, gridMarkdown, runGrid } from '../src/prove/evaluate/suite.ts';
import type { Corpus } from '../src/prove/simulate/corpus.ts';
import type { NetworkEvidence, Range, WorldRequest } from '../src/prove/simulate/options.ts';
import { readPromptFile } from '../src/prove/simulate/prompt-file.ts';
import { writeWorld } from '../src/prove/simulate/write-world.ts';

interface World {
  readonly folder: string;
  readonly labels: readonly LabelRow[];
}

const { values } = parseArgs({
  options: {
    data: { type: 'string' },
    seeds: { type: 'string', default: '101-105' },
    quiet: { type: 'string', default: '201-220' },
    unrelated: { type: 'string', default: '0,0.5,0.75,0.9,0.95' },
    accounts: { type: 'string', default: '3600' },
    network: { type: 'string', default: 'weak' },
    schedule: { type: 'string', default: 'human' },
    size: { type: 'string', default: '40-150' },
    each: { type: 'string', default: '25-150' },
    level: { type: 'string', default: '0.01' },
    baselines: { type: 'boolean', default: false },
    out: { type: 'string' },
  },
});

const rangeOf = (text: string): Range => {
  const [low, high] = text.split('-').map(Number);
  return [low!, high ?? low!];
};

const seedsOf = (text: string): number[] => {
  if (text === 'none') return [];
  const [low, high] = rangeOf(text);
  return Array.from({ length: high - low + 1 }, (_, i) => low + i);
};

const corporaIn = (folder: string): Corpus[] =>
  values.data === undefined
    ? []
    : readdirSync(join(values.data, folder))
        .filter((name) => name.endsWith('.jsonl'))
        .sort()
        .map((name) => readPromptFile(join(values.data!, folder, name)));

const harvest = corporaIn('harvest');
const sources = { harvest, everyday: corporaIn('everyday'), evaluation: corporaIn('evaluation') };
const scratch = mkdtempSync(join(tmpdir(), 'stillwatch-grid-'));
const level = Number(values.level);

const compose = async (request: WorldRequest): Promise<World> => {
  const folder = join(scratch, 'world');
  rmSync(folder, { recursive: true, force: true });
  await writeWorld({ ...request, ...sources, accounts: Number(values.accounts) }, folder);
  return { folder, labels: await readLabels(join(folder, 'labels.jsonl')) };
};

const mixed = (unrelated: number): Cell<World> => ({
  name: `${Math.round(100 * unrelated)} % unrelated`,
  world: (seed) =>
    compose({
      world: 'mixed',
      seed,
      campaigns: harvest.length > 0 ? harvest.length : 3,
      unrelated: [unrelated],
      network: values.network as NetworkEvidence,
      schedule: values.schedule as 'human' | 'steady',
      campaignAccounts: rangeOf(values.size),
      perAccount: rangeOf(values.each),
    }),
});

const quiet: Cell<World> = {
  name: 'quiet',
  world: (seed) => compose({ world: 'quiet', seed, network: values.network as NetworkEvidence }),
};

let spent = 0;
const runScan = async ({ folder }: World): Promise<ScanReport> => {
  const started = performance.now();
  const { report } = await scan([join(folder, 'traffic.jsonl')], {
    accounts: join(folder, 'accounts.jsonl'),
    level,
  });
  spent += performance.now() - started;
  const found = report.campaigns.map((c) => `${c.verdict} of ${c.accounts.length}`).join(', ');
  console.error(
    `    ${report.read.exchanges} exchanges, ${report.read.accounts} accounts: ${found || 'no finding'}`,
  );
  return report;
};

const runBaselines = async ({ folder, labels }: World) =>
  compareBaselines(await traceLogs([join(folder, 'traffic.jsonl')]), labels);

const options = {
  onRun: (cell: string, seed: number): void => console.error(`${cell}, seed ${seed}`),
  ...(values.baselines ? { runBaselines } : {}),
};
try {
  const cells = values.unrelated.split(',').map((text) => mixed(Number(text)));
  const seeds = seedsOf(values.seeds);
  const campaigns = await runGrid(seeds.length > 0 ? cells : [], seeds, runScan, options);
  const nullSeeds = seedsOf(values.quiet);
  const nulls = await runGrid(nullSeeds.length > 0 ? [quiet] : [], nullSeeds, runScan, {
    onRun: options.onRun,
  });
  const grid = { version: 1 as const, rows: [...campaigns.rows, ...nulls.rows] };
  console.log(gridMarkdown(grid));
  console.error(`scans took ${(spent / 1000).toFixed(0)} s`);
  if (values.out !== undefined)
    writeFileSync(values.out, `${JSON.stringify({ options: values, ...grid }, null, 1)}\n`);
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
