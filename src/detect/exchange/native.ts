import { type Chat, readChat } from './chat.ts';
import type { Exchange } from './exchange.ts';
import {
  asnOf,
  cut,
  flagOf,
  idOf,
  isAbsent,
  numberOf,
  type Row,
  textOf,
  timestampOf,
  wholeOf,
} from './fields.ts';
import { type NativeRow, settle } from './native-row.ts';
import { MAX_PROMPT, MAX_TEXT, type RejectReason } from './reject.ts';

export { NATIVE_FIELDS } from './native-row.ts';

const messagesOf = (row: NativeRow): readonly unknown[] | null =>
  Array.isArray(row.messages) ? row.messages : Array.isArray(row.prompt) ? row.prompt : null;

/** Output tokens; a failed request without a count answered nothing. */
const tokensOf = (row: NativeRow, status: number | null): number | RejectReason => {
  if (!isAbsent(row.response_tokens))
    return wholeOf(row.response_tokens) ?? 'RESPONSE_TOKENS_INVALID';
  if (status !== null && status >= 400) return 0;
  // The text of the answer is used for its size alone: four bytes of UTF-8 to a token.
  return typeof row.response === 'string'
    ? Math.ceil(Buffer.byteLength(row.response) / 4)
    : 'RESPONSE_TOKENS_MISSING';
};

/** One native row (docs/reference/exchange-log.md) as an exchange, or why it is none. */
export const mapNative = (row: Row): Exchange | RejectReason => mapSettled(settle(row));

/** As `mapNative`, of a row whose fields were found already. */
export const mapSettled = (row: NativeRow): Exchange | RejectReason => {
  const timestamp = timestampOf(row.timestamp);
  if (timestamp === null) return 'TIMESTAMP_MISSING';
  if (Number.isNaN(timestamp)) return 'TIMESTAMP_INVALID';
  const accountId = idOf(row.account_id);
  if (accountId === null) return 'ACCOUNT_MISSING';
  if (accountId === undefined) return 'ACCOUNT_INVALID';

  const messages = messagesOf(row);
  const chat: Chat | null = messages === null ? null : readChat(messages);
  const promptHash = idOf(row.prompt_hash) ?? null;
  const templateId = idOf(row.template_id) ?? null;
  const text =
    typeof row.prompt === 'string' ? cut(row.prompt, MAX_PROMPT) : (chat?.prompt ?? null);
  if (text === null && promptHash === null && templateId === null) return 'PROMPT_MISSING';

  const status = wholeOf(row.status, 100, 599);
  const responseTokens = tokensOf(row, status);
  if (typeof responseTokens === 'string') return responseTokens;
  const system = textOf(row.system_prompt) ?? (chat?.system ? cut(chat.system, MAX_TEXT) : null);

  return {
    timestamp,
    accountId,
    prompt: text ?? '',
    responseTokens,
    exchangeId: idOf(row.exchange_id) ?? null,
    organizationId: idOf(row.organization_id) ?? null,
    endUserId: idOf(row.end_user_id) ?? null,
    conversationId: idOf(row.conversation_id) ?? null,
    model: textOf(row.model),
    promptTokens: wholeOf(row.prompt_tokens),
    reasoningTokens: wholeOf(row.reasoning_tokens),
    maxTokens: wholeOf(row.max_tokens),
    temperature: numberOf(row.temperature),
    n: wholeOf(row.n, 1),
    logprobs: flagOf(row.logprobs),
    stream: flagOf(row.stream),
    tools: flagOf(row.tools) || (chat?.tools ?? false),
    systemPrompt: system,
    finishReason: textOf(row.finish_reason),
    status,
    ip: textOf(row.ip),
    asn: asnOf(row.asn),
    country: textOf(row.country),
    userAgent: textOf(row.user_agent),
    ja4: textOf(row.ja4),
    priorTurns: chat?.priorTurns ?? 0,
    contextHash: chat?.contextHash ?? 0,
    promptHash,
    templateId,
  };
};
