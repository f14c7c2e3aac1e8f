/** Sets of accounts with known answers: what the pipeline itself pools in worlds with known answers. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPopulation, type Population } from '../../detect/campaign/population.ts';
import { type Search, searchCampaigns } from '../../detect/campaign/search.ts';
import { readAccounts } from '../../detect/exchange/accounts.ts';
import { profileLog } from '../../detect/scan/profile-log.ts';
import { viewGroup } from '../../detect/verdict/group-view.ts';
import { findReleases } from '../../detect/verdict/profile-signals.ts';
import { measureSignals } from '../../detect/verdict/reference.ts';
import { type LabelRow, readLabels } from '../evaluate/labels.ts';
import type { WorldRequest } from '../simulate/options.ts';
import { type WorldSummary, writeWorld } from '../simulate/write-world.ts';

/** One set of accounts as an intent model sees it. Nobody labelled it by hand: its members have labels. */
export interface Example {
  /** Name of the world it comes from. */
  readonly world: string;
  /** Campaign or hard benign group that makes up most of it; 'crowd' where none does. */
  readonly group: string;
  readonly campaign: boolean;
  readonly accounts: number;
  /** Signal values; NaN where one cannot be measured. */
  readonly values: Readonly<Record<string, number>>;
}

export interface ExampleSet {
  readonly examples: readonly Example[];
  readonly summary: WorldSummary;
}

/** A set is a campaign when this much of it is. */
const MOSTLY = 0.8;
/** … and benign when this little is; what lies between teaches nothing clear. */
const HARDLY = 0.1;
/** A set is named after a benign group that makes up this much of it. */
const NAMED = 0.5;
/** Smaller sets say too little about anybody's habits. */
const SMALLEST = 8;
/** Groups of one member each: their accounts are everybody. */
const CROWD: ReadonlySet<string> = new Set(['person', 'campaign']);

const countBy = (names: readonly string[]): readonly [string, number] => {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))[0]!;
};

/** What a set of accounts is by the labels of its members; null when they disagree. */
export const answerOf = (
  labels: readonly LabelRow[],
): { readonly campaign: boolean; readonly group: string } | null => {
  const harvested = labels.filter((row) => row.label === 'distillation').length / labels.length;
  if (harvested > HARDLY && harvested < MOSTLY) return null;
  if (harvested >= MOSTLY)
    return { campaign: true, group: countBy(labels.map((row) => row.campaign ?? row.group))[0] };
  const [group, count] = countBy(labels.map((row) => row.group));
  const named = count >= NAMED * labels.length && !CROWD.has(group);
  return { campaign: false, group: named ? group : 'crowd' };
};

/** Every candidate and operation of a search, measured. */
export const measureSets = (
  search: Search,
  labels: ReadonlyMap<string, LabelRow>,
  world: string,
): Example[] => {
  const { population, table, families } = search;
  const releases = findReleases(population.profiles, population.firstSeen);
  const examples: Example[] = [];
  for (const { group, network } of [...search.operations, ...search.candidates]) {
    if (group.accounts.length < SMALLEST) continue;
    const answer = answerOf(group.accounts.map((a) => labels.get(population.ids[a]!)!));
    if (answer === null) continue;
    const view = viewGroup(population, table, families.topicOf, releases, group, network);
    examples.push({
      world,
      ...answer,
      accounts: group.accounts.length,
      values: measureSignals(view),
    });
  }
  return examples;
};

/** A written world as the search sees it: the log and the accounts file, never the labels. */
const readWorld = async (folder: string): Promise<Population> => {
  const { profiles } = await profileLog([join(folder, 'traffic.jsonl')]);
  const { accounts } = await readAccounts(join(folder, 'accounts.jsonl'));
  return createPopulation(profiles, accounts);
};

/** Composes a world in a temporary folder, searches it and measures what was pooled. */
export const examplesOf = async (request: WorldRequest, name: string): Promise<ExampleSet> => {
  const folder = mkdtempSync(join(tmpdir(), 'stillwatch-train-'));
  try {
    const summary = await writeWorld(request, folder);
    const labels = await readLabels(join(folder, 'labels.jsonl'));
    const search = searchCampaigns(await readWorld(folder));
    const byAccount = new Map(labels.map((row) => [row.account_id, row]));
    return { examples: measureSets(search, byAccount, name), summary };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};
