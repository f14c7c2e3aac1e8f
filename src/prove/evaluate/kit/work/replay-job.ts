/** Replays a log in the order of time: when is a campaign first found? */
import { closeSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { scan } from '../../../../detect/scan/scan.ts';
import { tally } from '../../tally.ts';
import { type ComposedWorld, compose } from './compose.ts';
import type { Lab } from './lab.ts';
import type { WorldSpec } from './world-spec.ts';

export interface ReplaySpec {
  readonly world: WorldSpec;
  /** Looks are taken when all campaigns together have made these shares of their exchanges; ascending. */
  readonly looks: readonly number[];
}

/** One campaign: where it stood at the look that first found it; all null when none did. */
export interface Detection {
  readonly campaign: string;
  readonly exchanges: number;
  /** Share of its exchanges made, number of them, and hours since its first, when it was found. */
  readonly share: number | null;
  readonly made: number | null;
  readonly hours: number | null;
  /** The same share one look earlier: it became detectable somewhere between the two. */
  readonly shareBefore: number | null;
}

export interface ReplayResult {
  readonly campaigns: readonly Detection[];
  readonly looks: number;
  /** Looks with a benign account in a `distillation` finding. */
  readonly looksWithBenign: number;
}

/** Byte after each line. */
const lineEnds = (bytes: Buffer): number[] => {
  const ends: number[] = [];
  for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) ends.push(at + 1);
  return ends;
};

/** How many of ascending row numbers lie before `row`. */
const countBefore = (rows: readonly number[], row: number): number => {
  let [low, high] = [0, rows.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (rows[middle]! < row) low = middle + 1;
    else high = middle;
  }
  return low;
};

/** Rows of the log that each look sees. */
const cutsOf = ({ rowsOf }: ComposedWorld, looks: readonly number[]): number[] => {
  const all = [...rowsOf.values()].flatMap(({ rows }) => rows).sort((a, b) => a - b);
  return looks.map((share) => all[Math.max(0, Math.ceil(share * all.length) - 1)]! + 1);
};

/** Scans growing prefixes of one log until every campaign was found. */
export const runReplay = async (
  spec: ReplaySpec,
  seed: number,
  lab: Lab,
): Promise<ReplayResult> => {
  const world = await compose(spec.world, seed, lab);
  const bytes = readFileSync(world.traffic);
  const ends = lineEnds(bytes);
  const prefix = join(lab.scratch, 'prefix.jsonl');
  rmSync(prefix, { force: true });
  const found = new Map<string, Detection>();
  let looks = 0;
  let looksWithBenign = 0;
  let written = 0;
  let before = 0;
  for (const cut of cutsOf(world, spec.looks)) {
    const end = ends[cut - 1] ?? bytes.length;
    const file = openSync(prefix, 'a');
    writeSync(file, bytes, written, end - written);
    closeSync(file);
    written = end;
    const { report } = await scan([prefix], {
      ...lab.calibration,
      accounts: world.accounts,
      level: lab.level,
    });
    const counts = tally(report, world.labels);
    looks++;
    if (counts.groups.some((g) => g.label === 'benign' && g.verdicts.distillation > 0))
      looksWithBenign++;
    for (const { campaign, seen_as } of counts.campaigns) {
      if (seen_as !== 'distillation' || found.has(campaign)) continue;
      const { rows, times } = world.rowsOf.get(campaign)!;
      const made = countBefore(rows, cut);
      found.set(campaign, {
        campaign,
        exchanges: rows.length,
        share: made / rows.length,
        made,
        hours: (times[Math.max(0, made - 1)]! - times[0]!) / 3_600_000,
        shareBefore: countBefore(rows, before) / rows.length,
      });
    }
    before = cut;
    if (found.size === world.rowsOf.size) break;
  }
  rmSync(prefix, { force: true });
  const campaigns = [...world.rowsOf].map(
    ([campaign, { rows }]): Detection =>
      found.get(campaign) ?? {
        campaign,
        exchanges: rows.length,
        share: null,
        made: null,
        hours: null,
        shareBefore: null,
      },
  );
  return { campaigns, looks, looksWithBenign };
};
