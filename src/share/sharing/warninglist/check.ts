/** Stops indicators that would hit the innocent: shared infrastructure, and the lists that a lab or hub gives. */
import { parseDistillationIndicator } from '../../indicator/profile/indicator.ts';
import { sharedBlock, sharedSystem } from './shared-infrastructure.ts';
import type { Warninglist } from './warninglist.ts';

export const WARNING_CODES = {
  SHARED_INFRASTRUCTURE: 'It names infrastructure that belongs to many.',
  WARNINGLIST_HIT: 'It names something that a warninglist holds.',
} as const;

export interface WarningFault {
  readonly code: keyof typeof WARNING_CODES;
  readonly path: string;
  readonly sentence: string;
}

const MOST = 50;

/**
 * What an indicator of the profile names, as warninglists would write it. Other objects name nothing
 * that could be on a list.
 */
const namedBy = (
  object: unknown,
): {
  readonly blocks: readonly string[];
  readonly systems: readonly number[];
  readonly texts: readonly string[];
} => {
  const { indicator } = parseDistillationIndicator(object);
  if (indicator?.kind !== 'actor-identifier') return { blocks: [], systems: [], texts: [] };
  const { network, pattern } = indicator;
  return { ...network, texts: pattern.clients ?? [] };
};

/** Every fault of an object that the firewall lets pass. What it names is public: blocks, systems, JA4. */
export const checkWarninglists = (
  object: unknown,
  lists: readonly Warninglist[],
): readonly WarningFault[] => {
  const { blocks, systems, texts } = namedBy(object);
  const faults: WarningFault[] = [];
  const note = (code: WarningFault['code'], sentence: string): void => {
    if (faults.length < MOST) faults.push({ code, path: '$.pattern', sentence });
  };
  const onLists = (what: string, ...spellings: readonly string[]): void => {
    for (const { name, version, hits } of lists)
      if (spellings.some(hits))
        note('WARNINGLIST_HIT', `${what} is on the list "${name}" (version ${version}).`);
  };
  for (const block of blocks) {
    const shared = sharedBlock(block);
    if (shared !== undefined)
      note('SHARED_INFRASTRUCTURE', `${block} meets ${shared.name} (${shared.source}).`);
    onLists(block, block);
  }
  for (const system of systems) {
    const shared = sharedSystem(system);
    if (shared !== undefined)
      note('SHARED_INFRASTRUCTURE', `AS${system} is ${shared.name} (${shared.source}).`);
    onLists(`AS${system}`, `AS${system}`, String(system));
  }
  for (const text of texts) onLists('A client fingerprint', text);
  return faults;
};
