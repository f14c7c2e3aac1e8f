/**
 * A row of the simulated world as the request that would have caused it, and back. What a real request
 * brings by itself and a simulated one cannot (its time, where its address lies, how long the answer will
 * be) travels in one header, which says in its name that it is simulated.
 */
import type { ChatMessage, TrafficRow } from '../simulate/rows.ts';

export const SIMULATED = 'x-simulated';

/** What the header carries. */
export interface Simulated {
  readonly timestamp: string;
  readonly exchange_id: string;
  readonly asn: string;
  readonly country: string;
  readonly status: number;
  readonly response_tokens: number;
  readonly reasoning_tokens: number | undefined;
  readonly finish_reason: string | undefined;
  readonly organization_id: string | undefined;
  readonly conversation_id: string | undefined;
}

/** The body, as OpenAI's chat completions have it. */
export interface ChatBody {
  readonly model: string;
  readonly messages: readonly (
    | ChatMessage
    | { readonly role: 'system'; readonly content: string }
  )[];
  readonly max_tokens: number | undefined;
  readonly temperature: number | undefined;
  readonly n: number | undefined;
  readonly logprobs: boolean | undefined;
  readonly user: string | undefined;
}

export const requestOf = (
  row: TrafficRow,
): { readonly headers: Record<string, string>; readonly body: string } => {
  const simulated: Simulated = {
    timestamp: row.timestamp,
    exchange_id: row.exchange_id,
    asn: row.asn,
    country: row.country,
    status: row.status,
    response_tokens: row.response_tokens,
    reasoning_tokens: row.reasoning_tokens,
    finish_reason: row.finish_reason,
    organization_id: row.organization_id,
    conversation_id: row.conversation_id,
  };
  const asked = row.messages ?? [{ role: 'user' as const, content: row.prompt ?? '' }];
  const body: ChatBody = {
    model: row.model,
    messages:
      row.system_prompt === undefined
        ? asked
        : [{ role: 'system', content: row.system_prompt }, ...asked],
    max_tokens: row.max_tokens,
    temperature: row.temperature,
    n: row.n,
    logprobs: row.logprobs,
    user: row.end_user_id,
  };
  return {
    headers: {
      'content-type': 'application/json',
      // The provider's keys are the accounts here.
      authorization: `Bearer ${row.account_id}`,
      'x-forwarded-for': row.ip,
      'user-agent': row.user_agent,
      'x-ja4': row.ja4,
      [SIMULATED]: JSON.stringify(simulated),
    },
    body: JSON.stringify(body),
  };
};
