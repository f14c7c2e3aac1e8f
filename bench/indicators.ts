/**
 * What indicators of one lab find at another: for each harvest grammar a campaign at lab A, scanned and
 * derived from, and the same operator at lab B, with other accounts, other seeds and other prompts of the
 * grammar. Positive control: lab B. Null control: a world without campaigns, in which two researchers run a
 * slice of the harvest text itself. All worlds are simulated. Too long for `npm run bench`; run it as
 * `node bench/indicators.ts`.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { wilson } from '../src/base/statistics.ts';
import { matchLog } from '../src/cli/indicators-run.ts';
import { writeOutput } from '../src/cli/write-output.ts';
import { scan } from '../src/detect/scan/scan.ts';
import type { Corpus } from '../src/prove/simulate/corpus.ts';
import { HARVEST_FAMILIES, harvestCorpus } from '../src/prove/simulate/grammar/harvest.ts';
import { writeWorld } from '../src/prove/simulate/write-world.ts';
import { deriveIndicators } from '../src/share/indicator/derive/derive.ts';
import { MIN_CONTAINMENT } from '../src/share/indicator/derive/signatures.ts';
import type { IndicatorHits } from '../src/share/indicator/match/tally.ts';
import { EXTENSION_IDS } from '../src/share/indicator/profile/extension-definitions.ts';
import { INDICATOR_KINDS } from '../src/share/indicator/profile/words.ts';
import { isType } from '../src/share/stix/types.ts';

/** Those on which nothing was chosen; `node bench/indicators.ts 101 102 --sweep` are those on which it was. */
const given = process.argv.slice(2).map(Number).filter(Number.isSafeInteger);
const SEEDS = given.length > 0 ? given : [201, 202];
/** Shares of a sketch that a prompt must hold. */
const LEVELS = process.argv.includes('--sweep') ? [0.6, MIN_CONTAINMENT, 0.9] : [MIN_CONTAINMENT];
const AT = '2026-06-20T00:00:00.000Z';

/** Part `part` of two of a corpus: the labs never see the same prompt. */
const half = (corpus: Corpus, part: 0 | 1): Corpus => {
  const size = Math.floor(corpus.size / 2);
  return {
    ...corpus,
    name: `${corpus.name}:half-${part}`,
    size,
    units: [{ key: 'all', start: 0, size }],
    at: (i) => corpus.at(2 * i + part),
  };
};

interface Label {
  readonly account_id: string;
  readonly label: string;
  readonly group: string;
}

const labelsOf = (folder: string): Label[] =>
  readFileSync(join(folder, 'labels.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Label);

const count = { hit: 0, of: 0 };
type Count = typeof count;

const totals = new Map<string, Count>();
const add = (name: string, hit: number, of: number): void => {
  const { hit: h, of: n } = totals.get(name) ?? count;
  totals.set(name, { hit: h + hit, of: n + of });
};

const grade = (world: string, hits: readonly IndicatorHits[], labels: readonly Label[]): object => {
  const row: Record<string, unknown> = {};
  for (const kind of [...INDICATOR_KINDS, 'any'] as const) {
    // What the level does not touch is measured at one level only; what was not derived finds nobody.
    if (kind === 'attack-fingerprint' && !world.includes(` ${MIN_CONTAINMENT} `)) continue;
    if (kind === 'actor-identifier' && !hits.some((h) => h.kind === kind)) continue;
    const hit = new Set(
      hits
        .filter((h) => kind === 'any' || h.kind === kind)
        .flatMap((h) => h.accounts.map((a) => a.account_id)),
    );
    const campaign = labels.filter((l) => l.label === 'distillation');
    const benign = labels.filter((l) => l.label === 'benign');
    const found = campaign.filter((l) => hit.has(l.account_id)).length;
    const wrong = benign.filter((l) => hit.has(l.account_id));
    for (const name of [world, world.split(' ').slice(0, 2).join(' ')]) {
      if (campaign.length > 0) add(`${name} ${kind} recall`, found, campaign.length);
      add(`${name} ${kind} false`, wrong.length, benign.length);
    }
    row[kind] = {
      found: campaign.length > 0 ? `${found}/${campaign.length}` : undefined,
      wrong: `${wrong.length}/${benign.length}`,
      groups: wrong.reduce<Record<string, number>>((sum, l) => {
        sum[l.group] = (sum[l.group] ?? 0) + 1;
        return sum;
      }, {}),
    };
  }
  return row;
};

export const run = async (): Promise<object> => {
  const folder = mkdtempSync(join(tmpdir(), 'stillwatch-indicators-'));
  const at = (name: string, file: string) => join(folder, name, file);
  try {
    for (const seed of SEEDS)
      for (const family of HARVEST_FAMILIES) {
        const corpus = harvestCorpus(family, 'en');
        const shared = {
          campaigns: 1,
          campaignAccounts: [80, 80],
          perAccount: [100, 150],
        } as const;
        const hydra = { world: 'hydra', accounts: 400, ...shared } as const;
        await writeWorld({ ...hydra, seed, harvest: [half(corpus, 0)] }, join(folder, 'a'));
        await writeWorld(
          { ...hydra, seed: seed + 1000, harvest: [half(corpus, 1)] },
          join(folder, 'b'),
        );
        await writeWorld(
          { world: 'quiet', accounts: 1000, seed: seed + 2000, harvest: [half(corpus, 1)] },
          join(folder, 'q'),
        );
        const { report } = await scan([at('a', 'traffic.jsonl')], {
          accounts: at('a', 'accounts.jsonl'),
          level: 0.01,
          threads: 0,
        });
        for (const containment of LEVELS) {
          const options = { k: 5, tlp: 'amber', permit: 'verify', containment } as const;
          const { bundle } = deriveIndicators(report, options);
          // What the level does not touch is measured once.
          const objects = (bundle.objects ?? []).filter(
            (o) =>
              containment === MIN_CONTAINMENT ||
              (isType(o, 'indicator') && EXTENSION_IDS['query-signature'] in (o.extensions ?? {})),
          );
          writeOutput(at('a', 'indicators.json'), JSON.stringify({ ...bundle, objects }));
          for (const world of ['b', 'q']) {
            const matched = await matchLog(
              [at(world, 'traffic.jsonl')],
              {
                indicators: at('a', 'indicators.json'),
                accounts: at(world, 'accounts.jsonl'),
                at: AT,
                threads: 0,
              },
              0,
            );
            const labels = labelsOf(join(folder, world));
            const row = grade(`${world} ${containment} ${family}`, matched.indicators, labels);
            const { length } = matched.indicators;
            console.log(
              JSON.stringify({ seed, family, world, containment, indicators: length, ...row }),
            );
          }
        }
      }
  } finally {
    rmSync(folder, { recursive: true });
  }
  return Object.fromEntries(
    [...totals].map(([name, { hit, of }]) => {
      const { low, high } = wilson(hit, of);
      return [name, `${hit}/${of} (${low.toFixed(4)} to ${high.toFixed(4)})`];
    }),
  );
};

if (import.meta.main) console.log(JSON.stringify(await run(), null, 1));
