import { parentPort, workerData } from 'node:worker_threads';
import { StillwatchError } from '../../../base/errors.ts';
import { evaluateBatch } from './evaluate.ts';
import type { FromEvaluator, ToEvaluator } from './evaluator.ts';
import { type BlindingKey, commitmentOf, deriveBlindingKey } from './server-key.ts';

/** Five kinds, and an epoch or two: more means that somebody asks for epochs at random. */
const MAX_KEYS = 64;

const port = parentPort!;
const root = workerData as Uint8Array;
const keys = new Map<string, BlindingKey>();

const keyOf = ({ kind, epoch }: ToEvaluator): BlindingKey => {
  const name = `${kind} ${epoch}`;
  const key = keys.get(name) ?? deriveBlindingKey(root, kind, epoch);
  if (keys.size >= MAX_KEYS) keys.clear();
  keys.set(name, key);
  return key;
};

port.on('message', (asked: ToEvaluator) => {
  const { id, kind, epoch, blinded } = asked;
  const answer = (message: FromEvaluator): void => port.postMessage(message);
  try {
    const key = keyOf(asked);
    if (blinded === undefined) answer({ id, commitment: commitmentOf(key) });
    else answer({ id, response: evaluateBatch(key, { kind, epoch, blinded }) });
  } catch (error) {
    // What is not expected is a fault of ours: it ends the thread and is seen by whoever waits.
    if (!(error instanceof StillwatchError)) throw error;
    const { code, message, remedy } = error;
    answer({ id, refused: { code, message, remedy } });
  }
});
