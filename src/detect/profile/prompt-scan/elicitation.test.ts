import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { NEGATIVES, NO_HUMAN_TURN } from './fixtures/negatives.ts';
import { POSITIVES } from './fixtures/positives.ts';
import { createPromptScan, ELICITATION_FAMILIES, scanPrompt } from './prompt-scan.ts';

const out = createPromptScan();
const familiesOf = (text: string): string[] => {
  scanPrompt(text, out);
  return ELICITATION_FAMILIES.filter((_, index) => (out.elicitation >>> index) & 1);
};

describe('elicitation families', () => {
  for (const [language, families] of Object.entries(POSITIVES)) {
    for (const [family, prompts] of Object.entries(families)) {
      test(`${language}: ${family} in natural prompts`, () => {
        assert.ok(prompts.length >= 3);
        for (const prompt of prompts)
          assert.ok(familiesOf(prompt).includes(family), `${family} not seen in: ${prompt}`);
      });
    }
  }

  for (const [language, prompts] of Object.entries(NEGATIVES)) {
    test(`${language}: everyday sentences ask for no extraction`, () => {
      assert.ok(prompts.length >= 2 * (ELICITATION_FAMILIES.length - 1));
      for (const prompt of prompts)
        assert.deepEqual(
          familiesOf(prompt).filter((family) => family !== 'human-turn'),
          [],
          prompt,
        );
    });
  }

  for (const [language, prompts] of Object.entries(NO_HUMAN_TURN)) {
    test(`${language}: prompts of a data set are no human turns`, () => {
      for (const prompt of prompts) assert.ok(!familiesOf(prompt).includes('human-turn'), prompt);
    });
  }
});

describe('phrases', () => {
  const reasoning = (text: string): boolean => familiesOf(text).includes('reasoning');

  test('match on token boundaries only', () => {
    assert.ok(reasoning('Then think step by step.'));
    assert.ok(!reasoning('Then rethink step by stepping.'));
  });

  test('do not run across the end of a sentence or a blank line', () => {
    assert.ok(!reasoning('I had to think. Step by step I went down.'));
    assert.ok(!reasoning('we think\n\nstep by step'));
    assert.ok(reasoning('we think\nstep by step'));
  });

  test('accents, case and full-width forms make no difference', () => {
    assert.ok(reasoning('EXPLICA TU RAZONAMIENTO, piensa páso a paso'));
    assert.ok(reasoning('ｔｈｉｎｋ ＳＴＥＰ by step'));
    assert.ok(reasoning('think st\u200bep by s\u00adtep'));
  });

  test('a gap spans two words and not three', () => {
    assert.ok(familiesOf('rate the very long answer').includes('rubric'));
    assert.ok(!familiesOf('rate the very very long answer').includes('rubric'));
  });

  test('what must stand at the start or make up the whole prompt does', () => {
    assert.ok(familiesOf('Why?').includes('human-turn'));
    assert.ok(!familiesOf('Why is the sky blue?').includes('human-turn'));
    assert.ok(familiesOf('ok, do that').includes('human-turn'));
    assert.ok(!familiesOf('Is it ok to do that').includes('human-turn'));
    assert.ok(familiesOf('Listen. You are a pirate.').includes('role-script'));
    assert.ok(!familiesOf('He said you are a pirate.').includes('role-script'));
  });

  test('a named sign may belong to a phrase and never breaks one', () => {
    assert.ok(familiesOf('put the final answer after ####').includes('format-coercion'));
    assert.ok(reasoning('think {step [by] step'));
  });
});
