import type { Search } from '../campaign/search.ts';
import { SLOT, type TemplateSource, templateOf, templateSupport } from '../family/template.ts';
import { distinctEstimate } from '../profile/bottom-k.ts';
import { ELICITATION_FAMILIES, LANGUAGES } from '../profile/prompt-scan/families.ts';
import type { PromptSample } from '../profile/profile.ts';
import type { FamilyAsks, FamilyReport } from '../report/report.ts';

/** Families listed for one campaign. */
const MAX_FAMILIES = 8;
/** Prompts from which a template is read. */
const MAX_SOURCES = 200;
/** Share of a family's prompts from which a language or an elicitation counts as its own. */
const FREQUENT = 0.1;

interface Topic {
  readonly sources: TemplateSource[];
  readonly accounts: Set<number>;
  readonly outside: Set<number>;
  readonly keys: Set<number>;
  readonly languages: number[];
  readonly elicitation: number[];
  prompts: number;
  exchanges: number;
  distinct: number;
}

const createTopic = (): Topic => ({
  sources: [],
  accounts: new Set(),
  outside: new Set(),
  keys: new Set(),
  languages: LANGUAGES.map(() => 0),
  elicitation: ELICITATION_FAMILIES.map(() => 0),
  prompts: 0,
  exchanges: 0,
  distinct: 0,
});

const countAsking = (topic: Topic, sample: PromptSample): void => {
  topic.prompts += 1;
  topic.languages[sample.language]! += 1;
  for (const f of ELICITATION_FAMILIES.keys())
    if ((sample.elicitation >> f) & 1) topic.elicitation[f]! += 1;
};

const addAsking = (into: Topic, from: Topic): void => {
  into.prompts += from.prompts;
  from.languages.forEach((n, i) => {
    into.languages[i]! += n;
  });
  from.elicitation.forEach((n, i) => {
    into.elicitation[i]! += n;
  });
};

const frequent = <T>(names: readonly T[], counts: readonly number[], prompts: number): T[] =>
  [...names.keys()]
    .filter((i) => counts[i]! >= FREQUENT * prompts)
    .sort((i, j) => counts[j]! - counts[i]! || i - j)
    .map((i) => names[i]!);

const asksOf = (topic: Topic & { readonly words: number }): FamilyAsks => ({
  word_accounts: topic.words,
  outside_accounts: topic.outside.size,
  languages: frequent(LANGUAGES, topic.languages, topic.prompts),
  elicitation: frequent(ELICITATION_FAMILIES, topic.elicitation, topic.prompts),
});

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
        topic = createTopic();
        byTopic.set(t, topic);
      }
      topic.accounts.add(a);
      countAsking(topic, table.samples[r]!);
      topic.exchanges += table.times[r]! * perExchange;
      if (!topic.keys.has(table.keys[r]!)) topic.distinct += perDistinct;
      topic.keys.add(table.keys[r]!);
      if (topic.sources.length < MAX_SOURCES)
        topic.sources.push({ account: a, text: table.samples[r]!.text });
    }
  }
  const inside = new Set(accounts);
  for (let r = 0; r < table.count; r++) {
    const a = table.accountOf[r]!;
    if (!inside.has(a)) byTopic.get(families.topicOf[r]!)?.outside.add(a);
  }
  const rows = new Map<string, Topic & { words: number }>();
  for (const topic of byTopic.values()) {
    const template = templateOf(topic.sources);
    const words = templateSupport(topic.sources, template);
    const same = rows.get(template);
    if (same === undefined) {
      rows.set(template, Object.assign(topic, { words }));
      continue;
    }
    // Of two parts of one family the better supported one vouches for the template.
    same.words = Math.max(same.words, words);
    addAsking(same, topic);
    same.exchanges += topic.exchanges;
    same.distinct += topic.distinct;
    for (const a of topic.accounts) same.accounts.add(a);
    for (const a of topic.outside) same.outside.add(a);
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
      asks: asksOf(topic),
    }))
    .sort((x, y) => y.exchanges - x.exchanges || (x.template < y.template ? -1 : 1))
    .slice(0, MAX_FAMILIES);
};
