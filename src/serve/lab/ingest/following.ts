/** Files of the configuration that a lab follows, and what is wrong with them. */
import { resolve } from 'node:path';
import type { LabConfig } from '../config/config.ts';
import type { Engine } from '../engine/engine.ts';
import type { LabStatus } from '../status.ts';
import { followFile } from './follow.ts';
import { type Intake, noAcknowledgement } from './intake.ts';

export interface Following {
  readonly start: (files: LabConfig['follow']) => void;
  readonly status: () => LabStatus['following'];
  readonly stop: () => Promise<void>;
}

export const createFollowing = (
  engine: Pick<Engine, 'followed' | 'room'>,
  intake: Intake,
): Following => {
  /** What is wrong, by path. */
  const errors = new Map<string, string | null>();
  const followed: { readonly stop: () => Promise<void> }[] = [];
  const follow = ({ path, format, stream }: LabConfig['follow'][number]): void => {
    const file = resolve(path);
    errors.set(file, null);
    followed.push(
      followFile({
        path: file,
        from: engine.followed.get(file),
        onLines: async (data, to) => {
          await engine.room();
          const lines = { firstLine: 1, data };
          const into = noAcknowledgement();
          if (format === 'native') await intake.lines(stream, lines, into, to);
          else await intake.foreignLines(format, lines, into, to);
          errors.set(file, null);
        },
        onError: (error) => errors.set(file, error.message),
      }),
    );
  };
  return {
    start: (files) => files.forEach(follow),
    status: () =>
      [...errors].map(([path, error]) => ({
        path,
        offset: engine.followed.get(path)?.offset ?? 0,
        error,
      })),
    stop: async () => {
      await Promise.all(followed.splice(0).map((one) => one.stop()));
    },
  };
};
