import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Search } from '../campaign/search.ts';
import { createPromptTable } from '../family/prompt-table.ts';
import { familiesOf } from './campaign-families.ts';
import { type Asked, populationOf } from './test-help.ts';

/** A search in which the topic of each prompt is known. */
const searchOf = (
  accounts: Readonly<Record<string, Asked>>,
  topicOf: (text: string) => number,
): Search => {
  const population = populationOf(accounts);
  const table = createPromptTable(population.profiles, 400_000);
  const topics = Int32Array.from(table.samples, ({ text }) => topicOf(text));
  return { population, table, families: { topicOf: topics } } as unknown as Search;
};

const graded = (of: string, count: number): Asked => ({
  prompts: Array.from({ length: count }, (_, i) => `Grade this essay about ${of}${i}`),
});
const harvest = { a: graded('amber', 4), b: graded('birch', 4), c: graded('clay', 4) };
const topicOf = (text: string): number => (text.startsWith('Grade') ? 0 : 1);

describe('the families of a set of accounts', () => {
  test('show what their prompts share, and mask what one account alone wrote', () => {
    assert.deepEqual(familiesOf(searchOf(harvest, topicOf), [0, 1, 2], [0]), [
      {
        template: 'Grade this essay about ⟨…⟩',
        exchanges: 12,
        accounts: 3,
        distinct_prompts: 12,
        asks: { word_accounts: 3, outside_accounts: 0, languages: ['en'], elicitation: ['rubric'] },
      },
    ]);
  });

  test('count members only, and wanted topics only', () => {
    const talk: Asked = { prompts: ['how do I bake bread', 'what is rye'] };
    const search = searchOf({ ...harvest, d: talk, e: graded('elm', 4) }, topicOf);
    const [family, ...others] = familiesOf(search, [0, 1, 2, 3], [0]);
    assert.deepEqual(others, []);
    assert.deepEqual([family!.accounts, family!.exchanges], [3, 12]);
  });

  test('count a prompt that several asked as one distinct prompt', () => {
    const same: Asked = { prompts: ['Grade this essay', 'Grade this essay'] };
    const [family] = familiesOf(searchOf({ a: same, b: same, c: same }, topicOf), [0, 1, 2], [0]);
    assert.deepEqual([family!.exchanges, family!.distinct_prompts], [6, 1]);
  });

  test('leave out prompts without a shared word: a bare slot says nothing', () => {
    const accounts = {
      a: { prompts: ['apples'] },
      b: { prompts: ['bicycles'] },
      c: { prompts: ['candles'] },
    };
    assert.deepEqual(familiesOf(searchOf(accounts, topicOf), [0, 1, 2], [1]), []);
  });

  test('join topics of one template, largest family first', () => {
    const parity = (text: string): number =>
      text.startsWith('Grade') ? Number(text.at(-1)) % 2 : 2;
    const translate = (of: string): Asked => ({
      prompts: [...graded(of, 4).prompts, `Translate the poem of ${of}`],
    });
    const accounts = { a: translate('amber'), b: translate('birch'), c: translate('clay') };
    const families = familiesOf(searchOf(accounts, parity), [0, 1, 2], [0, 1, 2]);
    assert.deepEqual(
      families.map((f) => [f.template, f.exchanges, f.accounts]),
      [
        ['Grade this essay about ⟨…⟩', 12, 3],
        ['Translate the poem of ⟨…⟩', 3, 3],
      ],
    );
  });
});
