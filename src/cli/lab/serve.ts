/** `stillwatch lab serve`: traffic in, findings out. */
import { resolve } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { StillwatchError } from '../../base/errors.ts';
import { LOG_FORMATS, type LogFormat } from '../../detect/exchange/log-chunk.ts';
import type { GateConfig, HubConfig } from '../../serve/lab/config/config.ts';
import type { DecidingService, GateSettings } from '../../serve/lab/deciding/service.ts';
import type { Connection } from '../../serve/lab/sharing/kept.ts';
import type { SharingOffice } from '../../serve/lab/sharing/office.ts';

interface Flags {
  readonly listen: string;
  readonly data: string;
  readonly folder?: string;
  readonly config?: string;
  readonly lookEvery?: number;
  readonly accounts?: string;
  readonly follow?: readonly string[];
  readonly followFormat?: LogFormat;
  readonly policy?: string;
  readonly gate?: string;
  readonly gateGrpc?: string;
  readonly appealUrl?: string;
}

const seconds = (text: string): number => {
  const value = Number(text);
  if (!(value >= 0.1 && value <= 86_400))
    throw new InvalidArgumentError('seconds from 0.1 to 86400 are expected.');
  return value;
};

/** Flags go before the configuration, each by itself. */
const gateSettings = (
  flags: Flags,
  configured: GateConfig | undefined,
  parseListen: (text: string) => GateSettings['listen'],
): GateSettings | undefined => {
  const gate = flags.gate ?? configured?.listen;
  const gateGrpc = flags.gateGrpc ?? configured?.grpc;
  const appealUrl = flags.appealUrl ?? configured?.appeal_url;
  if (gate === undefined && gateGrpc === undefined) return undefined;
  if (gate === undefined)
    throw new StillwatchError('USAGE', '--gate-grpc needs --gate', 'Name its HTTP address too.');
  if (appealUrl === undefined || !/^https?:\/\/\S+$/.test(appealUrl))
    throw new StillwatchError(
      'USAGE',
      '--gate needs --appeal-url',
      'Name the page on which a refused customer can appeal.',
    );
  return {
    listen: parseListen(gate),
    grpc: gateGrpc === undefined ? undefined : parseListen(gateGrpc),
    appealUrl,
  };
};

/** The declared hub, as a connection that `lab connect` could have made. */
const declaredConnection = (hub: HubConfig | undefined): Connection | undefined =>
  hub === undefined
    ? undefined
    : {
        hub: hub.url,
        token_file: resolve(hub.token_file),
        key_file: resolve(hub.key_file),
        collection: hub.collection,
        release: hub.release,
        plain_http: hub.plain_http,
      };

const HELP = `
Examples:
  stillwatch lab serve --data ./lab
  stillwatch lab serve --listen 0.0.0.0:7460 --data ./lab --config lab.yaml --look-every 30
  stillwatch lab serve --data ./lab --follow /var/log/gateway/exchanges.jsonl

  stillwatch lab serve --data ./lab --policy policy.yaml --gate 127.0.0.1:8061 \
    --appeal-url https://provider.example/appeals

Gateways ask the gate with a token of the scope gate: stillwatch lab token edge-1 --scope gate.
Policy, gate and hub can stand in the configuration instead; flags go before it.
The policy is read again when its file changes and on SIGHUP; one that holds a fault changes nothing.

When it listens it prints one line of JSON: url, gate, and the file of the token that the first start made.
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
    .option(
      '--policy <file>',
      'what is decided; the policy that ships, all of it shadow, otherwise',
    )
    .option('--gate <host:port>', 'answer gateways here; needs --appeal-url')
    .option('--gate-grpc <host:port>', "answer Envoy's external authorization over gRPC here")
    .option('--appeal-url <url>', 'where a refused caller is sent')
    .addHelpText('after', HELP)
    .action(async (flags: Flags) => {
      const { DEFAULT_CONFIG, readConfig } = await import('../../serve/lab/config/config.ts');
      const { parseListen } = await import('../../serve/lab/http/listen.ts');
      const { startLab } = await import('../../serve/lab/start.ts');
      const { openDecidingService } = await import('../../serve/lab/deciding/service.ts');
      const { openSharingOffice } = await import('../../serve/lab/sharing/office.ts');
      const { sharingRoutes } = await import('../../serve/lab/sharing/routes.ts');
      const base = flags.config === undefined ? DEFAULT_CONFIG : readConfig(flags.config);
      const gate = gateSettings(flags, base.gate, parseListen);
      const { hub } = base;
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
      let service: DecidingService | undefined;
      let office: SharingOffice | undefined;
      const lab = await startLab({
        listen: flags.listen,
        data: flags.data,
        folder: flags.folder,
        config,
        onError: (error) => console.error(error),
        routes: async (core) => {
          const opened = openSharingOffice(core, {
            ...(hub === undefined ? {} : { permit: hub.permit, tlp: hub.tlp, k: hub.k }),
            onError: (error) => console.error(error),
          });
          service = await openDecidingService(core, {
            policyFile: flags.policy ?? base.policy,
            sharing: opened.seam,
            onError: (error) => console.error(error),
          });
          const { deciding } = service;
          opened.onChanged(async (accounts, retracted) => {
            if (retracted.length > 0) await deciding.withdraw(retracted, 'retraction');
            if (accounts.length > 0) await deciding.reconsider(accounts);
          });
          office = opened;
          return [...service.routes, ...sharingRoutes(opened)];
        },
        onFailure: () => end(1),
      });
      process.on('SIGHUP', () => {
        service?.deciding.reload().catch(() => undefined); // told by onError, and in the status
      });
      process.once('SIGTERM', () => end(0));
      process.once('SIGINT', () => end(0));
      const stop = async (): Promise<void> => {
        await office!.stop();
        await service!.stop();
        await lab.stop();
      };
      const running =
        gate === undefined
          ? undefined
          : await service!.startGate(gate).catch(async (error: unknown) => {
              await stop();
              throw error;
            });
      await office!.start(declaredConnection(hub)).catch(async (error: unknown) => {
        await stop();
        throw error;
      });
      // What went out of sight while nobody was told, because the lab ended at that moment.
      if (office!.current() !== null) await service!.deciding.reconsiderShared();
      const { url, port, tokenFile } = lab;
      process.stdout.write(
        `${JSON.stringify({ event: 'listening', url, port, pid: process.pid, token_file: tokenFile, gate: running?.url ?? null })}\n`,
      );
      process.exitCode = await ended;
      await stop();
    });
};
