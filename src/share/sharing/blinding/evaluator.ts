/** Evaluation on a thread of its own: a batch of 256 takes about half a second, in which nobody else may wait. */
import { Worker } from 'node:worker_threads';
import { type ErrorCode, StillwatchError } from '../../../base/errors.ts';
import type { Epoch, IdentifierKind } from './kind.ts';
import { type KeyCommitment, ROOT_SECRET_BYTES } from './server-key.ts';
import type { EvaluationRequest, EvaluationResponse } from './wire.ts';

export interface ToEvaluator {
  readonly id: number;
  readonly kind: IdentifierKind;
  readonly epoch: Epoch;
  /** Without them the commitment to the key is asked for. */
  readonly blinded?: readonly string[];
}
export type FromEvaluator = { readonly id: number } & (
  | { readonly response: EvaluationResponse }
  | { readonly commitment: KeyCommitment }
  | {
      readonly refused: {
        readonly code: ErrorCode;
        readonly message: string;
        readonly remedy: string;
      };
    }
);

export interface Evaluator {
  /**
   * @param request parsed by `parseEvaluationRequest`; budgets are the caller's part.
   * @throws StillwatchError `BLINDING_REQUEST_INVALID`, `BLINDING_KEY_UNUSABLE`; `BLINDING_RATE_EXCEEDED`
   *   when too many batches wait already.
   */
  readonly evaluate: (request: EvaluationRequest) => Promise<EvaluationResponse>;
  readonly commitment: (kind: IdentifierKind, epoch: Epoch) => Promise<KeyCommitment>;
  /** Batches that wait or are being evaluated. */
  readonly waiting: () => number;
  /** Ends the thread. What still waits is refused. */
  readonly close: () => Promise<void>;
}

interface Waiting {
  readonly resolve: (answer: FromEvaluator) => void;
  readonly reject: (error: Error) => void;
}

const busy = (waiting: number): StillwatchError =>
  new StillwatchError(
    'BLINDING_RATE_EXCEEDED',
    `${waiting} batches are waiting to be evaluated`,
    'Send it again in some seconds.',
  );

/**
 * Starts one thread that holds the root secret. Batches are evaluated in their order.
 *
 * @param maxWaiting batches that may wait before more are refused: bounds memory and delay.
 */
export const createEvaluator = (root: Uint8Array, maxWaiting = 64): Evaluator => {
  if (root.length !== ROOT_SECRET_BYTES)
    throw new StillwatchError(
      'BLINDING_KEY_UNUSABLE',
      `The root secret of blinding has ${root.length} bytes and not ${ROOT_SECRET_BYTES}`,
      'Restore it from the backup of the hub.',
    );
  const waiting = new Map<number, Waiting>();
  let nextId = 0;
  let worker: Worker | undefined;
  const refuseAll = (error: Error): void => {
    worker = undefined;
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
  };
  const start = (): Worker => {
    const started = new Worker(new URL('./evaluator-worker.ts', import.meta.url), {
      workerData: Uint8Array.from(root),
    });
    started.unref();
    started.on('message', (answer: FromEvaluator) => {
      waiting.get(answer.id)?.resolve(answer);
      waiting.delete(answer.id);
    });
    started.on('error', (error) => refuseAll(error as Error));
    return started;
  };
  const ask = async (question: Omit<ToEvaluator, 'id'>): Promise<FromEvaluator> => {
    if (waiting.size >= maxWaiting) throw busy(waiting.size);
    worker ??= start();
    const thread = worker;
    const id = nextId++;
    // The thread keeps the process alive while somebody waits for it, and no longer.
    thread.ref();
    try {
      return await new Promise<FromEvaluator>((resolve, reject) => {
        waiting.set(id, { resolve, reject });
        thread.postMessage({ id, ...question });
      });
    } finally {
      if (waiting.size === 0) thread.unref();
    }
  };
  const unexpected = (answer: FromEvaluator): Error =>
    'refused' in answer
      ? new StillwatchError(answer.refused.code, answer.refused.message, answer.refused.remedy)
      : new Error('The evaluator answered another question');
  return {
    evaluate: async ({ kind, epoch, blinded }) => {
      const answer = await ask({ kind, epoch, blinded });
      if ('response' in answer) return answer.response;
      throw unexpected(answer);
    },
    commitment: async (kind, epoch) => {
      const answer = await ask({ kind, epoch });
      if ('commitment' in answer) return answer.commitment;
      throw unexpected(answer);
    },
    waiting: () => waiting.size,
    close: async () => {
      const ended = worker;
      refuseAll(busy(waiting.size));
      await ended?.terminate();
    },
  };
};
