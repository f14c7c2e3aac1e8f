/**
 * What a gateway that can only let through or refuse makes of an answer. Obligations travel as headers;
 * a rate is kept by the gate itself, because none of these gateways can count by a value that it learns
 * while it asks.
 */
import type { Action, Gate, GateAnswer, GateQuestion } from '../response/decision.ts';
import { namesSomebody } from './question.ts';
import type { Rates } from './rate.ts';

export interface Verdict {
  readonly passes: boolean;
  readonly answer: GateAnswer;
  /** Seconds after which a request that came too fast may be repeated; null unless that is the reason. */
  readonly retry_after: number | null;
  /** The gateway named nobody, so nothing could be known of the request. */
  readonly unidentified: boolean;
}

/** Whether a request under this action goes on, as long as its obligations are met. */
const GOES_ON: Readonly<Record<Action, boolean>> = {
  allow: true,
  verify: false,
  throttle: true,
  restrict: true,
  suspend: false,
};

export interface Asking {
  readonly gate: Pick<Gate, 'answer'>;
  readonly rates: Rates;
  /** What happens to a request about which the gateway says nothing. */
  readonly unidentified: 'open' | 'closed';
}

export const decide = (
  { gate, rates, unidentified }: Asking,
  question: GateQuestion,
  now: number,
): Verdict => {
  const answer = gate.answer(question, now);
  const nobody = !namesSomebody(question);
  if (nobody && unidentified === 'closed')
    return { passes: false, answer, retry_after: null, unidentified: true };
  if (!GOES_ON[answer.action])
    return { passes: false, answer, retry_after: null, unidentified: nobody };
  const limit = answer.obligations.requests_per_minute;
  const wait = limit === undefined ? 0 : rates.take(answer.decision_id, limit, now);
  return wait === 0
    ? { passes: true, answer, retry_after: null, unidentified: nobody }
    : { passes: false, answer, retry_after: wait, unidentified: nobody };
};

export type Headers = readonly (readonly [name: string, value: string])[];

/** Everything about an answer that a gateway may pass on, log, or act upon. */
export const headersOf = ({ answer, retry_after, unidentified }: Verdict): Headers => {
  const { obligations } = answer;
  const headers: (readonly [string, string])[] = [
    ['X-Stillwatch-Decision', answer.decision_id],
    ['X-Stillwatch-Action', answer.action],
    ['X-Stillwatch-Reason', answer.reason],
    ['X-Stillwatch-Ttl', String(answer.ttl)],
    ['X-Stillwatch-Age', String(answer.knowledge_age)],
  ];
  const add = (name: string, value: number | boolean | undefined): void => {
    if (value !== undefined && value !== false)
      headers.push([`X-Stillwatch-${name}`, value === true ? '1' : String(value)]);
  };
  add('Stale', answer.stale);
  add('Unidentified', unidentified);
  add('Requests-Per-Minute', obligations.requests_per_minute);
  add('Output-Tokens-Per-Minute', obligations.output_tokens_per_minute);
  add('Max-Output-Tokens', obligations.max_output_tokens);
  add('Strip-Reasoning', obligations.strip_reasoning);
  add('Strip-Logprobs', obligations.strip_logprobs);
  if (retry_after !== null) headers.push(['Retry-After', String(retry_after)]);
  return headers;
};

/** Names of all headers that `headersOf` may give, for gateways that list what they copy. */
export const ANSWER_HEADERS = [
  'X-Stillwatch-Decision',
  'X-Stillwatch-Action',
  'X-Stillwatch-Reason',
  'X-Stillwatch-Ttl',
  'X-Stillwatch-Age',
  'X-Stillwatch-Stale',
  'X-Stillwatch-Unidentified',
  'X-Stillwatch-Requests-Per-Minute',
  'X-Stillwatch-Output-Tokens-Per-Minute',
  'X-Stillwatch-Max-Output-Tokens',
  'X-Stillwatch-Strip-Reasoning',
  'X-Stillwatch-Strip-Logprobs',
] as const;

/** Those that an answer does not have: a gateway removes them, so that the customer cannot forge them. */
export const absentHeaders = (headers: Headers): readonly string[] => {
  const names = new Set(headers.map(([name]) => name));
  return ANSWER_HEADERS.filter((name) => !names.has(name));
};

/**
 * All of them, what is absent empty: Caddy 2.6 copies the text of its own placeholder where a header is
 * missing, and Envoy leaves what the customer sent.
 */
export const allHeadersOf = (verdict: Verdict): Headers => {
  const headers = headersOf(verdict);
  return [...headers, ...absentHeaders(headers).map((name) => [name, ''] as const)];
};
