/** What would leave, to the byte, and what would not, with every reason. */
import { hash } from 'node:crypto';
import { canonicalJson } from '../../../base/canonical-json.ts';
import { checkWarninglists, type WarningFault } from '../warninglist/check.ts';
import type { Warninglist } from '../warninglist/warninglist.ts';
import { checkLeaving } from './check.ts';
import type { FirewallFault } from './fault.ts';

export type PreviewFault = FirewallFault | WarningFault;

export interface PreviewedObject {
  /** Position in what was given, from 0. */
  readonly index: number;
  readonly type: string;
  readonly id: string;
  readonly allowed: boolean;
  /** Of what is allowed: its bytes (RFC 8785), their number in UTF-8, and their SHA-256. */
  readonly canonical?: string;
  readonly bytes?: number;
  readonly sha256?: string;
  readonly faults: readonly PreviewFault[];
}

export interface Preview {
  readonly objects: readonly PreviewedObject[];
  readonly allowed: number;
  readonly refused: number;
}

const textOf = (value: unknown, name: string): string => {
  const text = (value as Readonly<Record<string, unknown>> | null)?.[name];
  return typeof text === 'string' ? text.slice(0, 100) : '';
};

const previewOne = (
  value: unknown,
  index: number,
  lists: readonly Warninglist[],
): PreviewedObject => {
  const { allowed, faults } = checkLeaving(value);
  const all = allowed ? checkWarninglists(value, lists) : faults;
  const common = { index, type: textOf(value, 'type'), id: textOf(value, 'id'), faults: all };
  if (all.length > 0) return { ...common, allowed: false };
  const canonical = canonicalJson(value);
  return {
    ...common,
    allowed: true,
    canonical,
    bytes: Buffer.byteLength(canonical),
    sha256: hash('sha256', canonical, 'hex'),
  };
};

export const previewOf = (
  values: readonly unknown[],
  lists: readonly Warninglist[] = [],
): Preview => {
  const objects = values.map((value, index) => previewOne(value, index, lists));
  const allowed = objects.filter((one) => one.allowed).length;
  return { objects, allowed, refused: objects.length - allowed };
};
