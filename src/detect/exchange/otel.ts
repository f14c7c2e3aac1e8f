import { contentText } from './chat.ts';
import { isAbsent, isRow, type Row } from './fields.ts';
import { unwrap } from './json-line.ts';

/**
 * OpenTelemetry GenAI spans and events. Attribute names: OpenTelemetry semantic conventions,
 * registry page "Gen AI" with its deprecated section (`gen_ai.prompt`, `gen_ai.system`,
 * `gen_ai.usage.prompt_tokens`, ...), and the pages "End User", "Client", "User agent", "HTTP".
 * Values: OTLP/JSON (opentelemetry-proto, common/v1 AnyValue), or plain JSON in flat exports.
 */

/** Operations that are no call to a model; an agent span would count its inner calls twice. */
const OTHER_OPERATIONS = /^(execute_tool|embeddings|create_agent|invoke_agent|retrieval)$/;

/** First choice first (docs/reference/exchange-log.md, "Which attribute is the account"). */
const ACCOUNT = [
  'account_id',
  'account.id',
  'user.account_id',
  'metadata.user_api_key_hash',
  'enduser.id',
  'enduser.pseudo.id',
  'user.id',
  'user_id',
];
const END_USER = ['end_user_id', 'enduser.id', 'enduser.pseudo.id', 'user.id'];
const ORGANIZATION = ['organization_id', 'organization.id', 'user.organization_id', 'tenant.id'];

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** An OTLP AnyValue, or the value itself when it is none. */
const plain = (value: unknown): unknown => {
  if (!isRow(value)) return value;
  if ('stringValue' in value) return value.stringValue;
  if ('intValue' in value) return Number(value.intValue); // a decimal string in OTLP/JSON
  if ('doubleValue' in value) return value.doubleValue;
  if ('boolValue' in value) return value.boolValue;
  if (isRow(value.arrayValue)) return listOf(value.arrayValue.values).map(plain);
  if (isRow(value.kvlistValue)) return Object.fromEntries(attributesOf(value.kvlistValue.values));
  return value;
};

/** Attributes as OTLP writes them ([{key, value}]) or as a plain object. */
export const attributesOf = (value: unknown): Map<string, unknown> => {
  const attributes = new Map<string, unknown>();
  for (const entry of listOf(value))
    if (isRow(entry) && typeof entry.key === 'string')
      attributes.set(entry.key, plain(entry.value));
  if (isRow(value)) for (const key of Object.keys(value)) attributes.set(key, plain(value[key]));
  return attributes;
};

/** The spans or log records of one line: an OTLP batch, or the one flat span that the line is. */
export function* spansOf(row: Row): Generator<Row> {
  const groups = [...listOf(row.resourceSpans), ...listOf(row.resourceLogs)].filter(isRow);
  if (groups.length === 0) yield row;
  for (const group of groups) {
    const resource = isRow(group.resource) ? group.resource.attributes : undefined;
    const scopes = [...listOf(group.scopeSpans), ...listOf(group.scopeLogs)].filter(isRow);
    for (const scope of scopes)
      for (const span of [...listOf(scope.spans), ...listOf(scope.logRecords)])
        if (isRow(span)) yield { ...span, resource };
  }
}

/** Epoch milliseconds from nanoseconds as a digit string or number; other times pass through. */
const timeOf = (value: unknown): unknown => {
  if (typeof value === 'number' && value > 1e16) return Math.floor(value / 1e6);
  return typeof value === 'string' && /^\d{18,20}$/.test(value)
    ? Number(value.slice(0, -6))
    : value;
};

/** gen_ai.prompt.0.role, gen_ai.prompt.0.content, ...: one attribute per message and field. */
const indexedMessages = (attributes: Map<string, unknown>): Row[] => {
  const messages: Row[] = [];
  for (let i = 0; attributes.has(`gen_ai.prompt.${i}.role`); i++)
    messages.push({
      role: attributes.get(`gen_ai.prompt.${i}.role`),
      content: unwrap(attributes.get(`gen_ai.prompt.${i}.content`)),
    });
  return messages;
};

/** Prompts recorded as span events: gen_ai.content.prompt, gen_ai.user.message and its kin. */
const eventMessages = (events: unknown): Row[] => {
  const messages: Row[] = [];
  for (const event of listOf(events)) {
    if (!isRow(event)) continue;
    const attributes = attributesOf(event.attributes);
    const role = /^gen_ai\.(system|user|assistant|tool)\.message$/.exec(String(event.name))?.[1];
    if (role !== undefined) messages.push({ role, content: attributes.get('content') });
    const prompt = unwrap(attributes.get('gen_ai.prompt'));
    if (Array.isArray(prompt)) messages.push(...prompt.filter(isRow));
    else if (typeof prompt === 'string') messages.push({ role: 'user', content: prompt });
  }
  return messages;
};

const promptOf = (span: Row, attributes: Map<string, unknown>): Row => {
  const given = unwrap(
    attributes.get('gen_ai.input.messages') ??
      attributes.get('gen_ai.prompt') ??
      attributes.get('gen_ai.prompt_json'), // Cloudflare AI Gateway's OpenTelemetry export
  );
  if (Array.isArray(given)) return { messages: given };
  if (isRow(given)) return { messages: given.messages, prompt: given.prompt };
  if (typeof given === 'string') return { prompt: given };
  const messages = [...indexedMessages(attributes), ...eventMessages(span.events)];
  return messages.length > 0 ? { messages } : {};
};

const systemOf = (value: unknown): string | null => {
  const inner = unwrap(value);
  if (typeof inner === 'string') return inner;
  return Array.isArray(inner) ? contentText({ content: inner }) : null;
};

/** HTTP status: named, or told from the span's error status and `error.type`. */
const statusOf = (span: Row, first: (...names: string[]) => unknown): unknown => {
  const status = first('http.response.status_code', 'http.status_code');
  if (!isAbsent(status)) return status;
  const code = isRow(span.status) ? (span.status.code ?? span.status.status_code) : undefined;
  if (code !== 2 && !/ERROR/i.test(String(code))) return null;
  const type = String(first('error.type', 'exception.type') ?? '');
  if (/^[45]\d\d$/.test(type)) return type;
  return /rate.?limit|quota|too.?many/i.test(type) ? 429 : 500;
};

/** A span or event as a native row; null when it is no call to a model. */
export const otelToNative = (span: Row): Row | null => {
  const own = attributesOf(span.attributes);
  // Some exporters write the attributes beside the span's own fields, without a folder.
  const attributes = own.size > 0 ? own : attributesOf(span);
  const resource = attributesOf(
    isRow(span.resource) && 'attributes' in span.resource
      ? span.resource.attributes
      : span.resource,
  );
  let isModelCall = false;
  for (const key of attributes.keys()) if (key.startsWith('gen_ai.')) isModelCall = true;
  const operation = attributes.get('gen_ai.operation.name');
  if (!isModelCall || OTHER_OPERATIONS.test(String(operation))) return null;

  const first = (...names: string[]): unknown => {
    for (const name of names) if (!isAbsent(attributes.get(name))) return attributes.get(name);
    for (const name of names) if (!isAbsent(resource.get(name))) return resource.get(name);
    return null;
  };
  const finish = first('gen_ai.response.finish_reasons', 'gen_ai.response.finish_reason');
  const context = isRow(span.context) ? span.context : span;
  const spanId = context.spanId ?? context.span_id;
  const account = first(...ACCOUNT);
  const endUser = first(...END_USER);
  return {
    ...promptOf(span, attributes),
    timestamp: timeOf(
      span.startTimeUnixNano ??
        span.start_time_unix_nano ??
        span.timeUnixNano ??
        span.start_time ??
        span.startTime ??
        span.timestamp ??
        span.time,
    ),
    account_id: account,
    organization_id: first(...ORGANIZATION),
    end_user_id: endUser === account ? null : endUser, // nobody fans out behind himself
    // A span delivered twice has the same ids; the response id is second because of gateways that retry.
    exchange_id: isAbsent(spanId)
      ? first('gen_ai.response.id')
      : `${String(context.traceId ?? context.trace_id ?? '')}:${String(spanId)}`,
    conversation_id: first('gen_ai.conversation.id', 'session.id'),
    model: first('gen_ai.request.model', 'gen_ai.response.model'),
    prompt_tokens: first('gen_ai.usage.input_tokens', 'gen_ai.usage.prompt_tokens'),
    response_tokens: first('gen_ai.usage.output_tokens', 'gen_ai.usage.completion_tokens'),
    reasoning_tokens: first(
      'gen_ai.usage.reasoning.output_tokens',
      'gen_ai.usage.reasoning_tokens',
    ),
    max_tokens: first('gen_ai.request.max_tokens'),
    temperature: first('gen_ai.request.temperature'),
    n: first('gen_ai.request.choice.count'),
    logprobs: first('gen_ai.request.logprobs'),
    stream: first('gen_ai.request.stream', 'llm.is_streaming', 'gen_ai.is_streaming'),
    tools:
      unwrap(
        first('gen_ai.tool.definitions', 'gen_ai.request.tools', 'llm.request.functions.0.name'),
      ) !== null,
    system_prompt: systemOf(first('gen_ai.system_instructions')),
    finish_reason: Array.isArray(finish) ? finish[0] : finish,
    status: statusOf(span, first),
    ip: first('client.address', 'http.client_ip'),
    country: first('client.geo.country_iso_code', 'geo.country.iso_code'),
    user_agent: first('user_agent.original', 'http.user_agent'),
    ja4: first('tls.client.ja4'),
  };
};
