/** `stillwatch hub ledger`: the key of the hub's ledger, and the witnesses it knows. */
import type { Command } from 'commander';
import {
  DATA_HELP,
  type DataOptions,
  dataShown,
  EXIT_STATUS,
  type Output,
  tell,
  withOffice,
} from './office.ts';

export const addHubLedgerCommand = (hub: Command, output: Output): void => {
  const ledger = hub
    .command('ledger')
    .description("show the key of the hub's ledger, and add witnesses")
    .addHelpText('after', '\nExample:\n  stillwatch hub ledger show --data ./hub');
  ledger
    .command('show')
    .description('name, key, size and witnesses of the ledger')
    .requiredOption('--data <where>', DATA_HELP)
    .option('--json', 'print it as JSON')
    .addHelpText('after', `\nExample:\n  stillwatch hub ledger show --data ./hub${EXIT_STATUS}`)
    .action(async ({ data, json }: DataOptions) => {
      const { formatVerifierKey } = await import('../../share/ledger/verifier-key.ts');
      const { witnessesOf } = await import('../../serve/hub/ledger/witness.ts');
      const { ledgerSize } = await import('../../serve/hub/ledger/routes.ts');
      const shown = await withOffice(data, async ({ store, ledger: of }) => ({
        origin: of.origin,
        key: formatVerifierKey(of.verifier),
        size: await ledgerSize({ store }),
        witnesses: (await witnessesOf(store.records)).map(formatVerifierKey),
      }));
      tell(output, json, {
        json: shown,
        lines: [
          `Ledger:  ${shown.origin}, ${shown.size} entries`,
          `Key:     ${shown.key}`,
          ...shown.witnesses.map((key) => `Witness: ${key}`),
        ],
        next: `stillwatch ledger verify BUNDLE --key '${shown.key}'`,
      });
    });
  ledger
    .command('witness <key>')
    .description('accept the cosignatures of a witness')
    .requiredOption('--data <where>', DATA_HELP)
    .option('--json', 'print it as JSON')
    .addHelpText(
      'after',
      `\nExample:\n  stillwatch hub ledger witness witness.example+1a2b3c4d+BASE64 --data ./hub\n\nThe key is NAME+KEYID+BASE64, as the witness published it.${EXIT_STATUS}`,
    )
    .action(async (key: string, { data, json }: DataOptions) => {
      const { addWitness } = await import('../../serve/hub/ledger/witness.ts');
      const { name, id } = await withOffice(data, ({ store }) => addWitness(store, key));
      tell(output, json, {
        json: { name, id },
        lines: [`Added witness ${name}+${id}`],
        next: `stillwatch hub ledger show --data ${dataShown(data)}`,
      });
    });
};
