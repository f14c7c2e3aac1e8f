/**
 * Reading STIX objects: `parseJsonText` and `parseObject` against plain JSON.parse of the same bundles,
 * interleaved round by round in one process. Measured in processor time of all threads (collection of
 * garbage included), because other work on the machine stretches the time on the clock.
 *
 * Null control: JSON.parse against itself (1 expected). Positive control: JSON.parse twice against
 * once (2 expected). Intervals: second-lowest to second-highest of 11 rounds, which covers the median
 * with probability 98.8 % (binomial).
 */
import { parseJsonText } from '../src/base/json-text.ts';
import { parseBundle } from '../src/share/stix/parse.ts';

const OBJECTS = 1_000;
const REPEATS = 10;
const ROUNDS = 11;

const uuid = (i: number) => `00000000-0000-4000-8000-${i.toString(16).padStart(12, '0')}`;
const STAMP = '2026-03-01T10:00:00.000Z';

/** Indicators with a pattern, markings, references and an extension: about 1,300 bytes each. */
const indicator = (i: number) => ({
  type: 'indicator',
  spec_version: '2.1',
  id: `indicator--${uuid(i)}`,
  created_by_ref: `identity--${uuid(1)}`,
  created: STAMP,
  modified: STAMP,
  name: `Address block ${i}`,
  description: 'Accounts of one operator draw on one prompt family from this block of addresses.',
  indicator_types: ['anomalous-activity'],
  pattern: `([ipv4-addr:value ISSUBSET '198.51.${i % 256}.0/24'] AND [user-account:account_type = 'unix']) WITHIN 600 SECONDS`,
  pattern_type: 'stix',
  valid_from: STAMP,
  valid_until: '2026-06-01T10:00:00Z',
  labels: ['a', 'b'],
  confidence: 60,
  external_references: [
    { source_name: 'mitre-atlas', external_id: 'AML.T0024', url: 'https://example.org/t/24' },
  ],
  object_marking_refs: ['marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421'],
  granular_markings: [
    {
      marking_ref: 'marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1',
      selectors: ['description', 'external_references.[0].url'],
    },
  ],
  extensions: {
    [`extension-definition--${uuid(2)}`]: {
      extension_type: 'property-extension',
      kind: 'actor-identifier',
      permitted_action: 'verify',
      k_anonymity: 20,
      counts: { accounts: '100-999', exchanges: '10000-99999' },
    },
  },
});

const median = (sorted: readonly number[]): number => sorted[Math.floor(sorted.length / 2)]!;

const bundle = JSON.stringify({
  type: 'bundle',
  id: `bundle--${uuid(3)}`,
  objects: Array.from({ length: OBJECTS }, (_, i) => indicator(i)),
});
const bytes = Buffer.from(bundle);

const ways: { readonly [name: string]: () => unknown } = {
  'JSON.parse': () => JSON.parse(bundle),
  'null: JSON.parse again': () => JSON.parse(bundle),
  'positive: JSON.parse twice': () => [JSON.parse(bundle), JSON.parse(bundle)],
  'parseJsonText of text': () => parseJsonText(bundle).value,
  'parseJsonText of bytes': () => parseJsonText(bytes).value,
  'parseJsonText and parseBundle': () => {
    const parsed = parseBundle(parseJsonText(bytes).value);
    if (parsed.object === undefined) throw new Error('the bundle of the benchmark is not valid');
    return parsed;
  },
};

export const run = () => {
  const times = new Map(Object.keys(ways).map((name) => [name, [] as number[]]));
  for (let round = -2; round < ROUNDS; round += 1) {
    for (const [name, way] of Object.entries(ways)) {
      const start = process.cpuUsage();
      for (let i = 0; i < REPEATS; i += 1) way();
      const { user, system } = process.cpuUsage(start);
      if (round >= 0) times.get(name)!.push((user + system) / 1000 / REPEATS);
    }
  }
  const base = times.get('JSON.parse')!;
  return [...times].map(([name, taken]) => {
    const ratios = taken.map((time, i) => time / base[i]!).sort((a, b) => a - b);
    const sorted = [...taken].sort((a, b) => a - b);
    return {
      name,
      bytesPerObject: Math.round(bytes.length / OBJECTS),
      objectsPerProcessorSecond: Math.round((OBJECTS / median(sorted)) * 1000),
      ratio: Number(median(ratios).toFixed(2)),
      low: Number(ratios[1]!.toFixed(2)),
      high: Number(ratios[ROUNDS - 2]!.toFixed(2)),
    };
  });
};
