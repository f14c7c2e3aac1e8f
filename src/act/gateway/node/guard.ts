/**
 * The gate inside a Node service: asked in process or over HTTP, with answers kept for as long as they say.
 * A gate that cannot be asked is never silence: the answer is then what the service was configured to do,
 * open or closed, marked as stale and counted.
 */

import type { Gate, GateAnswer, GateQuestion } from '../../response/decision.ts';
import { namesSomebody } from '../question.ts';
import { createRates } from '../rate.ts';
import { type Refused, refuse } from '../refuse.ts';
import { styleOf } from '../style.ts';
import { decide, type Verdict } from '../verdict.ts';

export interface GuardOptions {
  /** A gate of this process, or the address of one. */
  readonly gate:
    | Gate
    | { readonly url: string; readonly token?: string; readonly timeoutMs?: number };
  readonly appealUrl: string;
  /** What happens when the gate cannot be asked, and to requests that name nobody. */
  readonly fails: 'open' | 'closed';
  readonly clock?: () => number;
  /** Answers that are kept. */
  readonly kept?: number;
}

export interface GuardCounts {
  readonly asked: number;
  readonly cached: number;
  readonly refused: number;
  /** Questions that the gate did not answer, by what was done then. */
  readonly unanswered_open: number;
  readonly unanswered_closed: number;
  readonly unidentified: number;
}

export interface Guarded {
  readonly verdict: Verdict;
  /** What the customer is to be told, or null when the request goes on. */
  readonly refused: Refused | null;
}

export interface Guard {
  readonly check: (
    question: GateQuestion,
    path: string,
    header: (name: string) => string | undefined,
  ) => Promise<Guarded>;
  readonly counts: () => GuardCounts;
}

const isGate = (gate: GuardOptions['gate']): gate is Gate => 'answer' in gate;

/** While the gate is away: asked again soon, and nothing is put down to anybody. */
const unanswered = (fails: 'open' | 'closed'): GateAnswer => ({
  decision_id: `unanswered--${crypto.randomUUID()}`,
  action: fails === 'open' ? 'allow' : 'verify',
  obligations: {},
  reason: 'KNOWLEDGE_STALE',
  subject: null,
  ttl: 0,
  knowledge_age: 0,
  stale: true,
});

type Counts = { -readonly [K in keyof GuardCounts]: number };

/** Answers of a gate elsewhere, kept for their TTL. */
const remoteAnswers = (
  {
    url,
    token,
    timeoutMs = 200,
  }: { readonly url: string; readonly token?: string; readonly timeoutMs?: number },
  fails: 'open' | 'closed',
  kept: number,
  counts: Counts,
): ((question: GateQuestion, now: number) => Promise<GateAnswer>) => {
  const cache = new Map<string, { readonly answer: GateAnswer; readonly until: number }>();
  const headers: Record<string, string> = { 'content-type': 'application/json' };
  if (token !== undefined) headers.authorization = `Bearer ${token}`;
  return async (question, now) => {
    const body = JSON.stringify(question);
    const known = cache.get(body);
    if (known !== undefined && now < known.until) {
      counts.cached += 1;
      return known.answer;
    }
    try {
      const signal = AbortSignal.timeout(timeoutMs);
      const reply = await fetch(new URL('/v1/decide', url), {
        method: 'POST',
        body,
        headers,
        signal,
      });
      if (reply.status !== 200) throw new Error(String(reply.status));
      // The answer of our own gate, over a connection that was told to be trusted.
      const answer = (await reply.json()) as GateAnswer;
      cache.delete(body);
      cache.set(body, { answer, until: now + answer.ttl * 1000 });
      const oldest = cache.size > kept ? cache.keys().next().value : undefined;
      if (oldest !== undefined) cache.delete(oldest);
      return answer;
    } catch {
      counts[fails === 'open' ? 'unanswered_open' : 'unanswered_closed'] += 1;
      return unanswered(fails);
    }
  };
};

export const createGuard = ({
  gate,
  appealUrl,
  fails,
  clock = Date.now,
  kept = 100_000,
}: GuardOptions): Guard => {
  const counts: Counts = {
    asked: 0,
    cached: 0,
    refused: 0,
    unanswered_open: 0,
    unanswered_closed: 0,
    unidentified: 0,
  };
  const rates = createRates();
  const answerOf = isGate(gate)
    ? async (question: GateQuestion, now: number) => gate.answer(question, now)
    : remoteAnswers(gate, fails, kept, counts);

  return {
    check: async (question, path, header) => {
      const now = clock();
      counts.asked += 1;
      if (!namesSomebody(question)) counts.unidentified += 1;
      // Asking a gate that names nobody over HTTP is refused as a mistake, so the rule is applied here.
      const answer =
        isGate(gate) || namesSomebody(question) ? await answerOf(question, now) : unanswered(fails);
      const verdict = decide(
        { gate: { answer: () => answer }, rates, unidentified: fails },
        question,
        now,
      );
      if (verdict.passes) return { verdict, refused: null };
      counts.refused += 1;
      return { verdict, refused: refuse(verdict, styleOf(path, header), appealUrl) };
    },
    counts: () => ({ ...counts }),
  };
};
