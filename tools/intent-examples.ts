import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { groupOfAccounts } from '../src/detect/campaign/content-groups.ts';
import { createPopulation } from '../src/detect/campaign/population.ts';
import { searchCampaigns } from '../src/detect/campaign/search.ts';
import { readAccounts } from '../src/detect/exchange/accounts.ts';
import { profileLog } from '../src/detect/scan/profile-log.ts';
import { viewGroup } from '../src/detect/verdict/group-view.ts';
import { findReleases } from '../src/detect/verdict/profile-signals.ts';
import { SIGNALS } from '../src/detect/verdict/signals.ts';
import { readLabels } from '../src/prove/evaluate/labels.ts';

/** One set of accounts of a labelled world, as the intent model sees it. */
export interface Example {
  readonly campaign: boolean;
  /** Hard benign groups are few and matter most: they weigh more than the crowd. */
  readonly weight: number;
  readonly values: Readonly<Record<string, number>>;
}

const HARD_GROUPS = [
  'classroom',
  'coding-agent',
  'document-pipeline',
  'hackathon',
  'large-customer',
  'relay',
];
const HARD_WEIGHT = 20;
const SMALLEST = 8;

/** Sets with known answers: refined campaigns against the crowd's groups and the hard groups. */
export const examplesOf = async (
  folder: string,
): Promise<{ examples: Example[]; corpora: string[]; seed: number }> => {
  const { profiles } = await profileLog([join(folder, 'traffic.jsonl')]);
  const { accounts } = await readAccounts(join(folder, 'accounts.jsonl'));
  const labels = new Map(
    (await readLabels(join(folder, 'labels.jsonl'))).map((row) => [row.account_id, row]),
  );
  const population = createPopulation(profiles, accounts);
  const search = searchCampaigns(population);
  const releases = findReleases(population.profiles, population.firstSeen);
  const { table, families } = search;
  const label = population.ids.map((id) => labels.get(id)!);
  const part = (members: readonly number[], wanted: string): number =>
    members.filter((a) => label[a]!.label === wanted).length / members.length;
  const example = (
    group: { accounts: readonly number[]; topics: readonly number[] },
    network: (typeof search.candidates)[number]['network'],
    campaign: boolean,
    weight: number,
  ): Example => {
    const view = viewGroup(population, table, families.topicOf, releases, group, network);
    return {
      campaign,
      weight,
      values: Object.fromEntries(SIGNALS.map((s) => [s.name, s.measure(view)])),
    };
  };
  const examples: Example[] = [];
  for (const { group, network } of search.operations)
    if (part(group.accounts, 'distillation') > 0.8) examples.push(example(group, network, true, 1));
    else if (part(group.accounts, 'distillation') < 0.1)
      examples.push(example(group, network, false, HARD_WEIGHT));
  for (const { group, network } of search.candidates)
    if (group.accounts.length >= SMALLEST && part(group.accounts, 'distillation') < 0.1)
      examples.push(example(group, network, false, 1));
  const alone = { minEntities: 1, entityOf: Int32Array.from(population.ids.keys()) };
  for (const name of HARD_GROUPS) {
    const members = label.flatMap((row, a) => (row.group === name ? [a] : []));
    const found = members.length < 3 ? null : groupOfAccounts(families.draws, members, alone);
    const own = found?.accounts.filter((a) => label[a]!.group === name) ?? [];
    if (found !== null && own.length >= 3)
      examples.push(
        example({ ...found, accounts: own }, search.candidates[0]!.network, false, HARD_WEIGHT),
      );
  }
  const world = JSON.parse(readFileSync(join(folder, 'world.json'), 'utf8')) as {
    options?: { seed?: number };
    seed?: number;
    corpora?: readonly { name?: string }[];
  };
  return {
    examples,
    corpora: (world.corpora ?? []).map((c) => c.name ?? 'unnamed'),
    seed: world.options?.seed ?? world.seed ?? 0,
  };
};
