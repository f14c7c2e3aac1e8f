/** The answer that a refused customer reads, in the words of the interface they spoke. */
import { refusalWords } from '../response/refusal.ts';
import type { RefusalStyle } from './style.ts';
import { type ANSWER_HEADERS, type Headers, headersOf, type Verdict } from './verdict.ts';

export interface Refused {
  readonly status: number;
  readonly type: string;
  readonly headers: Headers;
  readonly body: string;
}

/** Told to the customer: what to quote, and no more of what the gate knows. */
const TOLD: ReadonlySet<string> = new Set([
  'X-Stillwatch-Decision',
  'X-Stillwatch-Action',
  'X-Stillwatch-Reason',
  'Retry-After',
] satisfies ((typeof ANSWER_HEADERS)[number] | 'Retry-After')[]);

export const refuse = (verdict: Verdict, style: RefusalStyle, appealUrl: string): Refused => {
  const { answer } = verdict;
  const words = refusalWords(answer, verdict.retry_after);
  const { status, message, openai, anthropic } = words;
  const appeal = `${appealUrl}${appealUrl.includes('?') ? '&' : '?'}decision=${encodeURIComponent(answer.decision_id)}`;
  const text = `${message} Reason: ${answer.reason}. Decision: ${answer.decision_id}. Appeal: ${appeal}`;
  const stillwatch = {
    decision_id: answer.decision_id,
    action: answer.action,
    reason: answer.reason,
    appeal_url: appeal,
  };
  const retry = { ...verdict, retry_after: words.retry_after };
  const headers = headersOf(retry).filter(([name]) => TOLD.has(name));
  const given = { status, headers, type: 'application/json' };
  switch (style) {
    case 'openai':
      return {
        ...given,
        body: JSON.stringify({
          error: {
            message: text,
            type: openai,
            param: null,
            code: `stillwatch_${answer.action}`,
            stillwatch,
          },
        }),
      };
    case 'anthropic':
      return {
        ...given,
        body: JSON.stringify({
          type: 'error',
          error: { type: anthropic, message: text, stillwatch },
          request_id: answer.decision_id,
        }),
      };
    case 'problem':
      return {
        ...given,
        type: 'application/problem+json',
        body: JSON.stringify({
          type: 'about:blank',
          title: message,
          status,
          detail: text,
          ...stillwatch,
        }),
      };
  }
};
