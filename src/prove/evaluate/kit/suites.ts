import { calibrationSuite } from './calibration.ts';
import { controlsSuite } from './controls.ts';
import { evasionSuite } from './evasion.ts';
import { gridSuite } from './grid.ts';
import { minimumSuite } from './minimum.ts';
import { naiveSuite } from './naive-suite.ts';
import { precisionSuite } from './precision.ts';
import type { Suite } from './suite.ts';
import { timeSuite } from './time-to-detect.ts';
import { windowsSuite } from './windows-suite.ts';

/** In the order of the report: first whether it can be believed, then what it reaches. */
export const SUITES: readonly Suite[] = [
  controlsSuite,
  calibrationSuite,
  gridSuite,
  precisionSuite,
  timeSuite,
  minimumSuite,
  naiveSuite,
  windowsSuite,
  evasionSuite,
];

export const SUITE_NAMES: readonly string[] = ['all', ...SUITES.map((suite) => suite.name)];

/** The suites of a name; every one for 'all'. */
export const suitesNamed = (name: string): readonly Suite[] =>
  name === 'all' ? SUITES : SUITES.filter((suite) => suite.name === name);
