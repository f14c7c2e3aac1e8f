/** The options with which a command uses a foreign embedding instead of the built-in one. */
import type { Command } from 'commander';
import { StillwatchError } from '../base/errors.ts';
import type { Embedder } from '../detect/family/embedding/embedding.ts';
import { endpointUrl, REMOTE_DEFAULTS, remoteEmbedder } from '../detect/family/embedding/remote.ts';

export interface EmbedderFlags {
  readonly embedder?: string;
  readonly embedderModel?: string;
  readonly embedderKeyEnv?: string;
  readonly embedderCache?: string;
}

export const addEmbedderOptions = (command: Command): Command =>
  command
    .option('--embedder <url>', 'send sampled prompts to this embeddings endpoint, and only there')
    .option('--embedder-model <name>', 'model the endpoint is asked for ("default")')
    .option('--embedder-key-env <var>', 'environment variable that holds the key of the endpoint')
    .option('--embedder-cache <folder>', 'keep vectors here, by hash of the prompt');

/** @throws StillwatchError USAGE */
export const embedderOf = (
  flags: EmbedderFlags,
  env: Readonly<Record<string, string | undefined>>,
): Embedder | undefined => {
  const { embedder, embedderModel, embedderKeyEnv, embedderCache } = flags;
  if (embedder === undefined) {
    if (embedderModel ?? embedderKeyEnv ?? embedderCache)
      throw new StillwatchError(
        'USAGE',
        'options of an embedder were given without one',
        'Name its URL with --embedder.',
      );
    return undefined;
  }
  const key = embedderKeyEnv === undefined ? null : env[embedderKeyEnv];
  if (key === undefined || key === '')
    throw new StillwatchError(
      'USAGE',
      `the environment variable ${embedderKeyEnv} is not set`,
      'Put the key of the endpoint into it, or leave --embedder-key-env away.',
    );
  return remoteEmbedder({
    ...REMOTE_DEFAULTS,
    url: endpointUrl(embedder),
    model: embedderModel ?? REMOTE_DEFAULTS.model,
    key,
    cache: embedderCache ?? null,
  });
};
