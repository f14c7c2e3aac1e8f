/** `stillwatch hub certificate`: which member a client certificate stands for. */
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { StillwatchError } from '../../base/errors.ts';
import { DATA_HELP, type DataOptions, dataShown, type Output, tell, withOffice } from './office.ts';

const certificateIn = (path: string): X509Certificate => {
  try {
    return new X509Certificate(readFileSync(path));
  } catch (cause) {
    throw new StillwatchError(
      'INPUT_UNREADABLE',
      `${path} is no certificate`,
      'Give one X.509 certificate as PEM or DER.',
      { cause },
    );
  }
};

export const addHubCertificateCommand = (hub: Command, output: Output): void => {
  hub
    .command('certificate')
    .description('let a member in by a client certificate, or no longer')
    .argument('<member>', 'its name or id')
    .argument('<file>', 'the certificate, PEM or DER')
    .requiredOption('--data <where>', DATA_HELP)
    .option('--remove', 'let it in no longer')
    .option('--json', 'print the outcome as JSON')
    .addHelpText(
      'after',
      `
Example:
  stillwatch hub certificate "Lab A" lab-a.pem --data ./hub

The hub must be served with --tls-cert, --tls-key and --client-ca.

Exit status: 0 done, 2 usage or unknown member, 4 unreadable certificate or data.`,
    )
    .action(
      async (who: string, file: string, options: DataOptions & { readonly remove?: boolean }) => {
        const { memberNamed } = await import('../../serve/hub/members/changes.ts');
        const { certificateSetting } = await import('../../serve/hub/access/authenticate.ts');
        const { fingerprint256, validTo } = certificateIn(file);
        const member = await withOffice(options.data, ({ store }) =>
          store.write(async ({ records }) => {
            const found = await memberNamed(records, who);
            const setting = certificateSetting(fingerprint256);
            if (options.remove) await records.remove('setting', setting);
            else await records.put('setting', setting, found.id);
            return found;
          }),
        );
        tell(output, options.json, {
          json: {
            member: member.id,
            fingerprint: fingerprint256,
            removed: options.remove === true,
          },
          lines: [
            `${options.remove ? 'No longer lets in' : 'Lets in'} ${member.name}: ${fingerprint256}`,
            `It ends ${validTo}.`,
          ],
          next: `stillwatch hub health --data ${dataShown(options.data)}`,
        });
      },
    );
};
