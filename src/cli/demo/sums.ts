/** What a world did to a lab and to its customers, from the tally of requests and the book of decisions. */
import type { LabName } from '../../prove/demo/lab-name.ts';
import type { DemoWorld } from '../../prove/demo/world.ts';
import { allDecisions } from '../../serve/lab/decisions/shelf.ts';
import type { DemoLab } from './lab.ts';
import type { Traffic } from './traffic.ts';

export interface LabSum {
  readonly planned: number;
  readonly sent: number;
  readonly lost: number;
  readonly refused: number;
  readonly honest_accounts: number;
  readonly honest_exchanges: number;
  /** Honest accounts with a decision stronger than allow, and those that were suspended. */
  readonly harmed: number;
  readonly suspended: number;
  readonly faults: number;
}

export const isHydraOf = (world: DemoWorld, name: LabName): ReadonlySet<string> =>
  new Set(world.hydra.hands[name].accounts.map(({ account_id }) => account_id));

/** Honest accounts that a live decision is about now or was about: read from the book, not from the traffic. */
export const harmedAt = async (
  { lab, name }: DemoLab,
  world: DemoWorld,
): Promise<{ readonly harmed: number; readonly suspended: number }> => {
  const hydra = isHydraOf(world, name);
  const kept = await allDecisions(lab.store.records);
  const live = kept
    .map(({ decision }) => decision)
    .filter(
      ({ mode, action, subject }) =>
        mode === 'live' &&
        action !== 'allow' &&
        subject.kind === 'account' &&
        !hydra.has(subject.value),
    );
  const accounts = new Set(live.map(({ subject }) => subject.value));
  const suspended = new Set(
    live.filter(({ action }) => action === 'suspend').map(({ subject }) => subject.value),
  );
  return { harmed: accounts.size, suspended: suspended.size };
};

export const sumOf = async (lab: DemoLab, world: DemoWorld, traffic: Traffic): Promise<LabSum> => {
  const { name } = lab;
  const tally = traffic.tally(name);
  return {
    planned: world.hydra.hands[name].rows.length,
    sent: tally.hydraSent,
    lost: tally.lost,
    refused: tally.hydraRefused,
    honest_accounts: world.honest[name].accounts.length,
    honest_exchanges: tally.honestSent,
    ...(await harmedAt(lab, world)),
    faults: tally.faults,
  };
};

/** Everything that the labs know before the story begins: their past, and all accounts that signed up. */
export const readPast = async (labs: readonly DemoLab[], world: DemoWorld): Promise<void> => {
  await Promise.all(
    labs.map((one) => one.read(world.honest[one.name], world.hydra.hands[one.name].accounts)),
  );
};
