/**
 * What a refused caller is told, whatever interface they speak: what happened, why, and what they can do.
 * It accuses nobody of more than the reason says, and tells nothing of how it was found.
 */
import type { Action, GateAnswer, ReasonCode } from './decision.ts';

export interface RefusalWords {
  readonly status: number;
  /** One sentence. */
  readonly message: string;
  /** `error.type` of the OpenAI API and of the Anthropic API for this status. */
  readonly openai: string;
  readonly anthropic: string;
  /** Seconds; null where waiting does not help. */
  readonly retry_after: number | null;
}

const BECAUSE: Readonly<Record<ReasonCode, string>> = {
  NONE: '',
  ALLOW_LISTED: '',
  IDENTITY_UNVERIFIED: ' because its identity is not verified',
  ACCOUNT_NETWORK: ' because it appears to be one of many accounts that are run together',
  DISTILLATION_SUSPECTED: ' because its use resembles the automated extraction of a model',
  DISTILLATION_CONFIRMED:
    ' because its use, together with that of related accounts, was found to be the extraction of a model',
  SHARED_INTELLIGENCE: ' because it matches activity that was reported and confirmed elsewhere',
  MANUAL_REVIEW: ' because a reviewer decided so',
  KNOWLEDGE_STALE: '',
};

const WHAT: Readonly<Record<Action, string>> = {
  allow: 'This request is not allowed',
  verify: 'The identity behind this account must be verified before it can go on',
  throttle: 'Requests of this account are limited for now',
  restrict: 'This account may not use this function for now',
  suspend: 'Access of this account is suspended',
};

/** While the gate does not know, it refuses a moment and no account: the caller may come back. */
const UNKNOWN_FOR = 5;

/** `wait`: seconds until a throttled request may be repeated; null when it was not the rate. */
export const refusalWords = (
  { action, reason }: Pick<GateAnswer, 'action' | 'reason'>,
  wait: number | null,
): RefusalWords => {
  if (wait !== null)
    return {
      // RFC 6585 §4.
      status: 429,
      message: `${WHAT.throttle}${BECAUSE[reason]}; the next one is possible in ${wait} s.`,
      openai: 'rate_limit_exceeded',
      anthropic: 'rate_limit_error',
      retry_after: wait,
    };
  if (reason === 'KNOWLEDGE_STALE')
    return {
      // RFC 9110 §15.6.4.
      status: 503,
      message: 'Requests of this account cannot be checked at the moment; please try again.',
      openai: 'server_error',
      anthropic: 'api_error',
      retry_after: UNKNOWN_FOR,
    };
  return {
    status: 403,
    message: `${WHAT[action]}${BECAUSE[reason]}.`,
    openai: 'permission_denied',
    anthropic: 'permission_error',
    retry_after: null,
  };
};
