/**
 * Rows as JSON text. What never changes about an account is written once and reused, which is a
 * third of a row; a test holds every line equal to what JSON.stringify would say.
 */
import type { TrafficRow } from './rows.ts';

/** Fields that are the same on every row of an account. */
const constantOf = (row: TrafficRow): string =>
  JSON.stringify({
    account_id: row.account_id,
    organization_id: row.organization_id,
    system_prompt: row.system_prompt,
    max_tokens: row.max_tokens,
    temperature: row.temperature,
    stream: row.stream,
    tools: row.tools,
    user_agent: row.user_agent,
    ja4: row.ja4,
  }).slice(1, -1);

/** A function from a row to one line with its line feed; keeps one short text per account. */
export const createSerializer = (): ((row: TrafficRow) => string) => {
  const constants = new Map<string, string>();
  return (row) => {
    let constant = constants.get(row.account_id);
    if (constant === undefined) {
      constant = constantOf(row);
      constants.set(row.account_id, constant);
    }
    // Only what may hold quotes or controls needs escaping; ids, names and addresses are ours.
    let line = `{"timestamp":"${row.timestamp}","exchange_id":"${row.exchange_id}",${constant}`;
    if (row.end_user_id !== undefined) line += `,"end_user_id":"${row.end_user_id}"`;
    if (row.conversation_id !== undefined) line += `,"conversation_id":"${row.conversation_id}"`;
    line +=
      row.messages === undefined
        ? `,"prompt":${JSON.stringify(row.prompt)}`
        : `,"messages":${JSON.stringify(row.messages)}`;
    line += `,"model":"${row.model}","prompt_tokens":${row.prompt_tokens},"response_tokens":${row.response_tokens}`;
    if (row.reasoning_tokens !== undefined) line += `,"reasoning_tokens":${row.reasoning_tokens}`;
    if (row.n !== undefined) line += `,"n":${row.n}`;
    if (row.logprobs !== undefined) line += `,"logprobs":${row.logprobs}`;
    if (row.finish_reason !== undefined) line += `,"finish_reason":"${row.finish_reason}"`;
    return `${line},"status":${row.status},"ip":"${row.ip}","asn":"${row.asn}","country":"${row.country}"}\n`;
  };
};
