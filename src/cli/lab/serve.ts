/** `stillwatch lab serve`: traffic in, findings out. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { LOG_FORMATS, type LogFormat } from '../../detect/exchange/log-chunk.ts';

interface Flags {
  readonly listen: string;
  readonly data: string;
  readonly folder?: string;
  readonly config?: string;
  readonly lookEvery?: number;
  readonly accounts?: string;
  readonly follow?: readonly string[];
  readonly followFormat?: LogFormat;
}

const seconds = (text: string): number => {
  const value = Number(text);
  if (!(value >= 0.1 && value <= 86_400))
    throw new InvalidArgumentError('seconds from 0.1 to 86400 are expected.');
  return value;
};

const HELP = `
Examples:
  stillwatch lab serve --data ./lab
  stillwatch lab serve --listen 0.0.0.0:7460 --data ./lab --config lab.yaml --look-every 30
  stillwatch lab serve --data ./lab --follow /var/log/gateway/exchanges.jsonl

When it listens it prints one line of JSON: url, and the file of the token that the first start made.
SIGTERM and SIGINT stop it with a last checkpoint. Exit status: 0 stopped, 1 a thread failed (start it
again), 2 usage, 4 configuration, data folder or address cannot be used.
API: docs/reference/lab-api.md. Configuration: docs/reference/lab-config.md.`;

export const addServeCommand = (lab: Command): void => {
  lab
    .command('serve')
    .description('take traffic over HTTP, look for campaigns as it arrives')
    .option('--listen <host:port>', 'where to listen; port 0 for any', '127.0.0.1:7460')
    .option('--data <location>', 'a folder, or postgres://…', 'stillwatch-lab')
    .option('--folder <folder>', 'journal and profiles, when --data is a database')
    .option('--config <file>', 'YAML; see docs/reference/lab-config.md')
    .option('--look-every <seconds>', 'time between looks', seconds)
    .option('--accounts <file>', 'what is known of the accounts; read again when it changes')
    .option('--follow <file...>', 'read a file as it grows')
    .addOption(new Option('--follow-format <name>', 'of those files').choices(LOG_FORMATS))
    .addHelpText('after', HELP)
    .action(async (flags: Flags) => {
      const { DEFAULT_CONFIG, readConfig } = await import('../../serve/lab/config/config.ts');
      const { startLab } = await import('../../serve/lab/start.ts');
      const base = flags.config === undefined ? DEFAULT_CONFIG : readConfig(flags.config);
      const follow = (flags.follow ?? []).map((path) => ({
        path,
        format: flags.followFormat ?? ('native' as const),
        stream: 'whole' as const,
      }));
      const config = {
        ...base,
        accounts: flags.accounts ?? base.accounts,
        follow: [...base.follow, ...follow],
        look: { ...base.look, every_seconds: flags.lookEvery ?? base.look.every_seconds },
      };
      let end: (status: number) => void = () => undefined;
      const ended = new Promise<number>((resolve) => {
        end = resolve;
      });
      const lab = await startLab({
        listen: flags.listen,
        data: flags.data,
        folder: flags.folder,
        config,
        onError: (error) => console.error(error),
        onFailure: () => end(1),
      });
      process.once('SIGTERM', () => end(0));
      process.once('SIGINT', () => end(0));
      const { url, port, tokenFile } = lab;
      process.stdout.write(
        `${JSON.stringify({ event: 'listening', url, port, pid: process.pid, token_file: tokenFile })}\n`,
      );
      process.exitCode = await ended;
      await lab.stop();
    });
};
