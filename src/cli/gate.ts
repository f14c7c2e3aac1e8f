/** `stillwatch gate serve|ask|status`: a gate of its own beside a gateway, and questions to one. */
import type { Command } from 'commander';

export const addGateCommand = (program: Command): void => {
  const gate = program
    .command('gate')
    .description('Answers gateways from memory what to do with a request.');

  gate
    .command('serve')
    .description('Runs a gate that follows a lab, or holds the decisions of a file.')
    .requiredOption('--config <file>', 'YAML: appeal_url, headers, unidentified, staleness')
    .option('--listen <host:port>', 'where gateways ask', '127.0.0.1:8070')
    .option('--source <url>', 'the lab whose decisions are followed')
    .option('--source-token-file <file>', 'holds the token for the source')
    .option('--decisions <file>', 'one decision on each line, instead of a source')
    .option(
      '--token-file <file>',
      'NAME TOKEN for each gateway; needed unless only this machine may ask',
    )
    .option('--grpc <host:port>', "Envoy's external authorization over gRPC")
    .option(
      '--tiers <rule>',
      'open or closed: what all tiers get while knowledge is stale, instead of the configuration',
    )
    .option('--json', 'print where it listens as JSON')
    .addHelpText(
      'after',
      '\nExample:\n  stillwatch gate serve --config gate.yaml --source http://lab.internal:8060 --token-file tokens\n\nExit status: 0 stopped, 2 usage, 4 a file cannot be read.\n',
    )
    .action(async (options: import('./gate/serve.ts').ServeOptions) => {
      const { serveGate } = await import('./gate/serve.ts');
      await serveGate(options, process.stdout);
    });

  gate
    .command('ask')
    .description('Asks a gate about one request.')
    .option('--url <url>', 'the gate', 'http://127.0.0.1:8070')
    .option('--token-file <file>', 'its first token is sent')
    .option('--account <id>', 'account')
    .option('--organization <id>', 'organization')
    .option('--end-user <id>', 'end user')
    .option('--address <ip>', 'address')
    .option('--token <id>', 'id of the API token, never the token itself')
    .option('--client <fingerprint>', 'fingerprint of the client')
    .option('--tier <name>', 'tier of the customer')
    .option('--json', 'print the answer as JSON')
    .addHelpText(
      'after',
      '\nExample:\n  stillwatch gate ask --account acct_7 --address 198.51.100.7\n\nExit status: 0 done, 2 usage, 4 the gate does not answer.\n',
    )
    .action(async (options: import('./gate/ask.ts').AskOptions) => {
      const { askGate } = await import('./gate/ask.ts');
      await askGate(options, process.stdout);
    });

  gate
    .command('status')
    .description('Shows how fresh the knowledge of a gate is, and what gateways reported.')
    .option('--url <url>', 'the gate', 'http://127.0.0.1:8070')
    .option('--token-file <file>', 'its first token is sent')
    .option('--json', 'print it as JSON')
    .addHelpText(
      'after',
      '\nExample:\n  stillwatch gate status --json\n\nExit status: 0 done, 4 the gate does not answer.\n',
    )
    .action(async (options: import('./gate/ask.ts').StatusOptions) => {
      const { gateStatus } = await import('./gate/ask.ts');
      await gateStatus(options, process.stdout);
    });
};
