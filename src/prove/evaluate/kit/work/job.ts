/** Units of work: one world each, cached by what determines their result. */

import type { LeakResult, LeakSpec } from './leak-job.ts';
import type { LevelsResult, LevelsSpec } from './levels-job.ts';
import type { ReplayResult, ReplaySpec } from './replay-job.ts';
import type { ScanResult, ScanSpec } from './scan-job.ts';
import type { WindowsResult, WindowsSpec } from './windows-job.ts';

/** What is done to a world, what it is told, and what it gives back. */
export interface Kinds {
  readonly scan: { readonly spec: ScanSpec; readonly result: ScanResult };
  readonly levels: { readonly spec: LevelsSpec; readonly result: LevelsResult };
  readonly replay: { readonly spec: ReplaySpec; readonly result: ReplayResult };
  readonly windows: { readonly spec: WindowsSpec; readonly result: WindowsResult };
  readonly leak: { readonly spec: LeakSpec; readonly result: LeakResult };
}
export type Kind = keyof Kinds;

export interface Job<K extends Kind = Kind> {
  readonly kind: K;
  readonly spec: Kinds[K]['spec'];
  readonly seed: number;
}

/** The same work has the same name, whichever suite asks for it. */
export const nameOf = ({ kind, spec, seed }: Job): string => JSON.stringify([kind, seed, spec]);

export const job = <K extends Kind>(kind: K, spec: Kinds[K]['spec'], seed: number): Job<K> => ({
  kind,
  spec,
  seed,
});
