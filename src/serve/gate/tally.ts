/** Answers counted in a plain array: on the hot path a labelled counter would cost more than the answer. */
import type { Registry } from 'prom-client';
import { Counter, Gauge } from 'prom-client';
import {
  ACTIONS,
  type Action,
  type GateAnswer,
  REASON_CODES,
  type ReasonCode,
} from '../../act/response/decision.ts';

/** By which way a question came. */
export const WAYS = [
  'plain',
  'nginx',
  'forward-auth',
  'envoy-grpc',
  'envoy-http',
  'litellm',
] as const;
export type Way = (typeof WAYS)[number];

const REASONS = REASON_CODES.length;
const EACH = ACTIONS.length * REASONS;
const actionAt = new Map<Action, number>(ACTIONS.map((action, i) => [action, i * REASONS]));
const reasonAt = new Map<ReasonCode, number>(REASON_CODES.map((reason, i) => [reason, i]));
const wayAt = new Map<Way, number>(WAYS.map((way, i) => [way, i * EACH]));

export interface Tally {
  readonly count: (way: Way, answer: GateAnswer) => void;
  readonly refused: (way: Way) => void;
  readonly unidentified: (way: Way) => void;
  readonly total: () => number;
  readonly register: (registry: Registry) => void;
}

export const createTally = (): Tally => {
  const answers = new Float64Array(WAYS.length * EACH);
  const refusals = new Float64Array(WAYS.length);
  const nobody = new Float64Array(WAYS.length);
  let stale = 0;
  let total = 0;
  const add = (to: Float64Array, at: number): void => {
    to[at] = to[at]! + 1;
  };
  const wayNumber = (way: Way): number => wayAt.get(way)! / EACH;
  return {
    count: (way, answer) => {
      total += 1;
      if (answer.stale) stale += 1;
      add(answers, wayAt.get(way)! + actionAt.get(answer.action)! + reasonAt.get(answer.reason)!);
    },
    refused: (way) => add(refusals, wayNumber(way)),
    unidentified: (way) => add(nobody, wayNumber(way)),
    total: () => total,
    register: (registry) => {
      const byWay = (name: string, help: string, values: Float64Array): void => {
        new Counter({
          name,
          help,
          labelNames: ['way'],
          registers: [registry],
          collect() {
            this.reset();
            for (const [i, way] of WAYS.entries())
              if (values[i]! > 0) this.inc({ way }, values[i]!);
          },
        });
      };
      byWay(
        'stillwatch_gate_refusals_total',
        'Requests that a gateway was told to refuse.',
        refusals,
      );
      byWay('stillwatch_gate_unidentified_total', 'Questions that named nobody.', nobody);
      new Counter({
        name: 'stillwatch_gate_answers_total',
        help: 'Answers, by the way the question came, action and reason.',
        labelNames: ['way', 'action', 'reason'],
        registers: [registry],
        collect() {
          this.reset();
          for (const [w, way] of WAYS.entries())
            for (const [a, action] of ACTIONS.entries())
              for (const [r, reason] of REASON_CODES.entries()) {
                const value = answers[w * EACH + a * REASONS + r]!;
                if (value > 0) this.inc({ way, action, reason }, value);
              }
        },
      });
      new Gauge({
        name: 'stillwatch_gate_stale_answers_total',
        help: 'Answers given while the knowledge of the gate was too old.',
        registers: [registry],
        collect() {
          this.set(stale);
        },
      });
    },
  };
};
