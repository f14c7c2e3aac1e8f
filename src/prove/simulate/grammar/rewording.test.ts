import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createRandom } from '../../../base/random.ts';
import { HARVEST_FAMILIES, harvestCorpus } from './harvest.ts';
import { LANGUAGES } from './languages.ts';
import { reword, rewordedCorpus } from './rewording.ts';
import { REWORDING_WORDS } from './rewording-words.ts';

describe('rewording', () => {
  it('changes nearly every prompt of every language and repeats none', () => {
    for (const language of LANGUAGES)
      for (const family of HARVEST_FAMILIES) {
        const plain = harvestCorpus(family, language);
        const other = rewordedCorpus(plain, 1);
        const texts = Array.from({ length: 400 }, (_, i) => other.at(i).text);
        const same = texts.filter((text, i) => text === plain.at(i).text).length;
        assert.ok(same < 100, `${plain.name}: ${same} of 400 unchanged`);
        assert.equal(new Set(texts).size, 400, plain.name);
      }
  });

  it('replaces words in every language, not only frames', () => {
    for (const language of LANGUAGES) {
      const { leads, tails } = REWORDING_WORDS[language];
      const frames = [...leads, ...tails];
      const corpora = HARVEST_FAMILIES.map((family) => harvestCorpus(family, language));
      let replaced = 0;
      for (let i = 0; i < 300; i++) {
        const plain = corpora[i % corpora.length]!.at(i).text;
        let text = reword(plain, language, createRandom(i));
        for (const frame of frames) text = text.replace(frame, '');
        const letters = (t: string): string => [...t.replaceAll(/\s/g, '')].sort().join('');
        if (letters(text) !== letters(plain)) replaced++;
      }
      assert.ok(replaced > 90, `${language}: ${replaced} of 300`);
    }
  });

  it('keeps numbers, which are what the prompt is about', () => {
    const plain = harvestCorpus('reasoning', 'en');
    const other = rewordedCorpus(plain, 1);
    const numbers = (text: string): string[] => (text.match(/\d+/g) ?? []).sort();
    for (let i = 0; i < 200; i++)
      assert.deepEqual(numbers(other.at(i).text), numbers(plain.at(i).text));
  });

  it('is the same for the same seed', () => {
    const plain = harvestCorpus('grading', 'mix');
    assert.equal(rewordedCorpus(plain, 4).at(9).text, rewordedCorpus(plain, 4).at(9).text);
    assert.notEqual(rewordedCorpus(plain, 4).at(9).text, rewordedCorpus(plain, 5).at(9).text);
  });
});
