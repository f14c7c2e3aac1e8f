import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { evaluationCorpora, everydayCorpora } from './everyday.ts';
import { grammar } from './grammar.ts';
import { HARVEST_FAMILIES, harvestCorpus } from './harvest.ts';
import { LANGUAGES } from './languages.ts';

const distinct = (n: number, at: (i: number) => string): number =>
  new Set(Array.from({ length: n }, (_, i) => at(i))).size;

describe('grammar', () => {
  it('writes every combination exactly once', () => {
    const g = grammar(['{a} and {#1-7}', '{#2-30} of {a}'], { a: ['x', 'y', 'z'] });
    assert.equal(g.size, 2 * 21);
    assert.equal(distinct(g.size, g.at), 42);
  });

  it('refuses a slot nobody filled', () => {
    assert.throws(() => grammar(['{missing}'], {}), /no slot named missing/);
  });

  for (const family of HARVEST_FAMILIES)
    it(`holds many thousands of distinct ${family} prompts in every language`, () => {
      for (const language of [...LANGUAGES, 'mix'] as const) {
        const corpus = harvestCorpus(family, language);
        assert.ok(corpus.size >= 20_000, `${corpus.name} holds ${corpus.size}`);
        assert.equal(
          distinct(4000, (i) => corpus.at(i).text),
          4000,
          corpus.name,
        );
        assert.doesNotMatch(corpus.at(17).text, /[{}](?!")|undefined/);
      }
    });

  it('gives each unit of everyday use its own topic and room for a product', () => {
    for (const corpus of [...everydayCorpora(), ...evaluationCorpora()])
      for (const unit of [corpus.units[0]!, corpus.units.at(-1)!]) {
        assert.ok(unit.size >= 1000, `${corpus.name}/${unit.key} holds ${unit.size}`);
        assert.match(
          corpus.at(unit.start + 5).text,
          new RegExp(unit.key.replace(/[.+?]/g, '\\$&')),
        );
      }
  });
});
