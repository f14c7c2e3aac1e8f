/** Blinding off the thread that answers gateways: a millisecond of arithmetic for each identifier. */
import { parentPort } from 'node:worker_threads';
import {
  type BlindedBatch,
  blindBatch,
  finalizeBatch,
} from '../../../share/sharing/blinding/blind.ts';
import type { Epoch, IdentifierKind } from '../../../share/sharing/blinding/kind.ts';
import type { KeyCommitment } from '../../../share/sharing/blinding/server-key.ts';
import type {
  EvaluationRequest,
  EvaluationResponse,
} from '../../../share/sharing/blinding/wire.ts';

export type ToBlinder =
  | {
      readonly type: 'blind';
      readonly kind: IdentifierKind;
      readonly epoch: Epoch;
      readonly identifiers: readonly string[];
    }
  | {
      readonly type: 'finalize';
      readonly response: EvaluationResponse;
      readonly committed: KeyCommitment;
    };

export type FromBlinder =
  | { readonly request: EvaluationRequest }
  | { readonly tokens: readonly string[] }
  | { readonly failed: string };

const port = parentPort!;
/** One at a time: whoever asks waits for the answer. */
let batch: BlindedBatch | undefined;

port.on('message', (message: ToBlinder) => {
  const say = (answer: FromBlinder): void => port.postMessage(answer);
  try {
    if (message.type === 'blind') {
      batch = blindBatch(message.kind, message.epoch, message.identifiers);
      say({ request: batch.request });
    } else say({ tokens: finalizeBatch(batch!, message.response, message.committed) });
  } catch (error) {
    say({ failed: (error as Error).message });
  }
});
