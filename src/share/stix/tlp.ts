/**
 * The Traffic Light Protocol: version 1 as STIX 2.1 writes it (section 7.2.1.4), and version 2 in the
 * form of the OASIS extension definition for TLP 2.0 (1 October 2022). Both are fixed objects: a marking
 * is known by its identifier, and nobody may make another.
 */
import type { MarkingDefinition } from './types.ts';

export const TLP2_EXTENSION = 'extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d';

/** Levels of TLP 2.0, from the widest audience to the narrowest. */
export const TLP_LEVELS = ['clear', 'green', 'amber', 'amber+strict', 'red'] as const;
export type TlpLevel = (typeof TLP_LEVELS)[number];

const TLP1_LEVELS = ['white', 'green', 'amber', 'red'] as const;
export type Tlp1Level = (typeof TLP1_LEVELS)[number];

const TLP1_UUIDS: { readonly [L in Tlp1Level]: string } = {
  white: '613f2e26-407d-48c7-9eca-b8e91df99dc9',
  green: '34098fce-860f-48ae-8e50-ebd3cc5e41da',
  amber: 'f88d31f6-486f-44da-b317-01333bde0b82',
  red: '5e57c739-391a-4eb3-b6be-7d15ca92d5ed',
};

const TLP2_UUIDS: { readonly [L in TlpLevel]: string } = {
  clear: '94868c89-83c2-464b-929b-a1a8aa3c8487',
  green: 'bab4a63c-aed9-4cf5-a766-dfca5abac2bb',
  amber: '55d920b0-5e8b-4f79-9ee9-91f868d9b421',
  'amber+strict': '939a9414-2ddd-4d32-a0cd-375ea402b003',
  red: 'e828b379-4e03-4974-9ac4-e53a884c97c1',
};

const tlp1 = (level: Tlp1Level): MarkingDefinition => ({
  type: 'marking-definition',
  spec_version: '2.1',
  id: `marking-definition--${TLP1_UUIDS[level]}`,
  created: '2017-01-20T00:00:00.000Z',
  definition_type: 'tlp',
  name: `TLP:${level.toUpperCase()}`,
  definition: { tlp: level },
});

const tlp2 = (level: TlpLevel): MarkingDefinition => ({
  type: 'marking-definition',
  spec_version: '2.1',
  id: `marking-definition--${TLP2_UUIDS[level]}`,
  created: '2022-10-01T00:00:00.000Z',
  name: `TLP:${level.toUpperCase()}`,
  extensions: { [TLP2_EXTENSION]: { extension_type: 'property-extension', tlp_2_0: level } },
});

/** The five marking definitions of TLP 2.0. */
export const TLP2_MARKINGS: { readonly [L in TlpLevel]: MarkingDefinition } = {
  clear: tlp2('clear'),
  green: tlp2('green'),
  amber: tlp2('amber'),
  'amber+strict': tlp2('amber+strict'),
  red: tlp2('red'),
};

/** The four marking definitions of TLP 1 (7.2.1.4). */
export const TLP1_MARKINGS: { readonly [L in Tlp1Level]: MarkingDefinition } = {
  white: tlp1('white'),
  green: tlp1('green'),
  amber: tlp1('amber'),
  red: tlp1('red'),
};

/**
 * TLP 1 read as TLP 2.0: FIRST renamed WHITE to CLEAR. AMBER of version 1 allowed no sharing beyond an
 * organization and those of its clients who need to know, which is AMBER of version 2 as well.
 */
const LEVEL_OF_ID: ReadonlyMap<string, TlpLevel> = new Map([
  ...TLP_LEVELS.map((level) => [TLP2_MARKINGS[level].id, level] as const),
  ...TLP1_LEVELS.map(
    (level) => [TLP1_MARKINGS[level].id, level === 'white' ? 'clear' : level] as const,
  ),
]);

/** Every fixed TLP marking definition by its identifier. */
export const TLP_BY_ID: ReadonlyMap<string, MarkingDefinition> = new Map(
  [...Object.values(TLP2_MARKINGS), ...Object.values(TLP1_MARKINGS)].map((m) => [m.id, m]),
);

/** The level that a marking reference stands for, or undefined when it is no TLP marking. */
export const tlpLevelOf = (markingRef: string): TlpLevel | undefined => LEVEL_OF_ID.get(markingRef);

/** Which of two levels has the narrower audience. */
export const stricterTlp = (a: TlpLevel, b: TlpLevel): TlpLevel =>
  TLP_LEVELS.indexOf(a) >= TLP_LEVELS.indexOf(b) ? a : b;
