import type { Exchange } from '../exchange/exchange.ts';
import { type PromptSample, SAMPLE_CHARS } from './profile.ts';
import type { PromptScan } from './prompt-scan/prompt-scan.ts';

const GAP = ' … ';
const HEAD = Math.floor((SAMPLE_CHARS * 2) / 3);
const TAIL = SAMPLE_CHARS - HEAD - GAP.length;

/** Head and tail of a prompt, as a string of its own. */
const sampleText = (prompt: string): string => {
  if (prompt.length <= SAMPLE_CHARS) return prompt;
  const text = `${prompt.slice(0, HEAD)}${GAP}${prompt.slice(prompt.length - TAIL)}`;
  // A slice keeps the whole prompt alive, up to 128 KB for the sake of 480 characters.
  const encoding = text.isWellFormed() ? 'utf8' : 'utf16le';
  return Buffer.from(text, encoding).toString(encoding);
};

/** The sample of a prompt that was just scanned. */
export const samplePrompt = (exchange: Exchange, scan: PromptScan): PromptSample => ({
  text: sampleText(exchange.prompt),
  characters: exchange.prompt.length,
  templateId: exchange.templateId,
  at: exchange.timestamp,
  responseTokens: exchange.responseTokens,
  language: scan.language,
  elicitation: scan.elicitation,
  firstTurn: exchange.priorTurns === 0,
});
