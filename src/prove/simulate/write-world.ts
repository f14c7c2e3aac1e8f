/** Writes a world as files, at the speed the disk accepts. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { StillwatchError } from '../../base/errors.ts';
import type { Corpus } from './corpus.ts';
import { openLineWriter } from './line-writer.ts';
import type { WorldRequest } from './options.ts';
import type { WorldPlan } from './plan.ts';
import { createSerializer } from './serialize.ts';
import { type RowWatcher, simulate } from './simulate.ts';

/** What was written; also the content of world.json. */
export interface WorldSummary {
  readonly version: 1;
  readonly statement: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly corpora: readonly Readonly<Record<string, unknown>>[];
  readonly campaigns: readonly Readonly<Record<string, unknown>>[];
  readonly counts: {
    readonly exchanges: number;
    readonly accounts: number;
    /** Accounts by group. */
    readonly groups: Readonly<Record<string, number>>;
    readonly first: string | null;
    readonly last: string | null;
  };
}

const statementOf = (plan: WorldPlan): string =>
  plan.options.everyday.length + plan.options.harvest.length > 0
    ? 'Composed: prompts from the listed files, assigned to simulated accounts, addresses and times. No account in it exists and no two rows were sent together.'
    : 'Simulated: prompts, accounts, addresses and times come from a program. Nobody sent them.';

const corpusRow =
  (role: string, passes: Readonly<Record<string, number>>) =>
  (corpus: Corpus): Record<string, unknown> => ({
    role,
    name: corpus.name,
    sha256: corpus.sha256,
    prompts: corpus.size,
    kind: corpus.kind,
    // 1 means that the corpus was used up once and people drew from its beginning again.
    ...(role === 'everyday' ? { reuses: passes[corpus.name] ?? 0 } : {}),
  });

const summarize = (
  plan: WorldPlan,
  exchanges: number,
  first: string | null,
  last: string | null,
): WorldSummary => {
  const { harvest, everyday, evaluation, arrivals, start, ...options } = plan.options;
  const groups: Record<string, number> = {};
  for (const { group } of plan.cast.accounts) groups[group] = (groups[group] ?? 0) + 1;
  const passes = plan.prompts.passes();
  return {
    version: 1,
    statement: statementOf(plan),
    options: {
      ...options,
      start: new Date(start).toISOString(),
      arrivals: arrivals.map((trace) => trace.name),
    },
    corpora: [
      ...plan.sources.harvest.map(corpusRow('harvest', passes)),
      ...plan.sources.everyday.map(corpusRow('everyday', passes)),
      ...plan.sources.evaluation.map(corpusRow('evaluation', passes)),
    ],
    campaigns: plan.campaigns.map((campaign, i) => ({
      campaign: `campaign-${i + 1}`,
      corpus: campaign.corpus,
      part: campaign.part,
      prompts: campaign.shard.size,
      asked: campaign.shard.asked(),
      accounts: campaign.counts.length,
      unrelated: plan.options.unrelated[i % plan.options.unrelated.length],
    })),
    counts: { exchanges, accounts: plan.cast.accounts.length, groups, first, last },
  };
};

const jsonLines = (rows: readonly object[]): string =>
  rows.map((row) => `${JSON.stringify(row)}\n`).join('');

/**
 * Writes traffic.jsonl, accounts.jsonl, labels.jsonl and world.json into `dir`, which is made when
 * missing. `onProgress` hears the number of rows, and how many are planned, about every megabyte.
 * Throws USAGE, and OUTPUT_UNWRITABLE when the folder or a file cannot be written.
 */
export const writeWorld = async (
  request: WorldRequest,
  dir: string,
  onProgress: (exchanges: number, of: number) => void = () => {},
  watch?: RowWatcher,
): Promise<WorldSummary> => {
  const world = simulate(request, watch);
  const planned = world.plan.streams.reduce((sum, stream) => sum + stream.remaining, 0);
  try {
    mkdirSync(dir, { recursive: true });
    writeFileSync(join(dir, 'accounts.jsonl'), jsonLines(world.accounts));
    writeFileSync(join(dir, 'labels.jsonl'), jsonLines(world.labels));
    const out = await openLineWriter(join(dir, 'traffic.jsonl'));
    const serialize = createSerializer();
    let exchanges = 0;
    let first: string | null = null;
    let last: string | null = null;
    try {
      for (const row of world.exchanges) {
        first ??= row.timestamp;
        last = row.timestamp;
        exchanges++;
        if (!out.add(serialize(row))) continue;
        await out.flush();
        onProgress(exchanges, planned);
      }
    } finally {
      await out.close();
    }
    const summary = summarize(world.plan, exchanges, first, last);
    writeFileSync(join(dir, 'world.json'), `${JSON.stringify(summary, null, 2)}\n`);
    return summary;
  } catch (cause) {
    if (cause instanceof StillwatchError) throw cause;
    throw new StillwatchError(
      'OUTPUT_UNWRITABLE',
      `${dir}: ${cause instanceof Error ? cause.message : String(cause)}`,
      'Name a folder that can be written and has room with --out.',
      { cause },
    );
  }
};
