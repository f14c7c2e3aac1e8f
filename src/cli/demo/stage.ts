/** Everything that runs: the hub with its founders, a model, and three labs that know their past. */
import { LAB_NAMES } from '../../prove/demo/lab-name.ts';
import { startModel } from '../../prove/demo/model.ts';
import type { DemoWorld } from '../../prove/demo/world.ts';
import { type DemoHub, startDemoHub } from './hub.ts';
import { type DemoLab, startDemoLab } from './lab.ts';
import { readPast } from './sums.ts';
import { until } from './wait.ts';

export interface Stage {
  readonly hub: DemoHub;
  readonly a: DemoLab;
  readonly others: readonly DemoLab[];
  readonly labs: readonly DemoLab[];
}

export interface StageOptions {
  readonly world: DemoWorld;
  readonly folder: string;
  readonly onError: (error: unknown) => void;
  /** What stops it again, the last first. */
  readonly undo: (() => Promise<void>)[];
}

/** Seconds on a machine with nothing else to do; minutes on one that is busy. */
const LONGEST_MS = 300_000;

/** The hub was heard, and every card has its blinded token. */
const isReady = ({ sharing }: DemoLab): boolean => {
  const status = sharing()?.status();
  return status !== undefined && status.heard_seconds !== null && status.tokens_pending === 0;
};

export const setStage = async ({ world, folder, onError, undo }: StageOptions): Promise<Stage> => {
  const hub = await startDemoHub(folder);
  undo.push(() => hub.running.close());
  const model = await startModel();
  undo.push(model.close);
  const labs = await Promise.all(
    LAB_NAMES.map(async (name) => {
      const lab = await startDemoLab({ name, folder, model: model.url, onError });
      undo.push(lab.stop);
      return lab;
    }),
  );
  await readPast(labs, world);
  // One look at the past, so that nobody begins with a finding; then the connection.
  await Promise.all(labs.map(({ lab }) => lab.lookNow()));
  for (const lab of labs) await lab.connect(hub.url, hub.members[lab.name]);
  await until('the labs are connected with the hub', () => labs.every(isReady), LONGEST_MS);
  const [a, ...others] = labs as [DemoLab, ...DemoLab[]];
  return { hub, a, others, labs };
};
