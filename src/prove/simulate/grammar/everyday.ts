/** Composed ordinary use: each unit is one topic of one domain in one language. */
import type { Corpus, Unit, UnitKind } from '../corpus.ts';
import { type Grammar, grammar, type Slots } from './grammar.ts';
import { LANGUAGES, type Language, packOf, slotsOf } from './languages.ts';
import { DOCUMENT_TASKS, DOCUMENT_TEMPLATE, WORK, WORK_SLOTS } from './work.ts';

/** Prompts per topic, repeats of the short ones included. */
const PER_TOPIC = 20_000;

/** One grammar per topic, laid end to end; every topic is equally large. */
const topicCorpus = (
  name: string,
  kind: UnitKind,
  topics: readonly string[],
  templates: readonly string[],
  slots: Slots,
): Corpus => {
  const grammars: Grammar[] = topics.map((topic) =>
    grammar(templates, { ...slots, topic: [topic] }),
  );
  // Short questions come back, as they do between people: only harvests must never repeat.
  const each = Math.max(PER_TOPIC, ...grammars.map((g) => g.size));
  const units: Unit[] = topics.map((key, i) => ({ key, start: i * each, size: each }));
  return {
    name,
    sha256: null,
    kind,
    language: name.slice(name.lastIndexOf(':') + 1),
    sharedTasks: false,
    units,
    size: each * topics.length,
    at: (i) => ({
      text: grammars[Math.floor(i / each)]!.at(i % each),
      responseTokens: null,
      followUp: null,
    }),
  };
};

const spoken = (language: Language): Corpus[] => {
  const pack = packOf(language);
  const slots = slotsOf(pack);
  return [
    topicCorpus(`grammar:chat:${language}`, 'topic', pack.chatTopics, pack.chat, slots),
    // One shop sells everything, so its topics are the kinds of complaint.
    topicCorpus(
      `grammar:support:${language}`,
      'topic',
      pack.places,
      pack.support.map((t) => `{topic}: ${t}`),
      slots,
    ),
    // Homework looks like a reasoning harvest and is not one.
    topicCorpus(
      `grammar:homework:${language}`,
      'topic',
      pack.subjects,
      [...pack.problems.map((p) => `${p} ({topic})`), ...pack.problems.map((p) => `{topic}: ${p}`)],
      slots,
    ),
  ];
};

/** Everything people ask in a world: English work, and talk in the languages of its people. */
export const everydayCorpora = (languages: readonly Language[] = LANGUAGES): Corpus[] => [
  ...languages.flatMap(spoken),
  ...WORK.map((d) =>
    topicCorpus(`grammar:${d.name}:en`, 'topic', d.topics, d.templates, WORK_SLOTS),
  ),
  topicCorpus('grammar:documents:en', 'template', DOCUMENT_TASKS, [DOCUMENT_TEMPLATE], WORK_SLOTS),
];

/** A composed public evaluation: a fixed list that every laboratory downloads. */
export const evaluationCorpora = (): Corpus[] => {
  const slots = slotsOf(packOf('en'));
  const tasks = ['arithmetic', 'logistics', 'word problems', 'rates'];
  return [
    topicCorpus(
      'grammar:evaluation:en',
      'topic',
      tasks,
      packOf('en').problems.map((p) => `Task ({topic}). ${p} Answer with a number.`),
      slots,
    ),
  ];
};
