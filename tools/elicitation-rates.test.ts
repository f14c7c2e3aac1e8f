import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { ELICITATION_FAMILIES } from '../src/detect/profile/prompt-scan/prompt-scan.ts';
import {
  BEGIN,
  END,
  promptsOf,
  ratesOf,
  ratesTable,
  replaceMeasured,
} from './elicitation-rates.ts';

test('counts each prompt once per family and once per language', () => {
  const prompts = promptsOf(
    '{"prompt":"Think step by step. Think step by step."}\n\n{"text":"no prompt"}\n{"prompt":"Hvad?"}\n',
  );
  const rates = ratesOf('c', prompts);
  assert.equal(rates.prompts, 2);
  assert.equal(rates.families[ELICITATION_FAMILIES.indexOf('reasoning')], 1);
  assert.equal(
    rates.languages.reduce((a, b) => a + b, 0),
    2,
  );
  assert.match(ratesTable([rates]), /\| c \| 2 \| 50\.0 \|/);
});

test('only what stands between the markers is replaced', () => {
  assert.equal(
    replaceMeasured(`a\n${BEGIN}\nold\n${END}\nz`, 'new'),
    `a\n${BEGIN}\n\nnew\n\n${END}\nz`,
  );
  assert.throws(() => replaceMeasured('no markers', 'new'), RangeError);
});

test('the reference names every family', () => {
  const page = readFileSync(join(import.meta.dirname, '../docs/reference/elicitation.md'), 'utf8');
  for (const family of ELICITATION_FAMILIES) assert.ok(page.includes(`\`${family}\``), family);
});
