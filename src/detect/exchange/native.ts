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
import { MAX_PROMPT, MAX_TEXT, type RejectReason } from './reject.ts';

export const NATIVE_FIELDS = [
  'timestamp',
  'account_id',
  'prompt',
  'messages',
  'response_tokens',
  'response',
  'exchange_id',
  'organization_id',
  'end_user_id',
  'conversation_id',
  'model',
  'prompt_tokens',
  'reasoning_tokens',
  'max_tokens',
  'temperature',
  'n',
  'logprobs',
  'stream',
  'tools',
  'system_prompt',
  'finish_reason',
  'status',
  'ip',
  'asn',
  'country',
  'user_agent',
  'ja4',
  'prompt_hash',
  'template_id',
] as const;
type NativeRow = Readonly<Record<(typeof NATIVE_FIELDS)[number], unknown>>;

const SLOT: ReadonlyMap<string, number> = new Map(NATIVE_FIELDS.map((name, i) => [name, i]));
const slots: unknown[] = new Array(NATIVE_FIELDS.length).fill(undefined);

/**
 * The known fields of a row in one fixed shape. Rows that leave out different optional fields have
 * as many hidden classes, and reading 29 fields by name from hundreds of classes takes three times
 * as long as parsing the row; walking its keys once costs the same for every shape.
 */
const settle = (row: Row): NativeRow => {
  slots.fill(undefined);
  const keys = Object.keys(row);
  const values = Object.values(row);
  for (let i = 0; i < keys.length; i++) {
    const slot = SLOT.get(keys[i]!);
    if (slot !== undefined) slots[slot] = values[i];
  }
  return {
    timestamp: slots[0],
    account_id: slots[1],
    prompt: slots[2],
    messages: slots[3],
    response_tokens: slots[4],
    response: slots[5],
    exchange_id: slots[6],
    organization_id: slots[7],
    end_user_id: slots[8],
    conversation_id: slots[9],
    model: slots[10],
    prompt_tokens: slots[11],
    reasoning_tokens: slots[12],
    max_tokens: slots[13],
    temperature: slots[14],
    n: slots[15],
    logprobs: slots[16],
    stream: slots[17],
    tools: slots[18],
    system_prompt: slots[19],
    finish_reason: slots[20],
    status: slots[21],
    ip: slots[22],
    asn: slots[23],
    country: slots[24],
    user_agent: slots[25],
    ja4: slots[26],
    prompt_hash: slots[27],
    template_id: slots[28],
  };
};

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
export const mapNative = (given: Row): Exchange | RejectReason => {
  const row = settle(given);
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
