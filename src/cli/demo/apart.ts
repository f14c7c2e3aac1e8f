/**
 * The same world without sharing: labs B and C with the same customers, policy and detector, and the same
 * operator coming at the same hour, with no hub. What each loses until it finds the operator by itself.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createClients } from '../../prove/demo/client.ts';
import type { LabName } from '../../prove/demo/lab-name.ts';
import { startModel } from '../../prove/demo/model.ts';
import { createOperator } from '../../prove/demo/operator.ts';
import type { DemoWorld } from '../../prove/demo/world.ts';
import { type DemoLab, startDemoLab } from './lab.ts';
import { HOUR, play } from './play.ts';
import { type LabSum, readPast, sumOf } from './sums.ts';
import { createTraffic } from './traffic.ts';

export interface Apart {
  readonly labs: Readonly<Record<'B' | 'C', LabSum>>;
  readonly hours: number;
}

export interface ApartOptions {
  readonly world: DemoWorld;
  readonly folder: string;
  /** Hour of the world at which the operator comes, as it did with sharing. */
  readonly movesAt: number;
  readonly afterHour: (hour: number) => void;
  readonly onError: (error: unknown) => void;
}

export const playApart = async (options: ApartOptions): Promise<Apart> => {
  const { world, movesAt, afterHour, onError } = options;
  const folder = join(options.folder, 'apart');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const model = await startModel();
  const clients = createClients();
  const labs: DemoLab[] = [];
  try {
    const names: readonly LabName[] = ['B', 'C'];
    const started = await Promise.allSettled(
      names.map((name) => startDemoLab({ name, folder, model: model.url, onError })),
    );
    for (const one of started) if (one.status === 'fulfilled') labs.push(one.value);
    for (const one of started) if (one.status === 'rejected') throw one.reason;
    await readPast(labs, world);
    await Promise.all(labs.map(({ lab }) => lab.lookNow()));
    const operator = createOperator(world.hydra, world.from, world.from + movesAt * HOUR);
    const traffic = createTraffic(world, operator, clients);
    const hours = await play({
      ...{ world, labs, operator, traffic },
      shares: () => false,
      afterHour: async (hour) => afterHour(hour),
    });
    const [b, c] = labs as [DemoLab, DemoLab];
    return {
      labs: { B: await sumOf(b, world, traffic), C: await sumOf(c, world, traffic) },
      hours,
    };
  } finally {
    clients.close();
    await Promise.all(labs.map((lab) => lab.stop()));
    await model.close();
  }
};
