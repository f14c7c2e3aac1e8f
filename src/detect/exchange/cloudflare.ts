import { isAbsent, isRow, type Row } from './fields.ts';
import { unwrapRow } from './json-line.ts';
import type { RejectReason } from './reject.ts';

/**
 * Cloudflare AI Gateway, two shapes. The logs API (`GET .../ai-gateway/gateways/{id}/logs`, fields
 * `id`, `created_at`, `model`, `status_code`, `success`, `tokens_in`, `tokens_out`, `metadata`,
 * ...: Cloudflare API reference, "AI Gateway, List Gateway Logs"), one log or one page per line; and
 * Workers Logpush, whose `Metadata`, `RequestBody` and `ResponseBody` arrive encrypted and must be
 * decrypted first (Cloudflare documentation, "AI Gateway, Workers Logpush"). The gateway does not
 * know the provider's accounts: they come from the custom metadata (`cf-aig-metadata`).
 */

/** First choice first (docs/reference/exchange-log.md, "Which attribute is the account"). */
const ACCOUNT = ['account_id', 'account', 'api_key_id', 'customer_id', 'user_id', 'userId', 'user'];

const firstOf = (...values: unknown[]): unknown => values.find((v) => !isAbsent(v)) ?? null;

/** The logs of one line: a page of the API, or the one log that the line is. */
export const cloudflareRows = (row: Row): Iterable<Row> =>
  Array.isArray(row.result) ? row.result.filter(isRow) : [row];

const isEncrypted = (value: unknown): boolean =>
  isRow(value) && typeof value.key === 'string' && typeof value.iv === 'string' && 'data' in value;

const statusOf = (row: Row): unknown => {
  const status = firstOf(row.status_code, row.StatusCode);
  if (status !== null) return status;
  if (row.RateLimited === true) return 429;
  return row.success === false ? 500 : row.success === true ? 200 : null;
};

/** Last resort: an OpenAI-shaped answer tells when it was made, in epoch seconds. */
const createdOf = (response: Row): number | null =>
  typeof response.created === 'number' ? response.created * 1000 : null;

/** A log as a native row, or why it is none. */
export const cloudflareToNative = (row: Row): Row | RejectReason => {
  if (isEncrypted(row.RequestBody) || isEncrypted(row.Metadata)) return 'ROW_ENCRYPTED';
  const metadata = unwrapRow(firstOf(row.metadata, row.Metadata));
  const request = unwrapRow(firstOf(row.request, row.request_body, row.RequestBody));
  const response = unwrapRow(firstOf(row.response, row.response_body, row.ResponseBody));
  const usage = unwrapRow(response.usage);
  const details = unwrapRow(firstOf(usage.completion_tokens_details, usage.output_tokens_details));
  const choice =
    Array.isArray(response.choices) && isRow(response.choices[0]) ? response.choices[0] : {};
  const input = firstOf(request.messages, request.input, request.prompt);
  return {
    ...(Array.isArray(input) ? { messages: input } : { prompt: input }),
    timestamp: firstOf(row.created_at, row.Timestamp, row.Datetime, createdOf(response)),
    account_id: firstOf(...ACCOUNT.map((name) => metadata[name])),
    organization_id: firstOf(metadata.organization_id, metadata.org_id, metadata.team),
    end_user_id: firstOf(metadata.end_user_id, request.safety_identifier, request.user),
    exchange_id: firstOf(row.id, row.event_id, response.id),
    conversation_id: firstOf(metadata.conversation_id, metadata.session_id),
    model: firstOf(row.model, row.Model, request.model),
    prompt_tokens: firstOf(row.tokens_in, usage.prompt_tokens, usage.input_tokens),
    response_tokens: firstOf(row.tokens_out, usage.completion_tokens, usage.output_tokens),
    reasoning_tokens: details.reasoning_tokens,
    max_tokens: firstOf(
      request.max_completion_tokens,
      request.max_output_tokens,
      request.max_tokens,
    ),
    temperature: request.temperature,
    n: request.n,
    logprobs: firstOf(request.logprobs, request.top_logprobs),
    stream: request.stream,
    tools: firstOf(request.tools, request.functions),
    system_prompt: firstOf(request.system, request.instructions),
    finish_reason: firstOf(choice.finish_reason, response.stop_reason),
    status: statusOf(row),
    ip: firstOf(metadata.ip, metadata.client_ip),
    country: metadata.country,
    user_agent: metadata.user_agent,
    prompt_hash: metadata.prompt_hash,
    template_id: metadata.template_id,
  };
};
