/** What an auditor makes of the hub's answer: boxes that were sealed to its own key are opened here. */
import { isSealedBox, openBox, sealingKeyOf } from './sealed-box.ts';

export interface AuditedVersion {
  readonly version: string;
  readonly origin: Readonly<Record<'member' | 'object' | 'key', string>> | undefined;
  readonly contribution: unknown;
}

type Json = Readonly<Record<string, unknown>>;
const isJson = (value: unknown): value is Json => typeof value === 'object' && value !== null;

const textIn = (value: Json, name: string): string =>
  typeof value[name] === 'string' ? String(value[name]).slice(0, 300) : '';

const originIn = (value: unknown): AuditedVersion['origin'] =>
  isJson(value)
    ? {
        member: textIn(value, 'member'),
        object: textIn(value, 'object'),
        key: textIn(value, 'key'),
      }
    : undefined;

/** @param seed of the auditor's key, when there is one outside the hub. */
export const openedBy = (answer: Json, seed: Uint8Array | undefined): readonly AuditedVersion[] => {
  const key = seed === undefined ? undefined : sealingKeyOf(seed);
  const open = (named: unknown): unknown =>
    key !== undefined && isJson(named) && typeof named.name === 'string' && isSealedBox(named.box)
      ? openBox(key, named.name, named.box)
      : undefined;
  const versions = Array.isArray(answer.versions) ? answer.versions.filter(isJson) : [];
  return versions.map((one) => {
    const sealed = isJson(one.sealed) ? one.sealed : undefined;
    return {
      version: textIn(one, 'version'),
      origin: originIn(sealed === undefined ? one.origin : open(sealed.origin)),
      contribution: sealed === undefined ? one.contribution : open(sealed.contribution),
    };
  });
};
