/** What left lab A, seen from outside: bytes, kinds, and whether anything of a customer is in it. */
import { canonicalJson } from '../../base/canonical-json.ts';
import { parseDistillationIndicator } from '../../share/indicator/profile/indicator.ts';
import type { DemoLab } from './lab.ts';

export interface Published {
  readonly objects: number;
  readonly bytes: number;
  readonly fingerprints: number;
  readonly signatures: number;
  readonly blocks: number;
  readonly tokens: number;
  /** Template of one signature, with its slots masked; null where none was shown. */
  readonly template: string | null;
  /** Accounts and cards of the finding whose name is found in what left: none may be. */
  readonly named: number;
}

/** @param secrets ids and cards that must not be in it */
export const publishedBy = ({ sharing }: DemoLab, secrets: readonly string[]): Published | null => {
  const items = [...(sharing()?.outbox.items().values() ?? [])];
  const objects = items.filter(({ kind }) => kind === 'finding').flatMap(({ taken }) => taken);
  if (objects.length === 0) return null;
  const text = canonicalJson(objects);
  const read = objects.flatMap((object) => parseDistillationIndicator(object).indicator ?? []);
  const signatures = read.flatMap(({ pattern }) =>
    pattern.kind === 'query-signature' ? [pattern] : [],
  );
  const actors = read.flatMap((one) => (one.kind === 'actor-identifier' ? [one] : []));
  return {
    objects: objects.length,
    bytes: Buffer.byteLength(text),
    fingerprints: read.filter(({ kind }) => kind === 'attack-fingerprint').length,
    signatures: signatures.length,
    blocks: actors.reduce((sum, { network }) => sum + network.blocks.length, 0),
    tokens: actors.reduce((sum, { pattern }) => sum + (pattern.tokens?.length ?? 0), 0),
    template: signatures.find(({ template }) => template !== undefined)?.template ?? null,
    named: secrets.filter((secret) => text.includes(secret)).length,
  };
};
