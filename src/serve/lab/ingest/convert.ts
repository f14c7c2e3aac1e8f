/** Requests of other formats to native rows, with the configured mapping of attributes. */
import { createHmac } from 'node:crypto';
import { cloudflareRows, cloudflareToNative } from '../../../detect/exchange/cloudflare.ts';
import { isAbsent, isRow, type Row } from '../../../detect/exchange/fields.ts';
import { litellmToNative } from '../../../detect/exchange/litellm.ts';
import { attributesOf, otelToNative, spansOf } from '../../../detect/exchange/otel.ts';
import { MAPPED_ACCOUNT_FIELDS, MAPPED_FIELDS, type Mapping } from '../config/config.ts';

/** Rows by the stream they belong to. */
export interface Converted {
  readonly whole: Row[];
  readonly content: Row[];
  readonly network: Row[];
  readonly accounts: Row[];
}

export const nothing = (): Converted => ({ whole: [], content: [], network: [], accounts: [] });

type Lookup = (name: string) => unknown;

const firstOf = (names: readonly string[] | undefined, lookup: Lookup): unknown => {
  for (const name of names ?? []) {
    const value = lookup(name);
    if (!isAbsent(value)) return value;
  }
  return undefined;
};

const mapped = (row: Row, mapping: Mapping, lookup: Lookup): Row => {
  const found: Record<string, unknown> = {};
  for (const field of MAPPED_FIELDS) {
    const value = firstOf(mapping[field], lookup);
    if (value !== undefined) found[field] = value;
  }
  return { ...row, ...found };
};

/** What the same record says of the account itself, if the mapping names such attributes. */
const accountOf = (row: Row, mapping: Mapping, lookup: Lookup): Row | null => {
  const found: Record<string, unknown> = {};
  for (const field of MAPPED_ACCOUNT_FIELDS) {
    const value = firstOf(mapping[field], lookup);
    if (value !== undefined) found[field] = value;
  }
  if (Object.keys(found).length === 0 || isAbsent(row.account_id)) return null;
  return { account_id: row.account_id, organization_id: row.organization_id, ...found };
};

const hasPrompt = (row: Row): boolean =>
  [row.prompt, row.messages, row.prompt_hash, row.template_id].some((v) => !isAbsent(v));

const MESSAGE = /^gen_ai\.(system|user|assistant|tool)\.message$/;

/** The message that a log record is (events of the GenAI conventions before 1.37), or null. */
const messageOf = (record: Row): Row | null => {
  const attributes = attributesOf(record.attributes);
  const name = String(record.eventName || attributes.get('event.name') || '');
  const role = MESSAGE.exec(name)?.[1];
  if (role === undefined) return null;
  const body = attributesOf({ body: record.body }).get('body');
  return { role, ...(isRow(body) ? body : { content: body }) };
};

const requestId = (record: Row): string | null =>
  isAbsent(record.spanId) ? null : `${String(record.traceId ?? '')}:${String(record.spanId)}`;

/**
 * Spans and log records of one OTLP request. A span that carries its prompt is whole; one that does
 * not waits as the network half for the log records of its messages.
 */
export const fromOtlp = (request: Row, mapping: Mapping): Converted => {
  const out = nothing();
  const messages = new Map<string, Row[]>();
  for (const record of spansOf(request)) {
    const message = messageOf(record);
    if (message !== null) {
      const id = requestId(record);
      if (id !== null) messages.set(id, [...(messages.get(id) ?? []), message]);
      continue;
    }
    const row = otelToNative(record);
    if (row === null) continue;
    const own = attributesOf(record.attributes);
    const resource = attributesOf(record.resource);
    const lookup: Lookup = (name) => own.get(name) ?? resource.get(name);
    const full = mapped(row, mapping, lookup);
    const account = accountOf(full, mapping, lookup);
    if (account !== null) out.accounts.push(account);
    // A log record with the details of an inference is the content half of its span; one without
    // messages of the request (an answer, gen_ai.choice) says nothing that is counted.
    if (record.observedTimeUnixNano !== undefined) {
      if (hasPrompt(full)) out.content.push(full);
    } else if (hasPrompt(full)) out.whole.push(full);
    else out.network.push(full);
  }
  for (const [id, list] of messages) out.content.push({ exchange_id: id, messages: list });
  return out;
};

const byPath =
  (row: Row): Lookup =>
  (name) => {
    let value: unknown = row;
    for (const part of name.split('.')) value = isRow(value) ? value[part] : undefined;
    return value;
  };

/** LiteLLM's logging payloads: one, or a list of them. */
export const fromLitellm = (rows: readonly Row[], mapping: Mapping): Converted => {
  const out = nothing();
  for (const payload of rows) {
    const row = litellmToNative(payload);
    if (row === null) continue;
    const inner = isRow(payload.standard_logging_object)
      ? payload.standard_logging_object
      : payload;
    const lookup = byPath(inner);
    const full = mapped(row, mapping, lookup);
    out.whole.push(full);
    const account = accountOf(full, mapping, lookup);
    if (account !== null) out.accounts.push(account);
  }
  return out;
};

export const fromCloudflare = (rows: readonly Row[], mapping: Mapping): Converted => {
  const out = nothing();
  for (const record of rows)
    for (const one of cloudflareRows(record)) {
      const row = cloudflareToNative(one);
      if (isRow(row)) out.whole.push(mapped(row, mapping, byPath(one)));
    }
  return out;
};

const TEXTS = ['prompt', 'messages', 'response', 'system_prompt'] as const;

/** A row without its texts: the prompt becomes a keyed digest, so that equal ones stay equal here. */
export const withoutContent = (row: Row, key: Uint8Array): Row => {
  const rest: Record<string, unknown> = { ...row };
  const asked = row.prompt ?? row.messages;
  for (const name of TEXTS) delete rest[name];
  if (isAbsent(row.prompt_hash) && !isAbsent(asked))
    rest.prompt_hash = createHmac('sha256', key)
      .update(typeof asked === 'string' ? asked : JSON.stringify(asked))
      .digest('base64url')
      .slice(0, 32);
  // Without a count of tokens, the text of the answer would have been measured.
  if (isAbsent(row.response_tokens) && typeof row.response === 'string')
    rest.response_tokens = Math.ceil(Buffer.byteLength(row.response) / 4);
  return rest;
};
