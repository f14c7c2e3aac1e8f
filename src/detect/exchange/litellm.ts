import { isAbsent, isRow, type Row } from './fields.ts';
import { unwrap, unwrapRow } from './json-line.ts';

/**
 * LiteLLM's StandardLoggingPayload. Field names: LiteLLM documentation, "StandardLoggingPayload
 * Specification", and `StandardLoggingPayload`, `StandardLoggingMetadata` and
 * `StandardLoggingUserAPIKeyMetadata` in litellm/types/utils.py.
 */

/** Calls that have no prompt and answer in words. */
const OTHER_CALLS =
  /embedding|image|transcription|speech|rerank|moderation|vector_store|file|batch/;
/** What LiteLLM writes in place of a message when message logging is off. */
const REDACTED = 'redacted-by-litellm';

const firstOf = (...values: unknown[]): unknown => values.find((v) => !isAbsent(v)) ?? null;

/** `startTime` is epoch seconds as a float; some sinks write RFC 3339. */
const timeOf = (value: unknown): unknown =>
  typeof value === 'number' && value < 1e11 ? Math.round(value * 1000) : value;

const promptOf = (messages: unknown): Row => {
  const given = unwrap(messages);
  const list = isRow(given) ? (given.messages ?? given.input ?? given.prompt) : given;
  if (Array.isArray(list)) {
    const redacted = list.some((m) => isRow(m) && m.content === REDACTED);
    return redacted ? {} : { messages: list };
  }
  return typeof list === 'string' && list !== REDACTED ? { prompt: list } : {};
};

const statusOf = (row: Row): unknown => {
  if (row.status !== 'failure') return row.status === 'success' ? 200 : null;
  const error = unwrapRow(row.error_information);
  return firstOf(error.error_code, 500);
};

/** A payload as a native row; null when the call has no prompt and answer in words. */
export const litellmToNative = (line: Row): Row | null => {
  const row = isRow(line.standard_logging_object) ? line.standard_logging_object : line;
  if (OTHER_CALLS.test(String(row.call_type ?? ''))) return null;
  const key = unwrapRow(row.metadata);
  const asked = unwrapRow(row.model_parameters);
  const response = unwrapRow(row.response);
  const usage = firstRow(response.usage, key.usage_object);
  const details = firstRow(usage.completion_tokens_details, usage.output_tokens_details);
  const choice =
    Array.isArray(response.choices) && isRow(response.choices[0]) ? response.choices[0] : {};
  return {
    ...promptOf(row.messages),
    timestamp: timeOf(row.startTime),
    account_id: firstOf(
      key.user_api_key_hash,
      key.user_api_key_alias,
      key.user_api_key_user_id,
      key.user_api_key_team_id,
    ),
    organization_id: firstOf(key.user_api_key_org_id, key.user_api_key_team_id, key.team_id),
    end_user_id: firstOf(row.end_user, key.user_api_key_end_user_id),
    exchange_id: firstOf(row.id, row.litellm_call_id),
    conversation_id: firstOf(row.session_id, row.trace_id),
    model: firstOf(row.model_group, row.model),
    prompt_tokens: row.prompt_tokens,
    response_tokens: row.completion_tokens,
    reasoning_tokens: details.reasoning_tokens,
    max_tokens: firstOf(asked.max_completion_tokens, asked.max_tokens),
    temperature: asked.temperature,
    n: asked.n,
    logprobs: firstOf(asked.logprobs, asked.top_logprobs),
    stream: firstOf(row.stream, asked.stream),
    tools: firstOf(asked.tools, asked.functions),
    finish_reason: choice.finish_reason,
    status: statusOf(row),
    ip: firstOf(row.requester_ip_address, key.requester_ip_address),
    user_agent: firstOf(row.user_agent, key.user_agent),
  };
};

const firstRow = (...values: unknown[]): Row => values.find(isRow) ?? {};
