import type { ScanReport } from '../../detect/report/report.ts';
import { showMean, showProportion } from './format.ts';
import type { LabelRow } from './labels.ts';
import { type Measures, measure, pool, type Summary } from './measures.ts';
import { type BaselineResult, poolBaselines } from './naive/compare.ts';

/** A world with known answers. */
export interface GridWorld {
  readonly labels: readonly LabelRow[];
}

/** One row of the table: the same kind of world under every seed. */
export interface Cell<World extends GridWorld> {
  readonly name: string;
  readonly world: (seed: number) => World | Promise<World>;
}

export interface GridRow {
  readonly name: string;
  readonly seeds: readonly number[];
  readonly summary: Summary;
  /** The naive detectors on the same worlds, counts added; empty when they were not run. */
  readonly baselines: readonly BaselineResult[];
  readonly runs: readonly { readonly seed: number; readonly measures: Measures }[];
}

export interface Grid {
  readonly version: 1;
  readonly rows: readonly GridRow[];
}

export interface GridOptions<World extends GridWorld> {
  readonly runBaselines?: (world: World) => Promise<readonly BaselineResult[]>;
  /** Called before each run. */
  readonly onRun?: (cell: string, seed: number) => void;
}

/**
 * Scans every cell under every seed and pools the seeds of a cell. One world at a time, each dropped
 * before the next is made: worlds are large. A scan that fails fails the grid; a table with a silent
 * gap would be read as a success.
 */
export const runGrid = async <World extends GridWorld>(
  cells: readonly Cell<World>[],
  seeds: readonly number[],
  runScan: (world: World) => Promise<ScanReport>,
  options: GridOptions<World> = {},
): Promise<Grid> => {
  const rows: GridRow[] = [];
  for (const cell of cells) {
    const runs: { seed: number; measures: Measures }[] = [];
    const baselines: (readonly BaselineResult[])[] = [];
    for (const seed of seeds) {
      options.onRun?.(cell.name, seed);
      const world = await cell.world(seed);
      runs.push({ seed, measures: measure(await runScan(world), world.labels) });
      if (options.runBaselines) baselines.push(await options.runBaselines(world));
    }
    rows.push({
      name: cell.name,
      seeds,
      summary: pool(runs.map((run) => run.measures)),
      baselines: poolBaselines(baselines),
      runs,
    });
  }
  return { version: 1, rows };
};

/** A cell of a Markdown table: a name may hold anything. */
const cellText = (text: string): string => text.replace(/[\r\n]+/g, ' ').replaceAll('|', '\\|');

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows]
    .map((row) => `| ${row.map(cellText).join(' | ')} |`)
    .join('\n');

/** The grid as Markdown: what the scan reached, then what the naive detectors reached. */
export const gridMarkdown = (grid: Grid): string => {
  const scan = table(
    [
      'world',
      'runs',
      'campaigns found',
      'accounts of a found campaign',
      'purity',
      'benign accounts in findings',
      'runs with a benign account in a finding',
      'runs with a distillation finding',
    ],
    grid.rows.map(({ name, summary }) => [
      name,
      `${summary.runs}`,
      showProportion(summary.campaigns_found),
      showMean(summary.share_of_found),
      showMean(summary.purity),
      showProportion(summary.benign.distillation.overall),
      showProportion(summary.runs_with_benign),
      showProportion(summary.runs_with_distillation),
    ]),
  );
  const naive = grid.rows.flatMap(({ name, baselines }) =>
    baselines.map((b) => [
      name,
      b.detector,
      showProportion(b.campaigns_found),
      showProportion(b.accounts_flagged),
      showProportion(b.benign_flagged),
    ]),
  );
  if (naive.length === 0) return `${scan}\n`;
  const head = ['world', 'detector', 'campaigns found', 'campaign accounts flagged'];
  return `${scan}\n\n${table([...head, 'benign accounts flagged'], naive)}\n`;
};
