/** `stillwatch train --out MODEL`: fits the intent model on composed worlds. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { StillwatchError } from '../base/errors.ts';
import { forJson } from '../base/safe-text.ts';
import type { IntentModel, ModelQuality } from '../detect/verdict/intent-model.ts';
import { FORMS, type Form } from '../prove/train/fit.ts';
import {
  GRAMMAR_MATERIAL,
  type Material,
  materialOfFiles,
  readMaterial,
  sharedOrigins,
} from '../prove/train/material.ts';
import { TRAIN_DEFAULTS, train } from '../prove/train/train.ts';
import { writeOutput } from './write-output.ts';

interface Flags {
  readonly out: string;
  readonly data?: readonly string[];
  readonly harvest?: readonly string[];
  readonly everyday?: readonly string[];
  readonly evaluation?: readonly string[];
  readonly seeds?: readonly number[];
  readonly testData?: readonly string[];
  readonly testSeeds?: readonly number[];
  readonly accounts: number;
  readonly form: Form;
  readonly json?: boolean;
}

const MOST_SEEDS = 10_000;

const seeds = (value: string): number[] => {
  const match = /^(\d{1,9})(?:-(\d{1,9}))?$/.exec(value);
  const from = Number(match?.[1]);
  const to = Number(match?.[2] ?? match?.[1]);
  if (match === null || to < from || to - from >= MOST_SEEDS)
    throw new InvalidArgumentError('a seed or FROM-TO is expected, such as 1-48.');
  return Array.from({ length: to - from + 1 }, (_, i) => from + i);
};

const accounts = (value: string): number => {
  const n = Number(value);
  if (!Number.isSafeInteger(n) || n < 800)
    throw new InvalidArgumentError('a whole number of at least 800 is expected.');
  return n;
};

const materialOf = ({ data, harvest, everyday, evaluation }: Flags): Material => {
  if (data !== undefined) return readMaterial('data', data);
  if (harvest === undefined && everyday === undefined && evaluation === undefined)
    return GRAMMAR_MATERIAL;
  return materialOfFiles('files', {
    harvest: harvest ?? [],
    everyday: everyday ?? [],
    evaluation: evaluation ?? [],
  });
};

/** What is fitted on and what is measured on must share no origin, or the measure flatters. */
const testOf = (
  flags: Flags,
  material: Material,
): { material: Material; seeds: readonly number[] } | null => {
  if (flags.testData === undefined) return null;
  const test = readMaterial('test', flags.testData);
  const shared = sharedOrigins(material, test);
  if (shared.length > 0)
    throw new StillwatchError(
      'USAGE',
      `The test data share origins with the training data: ${[...new Set(shared)].join(', ')}`,
      'Keep what is fitted on and what is measured on apart by origin; see docs/guides/train.md.',
    );
  return { material: test, seeds: flags.testSeeds ?? seeds('1001-1012') };
};

const qualityLine = (q: ModelQuality): string => {
  const recall = q.recall
    .map((r) => `${r.found} of ${q.campaigns} at ${100 * r.false_positives} %`)
    .join(', ');
  return `  held out by ${q.held_out_by}: log loss ${q.log_loss}, campaigns above benign sets ${recall} (${q.benign} benign sets)`;
};

const humanText = (path: string, model: IntentModel): string => {
  const terms = model.features.map(({ signal, direction, curve }) => {
    const range = Math.abs(curve.at(-1)! - curve[0]!).toFixed(2);
    return `  ${direction > 0 ? '+' : '−'} ${signal.padEnd(24)} ${range} log-odds from end to end`;
  });
  const { positives, negatives, worlds } = model.provenance;
  return [
    `${path}: ${model.id}, ${model.form}, from ${positives} campaigns and ${negatives} benign sets of ${worlds} worlds`,
    ...terms,
    ...model.quality.map(qualityLine),
    `next: stillwatch scan LOG --model ${path}`,
    '',
  ].join('\n');
};

const HELP = `
Examples:
  stillwatch train --out model.json
  stillwatch train --out model.json --data corpora --test-data other-corpora --seeds 1-24

Exit status: 0 done, 2 usage, 4 unreadable prompts, too little to fit on, or a file that cannot be
written.
How to prepare corpora: docs/guides/train.md. The file: docs/reference/model.md.`;

export const addTrainCommand = (
  program: Command,
  output: NodeJS.WritableStream = process.stdout,
  log: NodeJS.WritableStream & { readonly isTTY?: boolean } = process.stderr,
): void => {
  program
    .command('train')
    .description('fit the intent model on composed worlds')
    .requiredOption('--out <file>', 'the model file to write')
    .addOption(
      new Option('--data <dir...>', 'folders with harvest/, everyday/ and evaluation/').conflicts([
        'harvest',
        'everyday',
        'evaluation',
      ]),
    )
    .option('--harvest <file...>', 'prompts of campaigns, JSON lines')
    .option('--everyday <file...>', 'prompts of ordinary use, JSON lines')
    .option('--evaluation <file...>', 'prompts of public evaluations, JSON lines')
    .option('--seeds <from-to>', 'one world for each (1-48)', seeds)
    .option('--test-data <dir...>', 'folders of other origins, to measure on')
    .option('--test-seeds <from-to>', 'one test world for each (1001-1012)', seeds)
    .option('--accounts <n>', 'accounts of a world', accounts, TRAIN_DEFAULTS.accounts)
    .addOption(
      new Option('--form <name>', 'form of the curves')
        .choices(FORMS)
        .default(TRAIN_DEFAULTS.fit.form),
    )
    .option('--json', 'print what was fitted as JSON')
    .addHelpText('after', HELP)
    .action(async (flags: Flags) => {
      const material = materialOf(flags);
      const model = await train({
        material,
        seeds: flags.seeds ?? seeds('1-48'),
        test: testOf(flags, material),
        accounts: flags.accounts,
        fit: { ...TRAIN_DEFAULTS.fit, form: flags.form },
        onWorld: (name, campaigns, benign) => {
          if (log.isTTY) log.write(`${name}: ${campaigns} sets of campaigns, ${benign} benign\n`);
        },
      });
      writeOutput(flags.out, `${JSON.stringify(model, null, 2)}\n`);
      const { ordinary: _, ...shown } = model;
      output.write(flags.json ? `${forJson(shown, 2)}\n` : humanText(flags.out, model));
    });
};
