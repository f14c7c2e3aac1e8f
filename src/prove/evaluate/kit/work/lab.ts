import type { Baseline } from '../../../../detect/scan/baseline.ts';
import type { IntentModel } from '../../../../detect/verdict/intent-model.ts';
import type { Sources } from './sources.ts';

/** What scans are told besides the log; without it, the population calibrates itself. */
export interface Calibration {
  readonly model?: IntentModel;
  readonly baseline?: Baseline;
}

/** Where the work is done, and with what. */
export interface Lab {
  readonly sources: Sources;
  /** A folder whose content may be replaced at any time. */
  readonly scratch: string;
  /** False discovery rate of the scans. */
  readonly level: number;
  readonly calibration: Calibration;
}
