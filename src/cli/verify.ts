/** `stillwatch verify EVIDENCE_DIR`: the scores again, from the evidence pack alone. */
import type { Command } from 'commander';
import { StillwatchError } from '../base/errors.ts';
import { forTerminal } from '../base/safe-text.ts';
import { verifyPack } from '../detect/scan/verify-pack.ts';
import { readEvidence } from './evidence-folder.ts';

type Output = NodeJS.WritableStream;

export const addVerifyCommand = (program: Command, output: Output = process.stdout): void => {
  program
    .command('verify')
    .description('recompute the scores of an evidence pack and fail when they differ')
    .argument('<folder>', 'a folder written by `stillwatch scan --evidence DIR`')
    .option('--digest <sha256>', 'digest of the pack that was kept when it was made')
    .option('--json', 'print the result as JSON')
    .addHelpText(
      'after',
      '\nExample:\n  stillwatch verify out/evidence\n  stillwatch verify out/evidence --digest 5f2c…\n\nA pack that agrees with itself may still have been made up. Keep the digest that this command prints\nright after the scan, and give it with --digest later.\n\nExit status: 0 the same, 1 different, 2 usage, 4 unreadable.',
    )
    .action((folder: string, options: { json?: boolean; digest?: string }) => {
      const { manifest, campaigns } = readEvidence(folder);
      const faults = verifyPack(manifest, campaigns);
      const digest = manifest.sha256;
      if (options.digest !== undefined && options.digest.toLowerCase() !== digest)
        faults.push(`the digest of the pack is ${digest}, not the one given`);
      if (options.json)
        output.write(`${JSON.stringify({ campaigns: campaigns.length, digest, faults })}\n`);
      if (faults.length > 0)
        throw new StillwatchError(
          'EVIDENCE_DIFFERS',
          faults.map((fault) => forTerminal(fault)).join('\n  '),
          'Do not rely on this pack: scan the log again.',
        );
      if (!options.json)
        output.write(
          `${campaigns.length} ${campaigns.length === 1 ? 'campaign' : 'campaigns'}: scores, p-values and verdicts recomputed, all as stored.\ndigest ${digest}\n`,
        );
    });
};
