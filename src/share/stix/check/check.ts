import { fault, type Sink } from './sink.ts';

/** Looks at one value and puts what is wrong into the sink. Never throws. */
export type Check = (value: unknown, sink: Sink) => void;

const nameOf = (value: unknown): string => {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
};

export const wrongKind = (sink: Sink, section: string, wanted: string, value: unknown): void =>
  fault(sink, 'STIX_KIND', section, `Expected ${wanted}, found ${nameOf(value)}.`);

export const isRecord = (value: unknown): value is { readonly [key: string]: unknown } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
