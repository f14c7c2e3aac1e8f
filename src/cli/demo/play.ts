/** The hours of the world, one after the other, at all labs at once. */
import { LAB_NAMES } from '../../prove/demo/lab-name.ts';
import type { Operator } from '../../prove/demo/operator.ts';
import type { DemoWorld } from '../../prove/demo/world.ts';
import type { DemoLab } from './lab.ts';
import type { Traffic } from './traffic.ts';
import { settled } from './wait.ts';

export const HOUR = 3_600_000;
/** Hours of the traffic between two looks of each lab. */
export const LOOK_HOURS = 3;
const SLICES = 4;
const QUIET_MS = 200;
/** Hours for which the operator has been silent before the story goes on. */
const AFTERWARDS_HOURS = 3;

export interface Playing {
  readonly world: DemoWorld;
  readonly labs: readonly DemoLab[];
  readonly operator: Operator;
  readonly traffic: Traffic;
  /** Whether messages between labs are under way that have to arrive before time goes on. */
  readonly shares: () => boolean;
  readonly afterHour: (hour: number, moved: boolean) => Promise<void>;
}

/** Until the operator was stopped everywhere, or the world ends. Gives the hours that were played. */
export const play = async (playing: Playing): Promise<number> => {
  const { world, labs, operator, traffic, shares, afterHour } = playing;
  const hours = Math.round((world.until - world.from) / HOUR);
  const names = new Set(labs.map(({ name }) => name));
  let stopped: number | null = null;
  for (let hour = 1; hour <= hours; hour += 1) {
    const from = world.from + (hour - 1) * HOUR;
    for (let slice = 0; slice < SLICES; slice += 1) {
      const start = from + (slice * HOUR) / SLICES;
      const end = start + HOUR / SLICES;
      await Promise.all(
        labs.map((lab) =>
          traffic.play(lab, start, end, async () => {
            // What is decided at A waits for its looks; at the others what they see is held against what A said.
            if (shares() && lab.name !== 'A') await settled([lab], QUIET_MS);
          }),
        ),
      );
    }
    if (hour % LOOK_HOURS === 0) {
      // Labs do not look at the same moment: the first looks, and what it says arrives, before the others.
      const [first, ...others] = labs;
      await first!.lab.lookNow();
      if (shares()) await settled(labs, QUIET_MS);
      await Promise.all(others.map(({ lab }) => lab.lookNow()));
      if (shares()) await settled(labs, QUIET_MS);
    }
    const moved = operator.consider(from + HOUR);
    await afterHour(hour, moved);
    const over =
      operator.movedAt() !== null &&
      LAB_NAMES.every(
        (name) => !names.has(name) || operator.stoppedAt(name) || operator.finishedAt(name),
      );
    stopped = over ? (stopped ?? hour) : null;
    if (stopped !== null && hour - stopped >= AFTERWARDS_HOURS) return hour;
  }
  return hours;
};
