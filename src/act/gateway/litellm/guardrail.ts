/**
 * LiteLLM's generic guardrail API (docs.litellm.ai, adding_provider/generic_guardrail_api; beta): who asks
 * is in `request_data`; the answer is NONE or BLOCKED. Texts are neither kept nor looked at. The API has
 * no place for obligations: what a request may do is then up to the proxy's own limits.
 */
import { parseJsonText } from '../../../base/json-text.ts';
import type { GateQuestion } from '../../response/decision.ts';
import { LONGEST_VALUE, type QuestionFault } from '../question.ts';

/** LiteLLM sends whole conversations along, images included. */
export const LARGEST_GUARDRAIL_REQUEST = 8 << 20;

/** Which member of `request_data` carries which part of the question. */
export interface LitellmNames {
  readonly account: string;
  readonly organization: string;
  readonly end_user: string;
  readonly token: string;
}

export const LITELLM_NAMES: LitellmNames = {
  account: 'user_api_key_user_id',
  organization: 'user_api_key_org_id',
  end_user: 'user_api_key_end_user_id',
  token: 'user_api_key_hash',
};

export interface GuardrailRequest {
  readonly question: GateQuestion;
  /** A response is not asked about again: its request was. */
  readonly input: 'request' | 'response';
}

const recordOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : {};

export const readGuardrailRequest = (
  body: string,
  names: LitellmNames = LITELLM_NAMES,
): GuardrailRequest | QuestionFault => {
  const parsed = parseJsonText(body, { maxBytes: LARGEST_GUARDRAIL_REQUEST });
  if (parsed.fault !== undefined) return { fault: parsed.fault.message };
  const request = recordOf(parsed.value);
  const { input_type: input } = request;
  if (input !== 'request' && input !== 'response')
    return { fault: 'input_type is "request" or "response"' };
  const data = recordOf(request.request_data);
  const extra = recordOf(request.additional_provider_specific_params);
  const textOf = (value: unknown): string | undefined =>
    typeof value === 'string' && value !== '' && value.length <= LONGEST_VALUE ? value : undefined;
  return {
    input,
    question: {
      account: textOf(data[names.account]),
      organization: textOf(data[names.organization]),
      end_user: textOf(data[names.end_user]),
      token: textOf(data[names.token]),
      // Set in the proxy's configuration, for a proxy that serves one tier.
      tier: textOf(extra.tier),
    },
  };
};

export const guardrailResponse = (blockedReason: string | null): string =>
  blockedReason === null
    ? '{"action":"NONE"}'
    : JSON.stringify({ action: 'BLOCKED', blocked_reason: blockedReason });
