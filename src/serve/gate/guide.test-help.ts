/** The configurations in the guides are the ones that are tested. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

/** The first block in this language of a guide, with its words in capitals replaced. */
export const configOf = (
  guide: string,
  language: string,
  words: Readonly<Record<string, string | number>>,
): string => {
  const url = new URL(`../../../docs/guides/gateways/${guide}.md`, import.meta.url);
  const block = new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``).exec(
    readFileSync(url, 'utf8'),
  );
  assert.ok(block, `${guide}.md has no block of ${language}`);
  let config = block[1]!;
  for (const [word, value] of Object.entries(words)) {
    assert.ok(config.includes(word), `${guide}.md does not say ${word}`);
    config = config.replaceAll(word, String(value));
  }
  return config;
};
