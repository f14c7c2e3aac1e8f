import { cut, isRow, type Row } from './fields.ts';
import { hashText } from './hash.ts';
import { MAX_PROMPT } from './reject.ts';

/** What the chat messages of one request say. */
export interface Chat {
  /** Text of the last user turn; null when no user spoke. */
  readonly prompt: string | null;
  readonly priorTurns: number;
  readonly contextHash: number;
  readonly tools: boolean;
  readonly system: string | null;
}

const TOOL_PARTS = /^(tool_result|tool_use|tool_call|tool_call_response|function_call_output)$/;

/** The text of a message: a string, or the text parts of an array joined by new lines. */
export const contentText = (message: Row): string => {
  const content = message.content ?? message.parts; // OTel 1.37 and Gemini call it parts
  if (typeof content === 'string')
    return content.length > MAX_PROMPT ? cut(content, MAX_PROMPT) : content;
  if (!Array.isArray(content)) return '';
  let text = '';
  for (const part of content) {
    const piece =
      typeof part === 'string' ? part : isRow(part) ? (part.text ?? part.content) : undefined;
    if (typeof piece !== 'string' || (isRow(part) && TOOL_PARTS.test(String(part.type)))) continue;
    text += text === '' ? piece : `\n${piece}`;
    if (text.length > MAX_PROMPT) return cut(text, MAX_PROMPT);
  }
  return text;
};

const partTypes = (message: Row): string[] => {
  const content = message.content ?? message.parts;
  return Array.isArray(content) ? content.map((p) => (isRow(p) ? String(p.type) : '')) : [];
};

/**
 * Reads chat messages (OpenAI, Anthropic, OTel and Gemini shapes). A user message that only hands
 * back a tool's result is no user turn: a coding agent would otherwise look like a chatty person.
 */
export const readChat = (messages: readonly unknown[]): Chat => {
  let turns = 0;
  let prompt: string | null = null;
  let firstUser = '';
  let firstAnswer: string | null = null;
  let system: string | null = null;
  let tools = false;
  for (const message of messages) {
    if (!isRow(message)) continue;
    const types = partTypes(message);
    const toolParts = types.filter((t) => TOOL_PARTS.test(t)).length;
    const calls = message.tool_calls;
    if (toolParts > 0 || (Array.isArray(calls) && calls.length > 0)) tools = true;
    switch (message.role) {
      case 'user':
      case 'human':
        if (types.length > 0 && toolParts === types.length) break;
        prompt = contentText(message);
        if (turns++ === 0) firstUser = prompt;
        break;
      case 'assistant':
      case 'model':
        firstAnswer ??= contentText(message);
        break;
      case 'system':
      case 'developer':
        system ??= contentText(message);
        break;
      case 'tool':
      case 'function':
        tools = true;
    }
  }
  const priorTurns = Math.max(0, turns - 1);
  // 0 is kept for "no prior turns", so a hash of 0 becomes 1.
  const contextHash =
    priorTurns === 0 ? 0 : hashText(firstAnswer ?? '', hashText(firstUser, 0)) || 1;
  return { prompt, priorTurns, contextHash, tools, system };
};
