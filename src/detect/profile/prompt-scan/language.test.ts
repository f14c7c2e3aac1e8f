import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NEGATIVES } from './fixtures/negatives.ts';
import { POSITIVES } from './fixtures/positives.ts';
import { createPromptScan, LANGUAGES, scanPrompt } from './prompt-scan.ts';

const out = createPromptScan();
const languageOf = (text: string): string => {
  scanPrompt(text, out);
  return LANGUAGES[out.language]!;
};

for (const [language, prompts] of Object.entries(NEGATIVES)) {
  test(`${language}: everyday sentences are recognised`, () => {
    for (const prompt of prompts) assert.equal(languageOf(prompt), language, prompt);
  });
}

test('short prompts are recognised, or left open, and never taken for another language', () => {
  for (const [language, families] of Object.entries(POSITIVES))
    for (const prompt of Object.values(families).flat())
      assert.ok([language, 'other'].includes(languageOf(prompt)), `${language}: ${prompt}`);
});

test('at most one in fifty of the short prompts is left open', () => {
  const all = Object.values(POSITIVES).flatMap((families) => Object.values(families).flat());
  const open = all.filter((prompt) => languageOf(prompt) === 'other');
  assert.ok(open.length * 50 <= all.length, open.join('\n'));
});

const NEIGHBOURS: Record<string, string> = {
  portuguese: 'Não sei o que você quer dizer com isso, mas a casa é muito bonita.',
  italian: 'Non so che cosa vuoi dire, ma la casa è molto bella e il giardino è grande.',
  dutch: 'Ik weet niet wat je bedoelt, maar het huis is erg mooi en de tuin is groot.',
  polish: 'Nie wiem, co masz na myśli, ale dom jest bardzo ładny.',
  turkish: 'Ne demek istediğini bilmiyorum ama ev çok güzel ve bahçe büyük.',
  indonesian: 'Saya tidak tahu apa yang kamu maksud, tetapi rumah itu sangat bagus.',
  ukrainian: 'Я не знаю, що ви маєте на увазі, але її будинок дуже гарний і великий.',
  arabic: 'لا أعرف ماذا تقصد ولكن البيت جميل جدا',
};

for (const [name, text] of Object.entries(NEIGHBOURS))
  test(`${name} is other`, () => assert.equal(languageOf(text), 'other'));

test('the language of the request counts, not the terms in it', () => {
  assert.equal(languageOf('用Python写一个quick sort函数'), 'zh');
  assert.equal(languageOf('Pythonでquick sortを書いてください'), 'ja');
  assert.equal(languageOf('What does 你好 mean in English?'), 'en');
});

test('numbers, code and nothing at all are other', () => {
  for (const text of ['', '42', '2+2=', 'x = foo(bar, baz)', '🙂🙂'])
    assert.equal(languageOf(text), 'other');
});
