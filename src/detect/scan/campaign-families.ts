import type { Search } from '../campaign/search.ts';
import { SLOT, type TemplateSource, templateOf } from '../family/template.ts';
import { distinctEstimate } from '../profile/bottom-k.ts';
import type { FamilyReport } from '../report/report.ts';

/** Families listed for one campaign. */
const MAX_FAMILIES = 8;
/** Prompts from which a template is read. */
const MAX_SOURCES = 200;

interface Topic {
  readonly sources: TemplateSource[];
  readonly accounts: Set<number>;
  readonly keys: Set<number>;
  exchanges: number;
  distinct: number;
}

/**
 * The prompt families of a set of accounts, largest first. Counts are those of the bounded samples,
 * scaled to the account where its sample is not complete.
 */
export const familiesOf = (
  search: Search,
  accounts: readonly number[],
  topics: readonly number[],
): FamilyReport[] => {
  const { table, families, population } = search;
  const wanted = new Set(topics);
  const byTopic = new Map<number, Topic>();
  for (const a of accounts) {
    const from = table.starts[a]!;
    const until = table.starts[a + 1]!;
    let asked = 0;
    for (let r = from; r < until; r++) asked += table.times[r]!;
    const profile = population.profiles[a]!;
    const perExchange = profile.exchanges / Math.max(1, asked);
    const perDistinct = distinctEstimate(profile.prompts) / Math.max(1, until - from);
    for (let r = from; r < until; r++) {
      const t = families.topicOf[r]!;
      if (!wanted.has(t)) continue;
      let topic = byTopic.get(t);
      if (topic === undefined) {
        topic = { sources: [], accounts: new Set(), keys: new Set(), exchanges: 0, distinct: 0 };
        byTopic.set(t, topic);
      }
      topic.accounts.add(a);
      topic.exchanges += table.times[r]! * perExchange;
      if (!topic.keys.has(table.keys[r]!)) topic.distinct += perDistinct;
      topic.keys.add(table.keys[r]!);
      if (topic.sources.length < MAX_SOURCES)
        topic.sources.push({ account: a, text: table.samples[r]!.text });
    }
  }
  const rows = new Map<string, Topic>();
  for (const topic of byTopic.values()) {
    const template = templateOf(topic.sources);
    const same = rows.get(template);
    if (same === undefined) {
      rows.set(template, topic);
      continue;
    }
    same.exchanges += topic.exchanges;
    same.distinct += topic.distinct;
    for (const a of topic.accounts) same.accounts.add(a);
  }
  // Prompts without a shared word are no family that could be shown.
  rows.delete(SLOT);
  return [...rows]
    .map(([template, topic]) => ({
      template,
      exchanges: Math.round(topic.exchanges),
      accounts: topic.accounts.size,
      // Both are estimates; an account cannot have asked more distinct prompts than prompts.
      distinct_prompts: Math.min(Math.round(topic.distinct), Math.round(topic.exchanges)),
    }))
    .sort((x, y) => y.exchanges - x.exchanges || (x.template < y.template ? -1 : 1))
    .slice(0, MAX_FAMILIES);
};
