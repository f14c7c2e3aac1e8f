/** Where checks put what they find. Faults are bounded: hostile input cannot make a report of its size. */
import { type Diagnostic, jsonPath, type StixCode } from '../diagnostic.ts';

export interface Bounds {
  /** Most faults that are reported; one more says that there are others. */
  readonly maxFaults: number;
  /** Deepest nesting of values inside one object. */
  readonly maxDepth: number;
  /** Most values (members of lists and dictionaries, at any depth) inside one object. */
  readonly maxValues: number;
}

export const BOUNDS: Bounds = { maxFaults: 100, maxDepth: 64, maxValues: 200_000 };

/** State of the checks of one object. The path is a stack, written out only for a fault. */
export interface Sink {
  readonly bounds: Bounds;
  readonly path: (string | number)[];
  readonly faults: Diagnostic[];
  readonly warnings: Diagnostic[];
  /** Values still to be visited before the object counts as too large. */
  valuesLeft: number;
  /** Set when no more faults are wanted; loops stop. */
  full: boolean;
}

export const createSink = (bounds: Bounds, path: readonly (string | number)[] = []): Sink => ({
  bounds,
  path: [...path],
  faults: [],
  warnings: [],
  valuesLeft: bounds.maxValues,
  full: false,
});

const report = (
  sink: Sink,
  into: Diagnostic[],
  code: StixCode,
  section: string,
  message: string,
): void => {
  if (into.length < sink.bounds.maxFaults) {
    into.push({ code, path: jsonPath(sink.path), section, message });
  }
};

export const fault = (sink: Sink, code: StixCode, section: string, message: string): void => {
  if (sink.full) return;
  if (sink.faults.length < sink.bounds.maxFaults) {
    report(sink, sink.faults, code, section, message);
    return;
  }
  sink.full = true;
  sink.faults.push({
    code: 'STIX_TOO_MANY_FAULTS',
    path: '$',
    section: '12',
    message: `More than ${sink.bounds.maxFaults} faults; the others are not listed.`,
  });
};

/** A fault at a property of the value that is being checked. */
export const faultAt = (
  sink: Sink,
  step: string | number,
  code: StixCode,
  section: string,
  message: string,
): void => {
  sink.path.push(step);
  fault(sink, code, section, message);
  sink.path.pop();
};

/** Something that is allowed, and that the specification advises against. */
export const warn = (sink: Sink, code: StixCode, section: string, message: string): void =>
  report(sink, sink.warnings, code, section, message);

export const warnAt = (
  sink: Sink,
  step: string | number,
  code: StixCode,
  section: string,
  message: string,
): void => {
  sink.path.push(step);
  warn(sink, code, section, message);
  sink.path.pop();
};

/** Counts one value; false when the object has become too large. */
export const admit = (sink: Sink): boolean => {
  if (sink.valuesLeft > 0) {
    sink.valuesLeft -= 1;
    return true;
  }
  if (!sink.full) {
    fault(sink, 'STIX_TOO_LARGE', '12', `More than ${sink.bounds.maxValues} values in one object.`);
    sink.full = true;
  }
  return false;
};
