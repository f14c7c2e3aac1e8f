import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ELICITATION_FAMILIES } from './families.ts';
import { LEXICONS } from './lexicon/all.ts';
import { NO_PHRASE_LANGUAGE } from './lexicon/neighbours.ts';
import { AT_PROMPT, AT_SENTENCE, GAP_CHARACTERS, GAP_WORDS, parsePhrase } from './pattern.ts';

test('anchors, gaps and choices', () => {
  assert.equal(parsePhrase('^you are').start, AT_SENTENCE);
  const whole = parsePhrase('^^why (not|)$');
  assert.equal(whole.start, AT_PROMPT);
  assert.ok(whole.toEnd);
  assert.deepEqual(
    whole.elements.map((e) => e.kind),
    ['token', 'choice'],
  );
  assert.deepEqual(parsePhrase('a * b').elements[1], { kind: 'gap', length: GAP_WORDS });
  assert.deepEqual(parsePhrase('请*答').elements[1], { kind: 'gap', length: GAP_CHARACTERS });
});

test('a phrase that could match nothing, or does not balance, is refused', () => {
  for (const phrase of ['', '*', '(a|)', '^^', '(a|b', 'a)', 'a|b'])
    assert.throws(() => parsePhrase(phrase), RangeError, phrase);
});

test('every language has at least eight phrases or choices for each family', () => {
  for (const { language, phrases } of LEXICONS) {
    if (language === NO_PHRASE_LANGUAGE) continue;
    for (const family of ELICITATION_FAMILIES) {
      const readings = phrases[family].reduce((sum, p) => sum + p.split('|').length, 0);
      assert.ok(readings >= 8, `${language} ${family}: ${readings}`);
    }
  }
});
